import {
  doubleField,
  floatField,
  integerField,
  messageField,
  stringField,
} from '../../files/protobuf-writer';

/** When something happened. */
export interface EventTime {
  /** Seconds since 1970. */
  readonly wallTime: number;
  /** Steps of the run until then. */
  readonly step: number;
}

// Field numbers of TensorFlow's event.proto, summary.proto and tensor.proto (Apache 2.0).
const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5, sessionLog: 7 } as const;
const SUMMARY_VALUE = 1;
const VALUE = { tag: 1, simpleValue: 2, tensor: 8, metadata: 9 } as const;
const METADATA = { pluginData: 1 } as const;
const TENSOR = { dtype: 1, shape: 2, stringValue: 8 } as const;
const SESSION_START = 1;
const DT_STRING = 7;

/** The message Event that an event file begins with. */
export function fileVersionEvent(wallTime: number): Uint8Array {
  return event({ wallTime, step: 0 }, stringField(EVENT.fileVersion, 'brain.Event:2'));
}

/**
 * The message Event by which a session starts: from the second one in a directory on, TensorBoard drops what earlier files hold
 * at this step and later.
 */
export function sessionStartEvent(time: EventTime): Uint8Array {
  return event(time, messageField(EVENT.sessionLog, integerField(1, SESSION_START)));
}

/** The message Event with some figures, by tag; they are stored as float32. */
export function scalarsEvent(time: EventTime, scalars: Readonly<Record<string, number>>): Uint8Array {
  const values = Object.entries(scalars).map(([tag, value]) =>
    messageField(SUMMARY_VALUE, stringField(VALUE.tag, tag), floatField(VALUE.simpleValue, value)),
  );
  return event(time, messageField(EVENT.summary, ...values));
}

/** The message Event with a text in Markdown. */
export function textEvent(time: EventTime, tag: string, text: string): Uint8Array {
  const value = messageField(
    SUMMARY_VALUE,
    stringField(VALUE.tag, tag),
    messageField(
      VALUE.tensor,
      integerField(TENSOR.dtype, DT_STRING),
      // No dimensions: one string.
      messageField(TENSOR.shape),
      stringField(TENSOR.stringValue, text),
    ),
    messageField(VALUE.metadata, messageField(METADATA.pluginData, stringField(1, 'text'))),
  );
  return event(time, messageField(EVENT.summary, value));
}

function event({ wallTime, step }: EventTime, content: Uint8Array): Uint8Array {
  // A 0 is not written, in protobuf's third version.
  const stepField = step === 0 ? [] : [integerField(EVENT.step, step)];
  return Buffer.concat([doubleField(EVENT.wallTime, wallTime), ...stepField, content]);
}

/**
 * Frames some bytes as a TFRecord: length (uint64), its checksum, the bytes, their checksum; all little-endian.
 *
 * @see https://www.tensorflow.org/tutorials/load_data/tfrecord, "TFRecords format details"
 */
export function tfRecord(bytes: Uint8Array): Uint8Array {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([length, maskedChecksum(length), bytes, maskedChecksum(bytes)]);
}

/** Rotated and shifted, so that a record within a record does not check as itself. */
function maskedChecksum(bytes: Uint8Array): Uint8Array {
  const checksum = crc32c(bytes);
  const masked = Buffer.alloc(4);
  masked.writeUInt32LE((((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0);
  return masked;
}

/** The Castagnoli polynomial, bits reversed. */
const POLYNOMIAL = 0x82f63b78;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? POLYNOMIAL : 0);
  return remainder;
});

/**
 * The checksum CRC-32C of some bytes, as an unsigned 32-bit integer. Not the CRC-32 of zip files, which `node:zlib` has.
 *
 * @see RFC 3720, section 12.1 and appendix B.4
 */
export function crc32c(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) remainder = (remainder >>> 8) ^ (TABLE[(remainder ^ byte) & 255] as number);
  return ~remainder >>> 0;
}
