import { crc32 } from 'node:zlib';
import { DataError, OptionError, ShapeError } from '../../../errors';
import { readBytes } from '../../../files/file-bytes';
import { float16ToFloat32, float32ToFloat16 } from '../../../files/safetensors';
import type { FeatureRow, StoredFeatures } from './feature-store';
import type { RowLocation } from './store-index';
import type { StoreLayout, TensorLayout } from './store-layout';

/** Rows as they will stand in a shard. */
export interface EncodedRows {
  /** Key of each row. */
  readonly keys: readonly string[];
  /** Length of each row. */
  readonly lengths: readonly number[];
  /** One entry for each tensor of the store, in the order of its layout. */
  readonly tensors: readonly EncodedTensor[];
}

/** The values of all rows for one tensor. */
interface EncodedTensor {
  /** The rows, one after the other. */
  readonly bytes: Uint8Array;
  /** Where each row starts; and one more, the end. */
  readonly offsets: readonly number[];
  /** CRC-32 of the bytes of each row. */
  readonly checksums: readonly number[];
}

/** Checks rows against the store and copies them into the form of a shard. */
export function encodeRows(layout: StoreLayout, rows: readonly FeatureRow[]): EncodedRows {
  const lengths = rows.map((row) => checkRow(layout, row));
  return {
    keys: rows.map(({ key }) => key),
    lengths,
    tensors: layout.tensors.map((tensor) => encodeTensor(layout, tensor, rows, lengths)),
  };
}

function encodeTensor(
  { dtype }: StoreLayout,
  { name, isRagged, unitBytes }: TensorLayout,
  rows: readonly FeatureRow[],
  lengths: readonly number[],
): EncodedTensor {
  const offsets = [0];
  for (const length of lengths)
    offsets.push((offsets.at(-1) as number) + unitBytes * (isRagged ? length : 1));
  const bytes = new Uint8Array(offsets.at(-1) as number);
  const checksums = rows.map(({ key, tensors }, index) => {
    const values = tensors[name] as Float32Array;
    checkValues(values, dtype, `row ${key}: tensor "${name}"`);
    const begin = offsets[index] as number;
    if (dtype === 'float16') float32ToFloat16(values, new Uint16Array(bytes.buffer, begin, values.length));
    else new Float32Array(bytes.buffer, begin, values.length).set(values);
    return crc32(bytes.subarray(begin, offsets[index + 1]));
  });
  return { bytes, offsets, checksums };
}

/** The row's length. */
function checkRow({ tensors, isRagged }: StoreLayout, row: FeatureRow): number {
  const { key, length = isRagged ? undefined : 1 } = row;
  if (!/^[\da-f]{64}$/.test(key)) {
    throw new OptionError(
      `key: expected a SHA-256 as 64 lower-case hexadecimal digits, received ${JSON.stringify(key)}.`,
    );
  }
  if (length === undefined || !Number.isSafeInteger(length) || length < 0) {
    throw new ShapeError(`row ${key}: expected length to be a whole number from 0, received ${length}.`);
  }
  const expected = tensors.map(({ name }) => name).join(', ');
  const received = Object.keys(row.tensors ?? {})
    .sort()
    .join(', ');
  if (received !== expected) {
    throw new ShapeError(`row ${key}: expected the tensors ${expected}, received ${received || 'none'}.`);
  }
  for (const { name, isRagged, innerShape } of tensors) {
    const values = row.tensors[name];
    const shape = isRagged ? [length, ...innerShape] : innerShape;
    const count = shape.reduce((product, size) => product * size, 1);
    if (values instanceof Float32Array && values.length === count) continue;
    const found = values instanceof Float32Array ? `${values.length} values` : typeof values;
    throw new ShapeError(
      `row ${key}: tensor "${name}": expected a Float32Array of ${count} values for shape [${shape.join(', ')}], received ${found}.`,
    );
  }
  return length;
}

function checkValues(values: Float32Array, dtype: StoreLayout['dtype'], what: string): void {
  // From 65520 on, a number rounds to infinity in float16.
  const limit = dtype === 'float16' ? 65520 : Number.POSITIVE_INFINITY;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number;
    if (value < limit && value > -limit) continue;
    if (Number.isFinite(value)) {
      throw new DataError(
        `${what}: expected numbers within 65504, the largest of float16, received ${value} at index ${index}. Open the store with dtype "float32".`,
      );
    }
    throw new DataError(
      `${what}: expected finite numbers, received ${value} at index ${index}. Look for the fault in the model or its input; such features are not stored.`,
    );
  }
}

/**
 * Reads tensors of a row and compares their checksums.
 *
 * @param wanted numbers of the tensors in the store's layout
 * @returns the row, or null when its bytes are not those that were stored
 */
export async function readRow(
  { tensors, dtype }: StoreLayout,
  { file, row, start, length, checksums }: RowLocation,
  wanted: readonly number[],
): Promise<StoredFeatures | null> {
  const read = await Promise.all(
    wanted.map(async (index) => {
      const tensor = tensors[index];
      const at = file.layout.tensorsAt[index];
      if (!tensor || at === undefined) throw new RangeError(`tensor ${index} is not in the layout`);
      const { name, isRagged, unitBytes } = tensor;
      // Not filled with zeros, and with a buffer of its own: a float32 row is given away as it is.
      const bytes = Buffer.allocUnsafeSlow(unitBytes * (isRagged ? length : 1));
      const bytesRead = await readBytes(file.handle, bytes, at + unitBytes * (isRagged ? start : row));
      if (bytesRead < bytes.length || crc32(bytes) !== checksums[index]) return null;
      const values =
        dtype === 'float16'
          ? float16ToFloat32(new Uint16Array(bytes.buffer))
          : new Float32Array(bytes.buffer);
      return [name, values] as const;
    }),
  );
  const intact = read.filter((tensor) => tensor !== null);
  return intact.length === read.length ? { length, tensors: Object.fromEntries(intact) } : null;
}
