import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { DataError } from '../errors';

/** Bytes of a file: `start` inclusive, `end` exclusive. */
export interface ByteRange {
  /** The offset of the first byte. */
  readonly start: number;
  /** The offset after the last byte. */
  readonly end: number;
}

/** One field of a protobuf message: where it is, and its number when it is one. */
export interface ProtobufField {
  /** The field's number in the message's definition. */
  readonly number: number;
  /** 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes. */
  readonly wireType: number;
  /** The whole field, tag and length included. */
  readonly range: ByteRange;
  /** The payload alone. */
  readonly payload: ByteRange;
  /** A varint as a signed 64-bit integer, rounded beyond 2^53; 0 for other types. */
  readonly value: number;
}

const WINDOW_BYTES = 16_384;
const LONGEST_STRING = 65_536;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Walks protobuf messages in a file, and reads only what it is asked for.
 *
 * By hand since protobufjs and onnx-proto decode from one buffer that holds the whole file, weights included.
 *
 * Reads are synchronous: a skeleton is thousands of small fields, and waiting for each would cost more than reading it.
 */
export class ProtobufReader {
  /** The length of the file in bytes. */
  readonly size: number;
  readonly #file: string;
  readonly #descriptor: number;
  readonly #window = Buffer.alloc(WINDOW_BYTES);
  #windowStart = 0;
  #windowEnd = 0;

  /** @throws the file system's error when the file cannot be opened. */
  constructor(file: string) {
    this.#file = file;
    this.#descriptor = openSync(file, 'r');
    this.size = fstatSync(this.#descriptor).size;
  }

  /** Closes the file. */
  close(): void {
    closeSync(this.#descriptor);
  }

  /** An error that says where in the file something is wrong. */
  corrupt(at: number, problem: string): DataError {
    return new DataError(
      `${this.#file}: expected an ONNX model, received ${problem} at byte ${at} of ${this.size}. The file is damaged, cut off or of another type; fetch or export it again.`,
    );
  }

  /** The fields of the message that fills `range`, in the order of the file. */
  *fields(range: ByteRange): Generator<ProtobufField, void> {
    let at = range.start;
    while (at < range.end) {
      const start = at;
      const tag = this.#varint(at, range.end);
      const number = Math.floor(tag.value / 8);
      const wireType = tag.value % 8;
      if (number < 1 || number > 0x1fffffff) throw this.corrupt(start, `the field number ${number}`);
      let value = 0;
      let payloadStart = tag.end;
      if (wireType === 0) {
        const varint = this.#varint(tag.end, range.end);
        value = varint.value;
        at = varint.end;
      } else if (wireType === 2) {
        const length = this.#varint(tag.end, range.end);
        payloadStart = length.end;
        at = length.end + length.value;
        if (length.value < 0 || at > range.end) {
          throw this.corrupt(
            start,
            `a field of ${length.value} bytes where ${range.end - length.end} are left`,
          );
        }
      } else if (wireType === 1 || wireType === 5) {
        at = tag.end + (wireType === 1 ? 8 : 4);
        if (at > range.end) throw this.corrupt(start, 'a number that is cut off');
      } else {
        throw this.corrupt(start, `the wire type ${wireType}`);
      }
      yield { number, wireType, range: { start, end: at }, payload: { start: payloadStart, end: at }, value };
    }
  }

  /** The range of a field that must hold a message, string or bytes. */
  message(field: ProtobufField): ByteRange {
    if (field.wireType !== 2)
      throw this.corrupt(field.range.start, `wire type ${field.wireType} where bytes belong`);
    return field.payload;
  }

  /** The value of a field that must hold an integer. */
  integer(field: ProtobufField): number {
    if (field.wireType !== 0) {
      throw this.corrupt(field.range.start, `wire type ${field.wireType} where an integer belongs`);
    }
    return field.value;
  }

  /** The integers of a repeated field, packed or one a field. */
  integers(field: ProtobufField): number[] {
    if (field.wireType === 0) return [field.value];
    const values: number[] = [];
    const { start, end } = this.message(field);
    for (let at = start; at < end; ) {
      const varint = this.#varint(at, end);
      values.push(varint.value);
      at = varint.end;
    }
    return values;
  }

  /** The text of a field that must hold a string. */
  string(field: ProtobufField): string {
    const range = this.message(field);
    if (range.end - range.start > LONGEST_STRING) {
      throw this.corrupt(range.start, `a name of ${range.end - range.start} bytes`);
    }
    const bytes = this.bytes(range);
    try {
      return UTF8.decode(bytes);
    } catch {
      throw this.corrupt(range.start, 'a name that is not UTF-8');
    }
  }

  /** A copy of some bytes. */
  bytes({ start, end }: ByteRange): Buffer {
    if (start >= this.#windowStart && end <= this.#windowEnd) {
      return Buffer.from(this.#window.subarray(start - this.#windowStart, end - this.#windowStart));
    }
    const bytes = Buffer.alloc(end - start);
    for (let read = 0; read < bytes.length; ) {
      const count = readSync(this.#descriptor, bytes, read, bytes.length - read, start + read);
      if (count === 0) throw this.corrupt(start + read, 'the end of the file');
      read += count;
    }
    return bytes;
  }

  #byte(at: number): number {
    if (at < this.#windowStart || at >= this.#windowEnd) {
      this.#windowStart = at;
      this.#windowEnd = at + readSync(this.#descriptor, this.#window, 0, WINDOW_BYTES, at);
      if (at >= this.#windowEnd) throw this.corrupt(at, 'the end of the file');
    }
    return this.#window[at - this.#windowStart] as number;
  }

  #varint(start: number, end: number): { value: number; end: number } {
    let value = 0;
    for (let index = 0; index < 10; index++) {
      const at = start + index;
      if (at >= end) throw this.corrupt(start, 'a number that is cut off');
      const byte = this.#byte(at);
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) {
        // Beyond 2^53 a double forgets the low bits, on which the value of a negative number depends.
        return { value: value < 2 ** 53 ? value : this.#wideVarint(start, at), end: at + 1 };
      }
    }
    throw this.corrupt(start, 'a number of more than ten bytes');
  }

  #wideVarint(start: number, last: number): number {
    let value = 0n;
    for (let at = last; at >= start; at--) value = (value << 7n) | BigInt(this.#byte(at) & 0x7f);
    return Number(BigInt.asIntN(64, value));
  }
}
