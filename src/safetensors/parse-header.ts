import { DataError } from '../errors';
import { SAFETENSORS_DTYPE_BITS, type SafetensorsDtype } from './dtype';
import { findDuplicateKey } from './find-duplicate-key';
import { METADATA_KEY, type SafetensorsTensorInfo } from './safetensors-header';

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
export interface ParsedHeader {
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
