import { OptionError } from '../errors';
import { SAFETENSORS_DTYPE_BITS, type SafetensorsDtype } from './dtype';
import {
  LENGTH_BYTES,
  MAX_HEADER_BYTES,
  METADATA_KEY,
  type SafetensorsTensorInfo,
} from './safetensors-header';

/** A tensor to describe in a header. */
export interface HeaderEntry {
  /** The tensor's name. */
  readonly name: string;
  /** Type of its values in the file. */
  readonly dtype: SafetensorsDtype;
  /** Size of each axis. */
  readonly shape: readonly number[];
}

/** The first bytes of a safetensors file, and where each tensor's data belong. */
export interface EncodedHeader {
  /** Everything in front of the data: the length and the JSON, padded so that data start at a multiple of 8. */
  readonly bytes: Uint8Array;
  /** Where each tensor lies, by name. */
  readonly tensors: Readonly<Record<string, SafetensorsTensorInfo>>;
  /** Size of the whole file. */
  readonly fileBytes: number;
}

/**
 * Writes a safetensors header for tensors that follow each other in the given order.
 *
 * @throws {@link OptionError} for a reserved or repeated name, or a header beyond 100 MB
 */
export function encodeHeader(
  entries: readonly HeaderEntry[],
  metadata: Readonly<Record<string, string>> = {},
): EncodedHeader {
  const infos = new Map<string, SafetensorsTensorInfo>();
  let end = 0;
  for (const { name, dtype, shape } of entries) {
    if (name === METADATA_KEY || infos.has(name)) {
      throw new OptionError(
        `tensors: expected distinct names other than ${METADATA_KEY}, received "${name}".`,
      );
    }
    const begin = end;
    end += shape.reduce((product, size) => product * size, 1) * (SAFETENSORS_DTYPE_BITS[dtype] / 8);
    infos.set(name, { dtype, shape, dataOffsets: [begin, end] });
  }
  // From a list of pairs, since a name such as "__proto__" would set no key of an object literal.
  const described = [...infos].map(
    ([name, { dtype, shape, dataOffsets }]) => [name, { dtype, shape, data_offsets: dataOffsets }] as const,
  );
  const texts = Object.keys(metadata).length > 0 ? [[METADATA_KEY, metadata] as const] : [];
  const json = Buffer.from(JSON.stringify(Object.fromEntries([...texts, ...described])));
  const bytes = new Uint8Array(LENGTH_BYTES + Math.ceil(json.length / 8) * 8).fill(0x20);
  if (bytes.length > MAX_HEADER_BYTES) {
    throw new OptionError(
      `tensors: expected a header of at most 100 MB, received ${json.length} bytes of names and metadata.`,
    );
  }
  bytes.set(json, LENGTH_BYTES);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(bytes.length - LENGTH_BYTES), true);
  return { bytes, tensors: Object.fromEntries(infos), fileBytes: bytes.length + end };
}
