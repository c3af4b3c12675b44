import { DataError, OptionError } from '../../errors';
import { SAFETENSORS_DTYPE_BITS, type SafetensorsDtype } from './dtype';

/** What a safetensors file says of one tensor. */
export interface SafetensorsTensorInfo {
  /** Type of the values in the file. */
  readonly dtype: SafetensorsDtype;
  /** Size of each axis, the last one contiguous; empty for a single number. */
  readonly shape: readonly number[];
  /** First byte and the byte after the last, counted from the start of the data. */
  readonly dataOffsets: readonly [begin: number, end: number];
}

/** The header of a safetensors file, checked against the file's size. */
export interface SafetensorsHeader {
  /** The tensors by name, in the header's order. */
  readonly tensors: Readonly<Record<string, SafetensorsTensorInfo>>;
  /** Free texts by name; empty when the file has none. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Where the data starts in the file, in bytes. */
  readonly dataStart: number;
}

/** Longest header that the reference implementation reads, in bytes. */
export const MAX_HEADER_BYTES = 100_000_000;

/** Bytes of the number in front of the header. */
export const LENGTH_BYTES = 8;

/** The header's key that holds free texts instead of a tensor. */
const METADATA_KEY = '__metadata__';

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
interface EncodedHeader {
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

/**
 * Reads the JSON of a safetensors header and checks that its tensors fill `dataBytes` without gap or overlap.
 *
 * @param path names the file in errors
 * @throws {@link DataError} for anything that the format does not allow; names the tensor.
 * @see The format of huggingface/safetensors, and what its reference implementation refuses
 */
export function parseHeader(path: string, bytes: Uint8Array, dataBytes: number): ParsedHeader {
  const refuse = (message: string): never => {
    throw new DataError(`${path}: ${message} Fetch or write the file again.`);
  };
  let text: string;
  let root: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    root = JSON.parse(text);
  } catch (cause) {
    return refuse(`expected a safetensors header of JSON in UTF-8: ${(cause as Error).message}.`);
  }
  if (!text.startsWith('{') || !isObject(root)) {
    return refuse('expected a safetensors header that starts with "{".');
  }
  const duplicate = findDuplicateKey(text);
  if (duplicate !== null) refuse(`expected each name once in the header, received "${duplicate}" twice.`);

  const { [METADATA_KEY]: metadata = {}, ...entries } = root;
  if (!isObject(metadata) || Object.values(metadata).some((value) => typeof value !== 'string')) {
    return refuse(`expected ${METADATA_KEY} to hold texts by name.`);
  }
  const tensors = Object.entries(entries).map(([name, entry]) => {
    const problem = problemOfEntry(entry);
    if (problem !== null) refuse(`tensor "${name}": ${problem}`);
    return [name, entry as RawEntry] as const;
  });

  let end = 0;
  for (const [name, { data_offsets: offsets }] of [...tensors].sort(byOffsets)) {
    if (offsets[0] !== end) {
      refuse(
        `tensor "${name}": expected its data to start at byte ${end}, after the tensor before it, received ${offsets[0]}.`,
      );
    }
    end = offsets[1];
    if (end > dataBytes) {
      refuse(
        `tensor "${name}": expected its data to end by byte ${dataBytes}, the end of the file, received ${end}. The file may be cut short.`,
      );
    }
  }
  if (end !== dataBytes) refuse(`expected ${end} bytes of data, as its tensors have, received ${dataBytes}.`);
  return {
    tensors: Object.fromEntries(
      tensors.map(([name, { dtype, shape, data_offsets }]) => [
        name,
        { dtype, shape, dataOffsets: data_offsets },
      ]),
    ),
    metadata: metadata as Record<string, string>,
  };
}

/** Tensors and free texts of a header. */
interface ParsedHeader {
  /** The tensors by name, in the header's order. */
  readonly tensors: Readonly<Record<string, SafetensorsTensorInfo>>;
  /** Free texts by name. */
  readonly metadata: Readonly<Record<string, string>>;
}

interface RawEntry {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** What is wrong with the description of one tensor, or null. */
function problemOfEntry(entry: unknown): string | null {
  if (!isObject(entry)) return `expected an object, received ${JSON.stringify(entry)}.`;
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !Object.hasOwn(SAFETENSORS_DTYPE_BITS, dtype)) {
    return `expected dtype to be one of ${Object.keys(SAFETENSORS_DTYPE_BITS).join(', ')}, received ${JSON.stringify(dtype)}.`;
  }
  if (!isCounts(shape)) {
    return `expected shape to be whole numbers from 0, received ${JSON.stringify(shape)}.`;
  }
  const [begin = 0, end = 0] = isCounts(offsets) ? offsets : [];
  if (!isCounts(offsets) || offsets.length !== 2 || begin > end) {
    return `expected data_offsets to be [begin, end], received ${JSON.stringify(offsets)}.`;
  }
  const bits = shape.reduce(
    (product, size) => product * size,
    SAFETENSORS_DTYPE_BITS[dtype as SafetensorsDtype],
  );
  // Beyond 2^53 the product is not exact, but no such file exists.
  if (bits / 8 === end - begin) return null;
  return `expected ${bits / 8} bytes for ${dtype} of shape [${shape.join(', ')}], received data_offsets ${begin} to ${end}.`;
}

/** By where the data begin; of those that begin together, empty ones first. */
function byOffsets([, a]: readonly [string, RawEntry], [, b]: readonly [string, RawEntry]): number {
  return a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1];
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The first key that stands twice in one object of a JSON text, or null; `JSON.parse` keeps the last in silence.
 *
 * @param text JSON that `JSON.parse` accepts
 */
function findDuplicateKey(text: string): string | null {
  // One entry for each open bracket: the keys of an object, or null for a list.
  const open: (Set<string> | null)[] = [];
  let mayBeKey = false;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(null);
    else if (token === '}' || token === ']') open.pop();
    else if (mayBeKey && token.startsWith('"')) {
      const keys = open.at(-1);
      if (keys) {
        // Unescaped first, as one name can be spelled in two ways.
        const key = JSON.parse(token) as string;
        if (keys.has(key)) return key;
        keys.add(key);
      }
    }
    mayBeKey = token === '{' || token === ',';
  }
  return null;
}
