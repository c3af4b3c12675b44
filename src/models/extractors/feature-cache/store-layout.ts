import { join } from 'node:path';
import { OptionError } from '../../../errors';
import { canonicalJson } from '../../../files/canonical-json';
import { sha256 } from '../../../files/digests';
import { checkOptionNames } from '../../../options/check-option-names';
import type { FeatureDtype, FeatureShape, FeatureTensor } from './feature-store';

/** Options of `openFeatureStore`. */
export interface FeatureStoreOptions {
  /**
   * Start of the directory's name, such as `text` or `image`: letters, digits, `_` and `-`.
   * @defaultValue `'features'`
   */
  readonly name?: string;
  /**
   * All that the features depend on besides the content behind a key, as plain JSON: model hash, taps, preprocessing,
   * runtime. Another configuration is another store.
   */
  readonly config: Readonly<Record<string, unknown>>;
  /** Name and shape of the tensors of a row, such as `{ tokens: { shape: ['length', 768] }, pooled: { shape: [768] } }`. */
  readonly tensors: Readonly<Record<string, FeatureTensor>>;
  /**
   * How values are kept on disk. float16 takes half the space, keeps 3 to 4 digits, and reaches to 65504.
   * @defaultValue `'float16'`
   */
  readonly dtype?: FeatureDtype;
  /**
   * Size of a full shard, in bytes. The first shards of a process are smaller, so that a short run leaves a small file.
   * @defaultValue 268,435,456 (256 MiB)
   */
  readonly shardBytes?: number;
}

/** One tensor of a store. */
export interface TensorLayout {
  /** The tensor's name. */
  readonly name: string;
  /** Whether the first axis is the row's length. */
  readonly isRagged: boolean;
  /** The axes after the length, or all. */
  readonly innerShape: readonly number[];
  /** Bytes of one position of a ragged tensor, or of one row of another. */
  readonly unitBytes: number;
}

/** What follows from the options of a store. */
export interface StoreLayout {
  /** The store's own directory. */
  readonly directory: string;
  /** The content of `store.json`, which says all that the store depends on. */
  readonly description: string;
  /** SHA-256 of the description, in hexadecimal digits; shards carry it, so that none is mixed up with another store's. */
  readonly hash: string;
  /** The configuration as canonical JSON. */
  readonly config: string;
  /** How values are kept on disk. */
  readonly dtype: FeatureDtype;
  /** The tensors, by name in alphabetical order. */
  readonly tensors: readonly TensorLayout[];
  /** Whether a tensor has a length axis. */
  readonly isRagged: boolean;
  /** Size of a full shard, in bytes. */
  readonly shardBytes: number;
}

/** Checks the options of a store and derives its layout. */
export function storeLayout(parent: string, options: FeatureStoreOptions): StoreLayout {
  checkOptionNames('openFeatureStore', options, {
    name: true,
    config: true,
    tensors: true,
    dtype: true,
    shardBytes: true,
  });
  const { name = 'features', config, tensors, dtype = 'float16', shardBytes = 2 ** 28 } = options;
  if (!/^[a-z\d][\w-]{0,63}$/i.test(name)) {
    throw new OptionError(`name: expected up to 64 letters, digits, "_" and "-", received "${name}".`);
  }
  if (dtype !== 'float16' && dtype !== 'float32') {
    throw new OptionError(`dtype: expected "float16" or "float32", received ${JSON.stringify(dtype)}.`);
  }
  if (!Number.isSafeInteger(shardBytes) || shardBytes < 1) {
    throw new OptionError(`shardBytes: expected a whole number from 1, received ${shardBytes}.`);
  }
  const layouts = Object.entries(tensors ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([tensor, described]) => tensorLayout(tensor, described?.shape, dtype));
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new OptionError(`config: expected an object of plain JSON, received ${JSON.stringify(config)}.`);
  }
  if (layouts.length === 0) throw new OptionError('tensors: expected at least one tensor, received none.');

  const parsed = JSON.parse(canonicalJson({ config, dtype, tensors }, 'options')) as object;
  const description = `${JSON.stringify({ format: 'mvsa-fusion feature store', version: FORMAT_VERSION, ...parsed }, null, 2)}\n`;
  const hash = sha256(description);
  return {
    directory: join(parent, `${name}-${hash.slice(0, 16)}`),
    description,
    hash,
    config: canonicalJson(config, 'config'),
    dtype,
    tensors: layouts,
    isRagged: layouts.some(({ isRagged }) => isRagged),
    shardBytes,
  };
}

/** Changes with the format of shards and journals: files of another version lie in another directory. */
const FORMAT_VERSION = 1;

function tensorLayout(name: string, shape: FeatureShape | undefined, dtype: FeatureDtype): TensorLayout {
  // Other names begin with "row_", which is taken by the shard's own tensors.
  if (!/^[a-z]\w*$/i.test(name) || name.startsWith('row_')) {
    throw new OptionError(
      `tensors: expected names of letters, digits and "_" that do not start with "row_", received "${name}".`,
    );
  }
  if (!Array.isArray(shape)) {
    throw new OptionError(`tensors: expected "${name}" to have a shape, received ${JSON.stringify(shape)}.`);
  }
  const isRagged = shape[0] === 'length';
  const innerShape = isRagged ? shape.slice(1) : shape;
  if (!innerShape.every((size): size is number => Number.isSafeInteger(size) && (size as number) > 0)) {
    throw new OptionError(
      `tensors: expected a shape of whole numbers from 1 after an optional first "length", received [${shape.join(', ')}] for "${name}".`,
    );
  }
  const values = innerShape.reduce((product, size) => product * size, 1);
  return { name, isRagged, innerShape, unitBytes: values * (dtype === 'float16' ? 2 : 4) };
}
