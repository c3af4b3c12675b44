/** The bytes of a varint; negative numbers as 64-bit two's complement, in ten bytes. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return bytes;
}

/** A field that holds an integer. */
export function integerField(number: number, value: number): Uint8Array {
  return Uint8Array.from([...varint(number * 8), ...varint(value)]);
}

/** A field that holds a string. */
export function stringField(number: number, text: string): Uint8Array {
  return messageField(number, Buffer.from(text));
}

/** A field that holds a message, given by its fields. */
export function messageField(number: number, ...fields: readonly Uint8Array[]): Uint8Array {
  const length = fields.reduce((sum, field) => sum + field.length, 0);
  return Buffer.concat([messageHeader(number, length), ...fields]);
}

/** What comes before the `length` bytes of a message, string or bytes. */
export function messageHeader(number: number, length: number): Uint8Array {
  return Uint8Array.from([...varint(number * 8 + 2), ...varint(length)]);
}

/** A field that holds a float32. */
export function floatField(number: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([Uint8Array.from(varint(number * 8 + 5)), bytes]);
}

/** A field that holds a float64. */
export function doubleField(number: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([Uint8Array.from(varint(number * 8 + 1)), bytes]);
}
