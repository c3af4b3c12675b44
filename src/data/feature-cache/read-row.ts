import { crc32 } from 'node:zlib';
import { float16ToFloat32 } from '../../safetensors/float16';
import { readBytes } from '../../safetensors/read-bytes';
import type { StoredFeatures } from './feature-store';
import type { RowLocation } from './store-index';
import type { StoreLayout } from './store-layout';

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
