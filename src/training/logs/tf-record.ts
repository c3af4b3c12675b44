import { crc32c } from './crc32c';

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
