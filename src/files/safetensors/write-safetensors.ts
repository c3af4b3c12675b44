import { OptionError, ShapeError } from '../../errors';
import { checkOptionNames } from '../../options/check-option-names';
import { writeFileAtomically } from '../write-file';
import {
  isReadableDtype,
  type ReadableDtype,
  SAFETENSORS_DTYPE_BITS,
  STORED_ARRAYS,
  type TensorValues,
} from './dtype';
import { float32ToBfloat16, float32ToFloat16 } from './half-precision';
import { encodeHeader } from './header';

/** A tensor to write. */
export interface WritableTensor {
  /** Size of each axis; empty for a single number. */
  readonly shape: readonly number[];
  /** The values, flat in row-major order. */
  readonly data: TensorValues;
  /**
   * Type of the values in the file. F16 and BF16 round a `Float32Array`, BOOL takes a `Uint8Array` of 0 and 1.
   * @defaultValue that of the array: F32 for a `Float32Array`, I64 for a `BigInt64Array`
   */
  readonly dtype?: ReadableDtype;
}

/**
 * Writes tensors to a safetensors file, whole or not at all.
 *
 * Wider types come first, so that each tensor is aligned for readers that map the file; else the given order is kept.
 *
 * @param tensors by name
 * @param metadata free texts by name
 * @returns `path`
 * @throws {@link ShapeError} when values and shape do not fit together
 * @throws {@link OptionError} for a type that the array does not hold, a reserved name, or metadata that is no text
 * @throws {@link MvsaFusionError} when the file cannot be written
 * @example
 * ```ts
 * import { writeSafetensors } from 'mvsa-fusion/safetensors';
 *
 * const kernel = { shape: [2, 2], data: Float32Array.of(1, 0, 0, 1), dtype: 'F16' } as const;
 * await writeSafetensors('./runs/kernel.safetensors', { kernel }, { format: 'pt' });
 * ```
 * @see https://github.com/huggingface/safetensors
 */
export async function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, WritableTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<string> {
  for (const [name, text] of Object.entries(metadata)) {
    if (typeof text === 'string') continue;
    throw new OptionError(`metadata: expected texts, received ${JSON.stringify(text)} for "${name}".`);
  }
  const entries = Object.entries(tensors).map(([name, tensor]) => {
    const dtype = tensor.dtype ?? dtypeOf(name, tensor.data);
    checkTensor(name, tensor, dtype);
    return { name, shape: tensor.shape, data: tensor.data, dtype };
  });
  entries.sort((a, b) => SAFETENSORS_DTYPE_BITS[b.dtype] - SAFETENSORS_DTYPE_BITS[a.dtype]);
  const { bytes } = encodeHeader(entries, metadata);
  return writeFileAtomically(path, parts(bytes, entries));
}

/** The file piece by piece; halves are rounded one tensor at a time. */
function* parts(
  header: Uint8Array,
  entries: readonly { readonly dtype: ReadableDtype; readonly data: TensorValues }[],
): Generator<Uint8Array> {
  yield header;
  for (const { dtype, data } of entries) {
    const stored = data instanceof Float32Array ? rounded(data, dtype) : data;
    yield new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
  }
}

function rounded(data: Float32Array, dtype: ReadableDtype): Float32Array | Uint16Array {
  if (dtype === 'F16') return float32ToFloat16(data);
  return dtype === 'BF16' ? float32ToBfloat16(data) : data;
}

/** The type of an array's own values; the first of the table, save that bytes are U8 and 16 bits U16. */
function dtypeOf(name: string, data: unknown): ReadableDtype {
  const own = ['U8', 'I8', 'I16', 'U16', 'I32', 'U32', 'F32', 'F64', 'I64', 'U64'] as const;
  const found = own.find((dtype) => data instanceof STORED_ARRAYS[dtype]);
  if (found) return found;
  throw new OptionError(
    `tensor "${name}": expected data in a typed array of numbers, received ${nameOf(data)}.`,
  );
}

function checkTensor(name: string, tensor: WritableTensor, dtype: ReadableDtype): void {
  checkOptionNames(`tensor "${name}"`, tensor, { shape: true, data: true, dtype: true });
  const { shape, data } = tensor;
  if (!isReadableDtype(dtype)) {
    throw new OptionError(
      `tensor "${name}": expected dtype to be one of ${Object.keys(STORED_ARRAYS).join(', ')}, received ${JSON.stringify(dtype)}.`,
    );
  }
  const holder = dtype === 'F16' || dtype === 'BF16' ? Float32Array : STORED_ARRAYS[dtype];
  if (!(data instanceof holder)) {
    throw new OptionError(
      `tensor "${name}": expected a ${holder.name} for ${dtype}, received ${nameOf(data)}.`,
    );
  }
  if (dtype === 'BOOL' && data.some((value) => value > 1)) {
    throw new OptionError(
      `tensor "${name}": expected 0 and 1 for BOOL, received ${data.find((value) => value > 1)}.`,
    );
  }
  const count = shape.reduce((product, size) => product * size, 1);
  if (shape.every((size) => Number.isSafeInteger(size) && size >= 0) && count === data.length) return;
  throw new ShapeError(
    `tensor "${name}": expected ${count} values for shape [${shape.join(', ')}], received ${data.length}.`,
  );
}

function nameOf(data: unknown): string {
  return (data as object | null)?.constructor?.name ?? String(data);
}
