/** How the values of a store are kept on disk; they are read as float32. */
export type FeatureDtype = 'float16' | 'float32';

/** Shape of one row of a tensor: whole numbers, and `'length'` as the first axis where rows differ in length. */
export type FeatureShape = readonly (number | 'length')[];

/** A tensor that every row of a store has. */
export interface FeatureTensor {
  /** Shape of one row. */
  readonly shape: FeatureShape;
}

/** Features of one text or image, to be stored. */
export interface FeatureRow {
  /** What the features were computed from: the SHA-256 of the content, as 64 lower-case hexadecimal digits. */
  readonly key: string;
  /**
   * Size of the `'length'` axis, such as the number of tokens.
   * @defaultValue 1; required where a tensor of the store has such an axis
   */
  readonly length?: number;
  /** The values of every tensor of the store, by name, flat in row-major order. */
  readonly tensors: Readonly<Record<string, Float32Array>>;
}

/** Features of one text or image, as they were stored. */
export interface StoredFeatures {
  /** Size of the `'length'` axis; 1 in a store without such an axis, unless another was given. */
  readonly length: number;
  /** The values by tensor name, flat in row-major order; the caller may keep and change them. */
  readonly tensors: Readonly<Record<string, Float32Array>>;
}

/** Options of {@link FeatureStore.read} and {@link FeatureStore.readMany}. */
export interface ReadFeaturesOptions {
  /**
   * Names of the tensors to read; the others are left on the disk.
   * @defaultValue all of the store
   */
  readonly tensors?: readonly string[];
}

/**
 * Features on disk, by the content that they were computed from; open one with {@link openFeatureStore}.
 *
 * All methods may be called while others are under way.
 */
export interface FeatureStore {
  /** The store's own directory, which may be deleted when the store is closed; it exists from the first append on. */
  readonly directory: string;
  /** How many keys the store holds. */
  readonly size: number;
  /** How many stored rows were found damaged or lost so far; each of them counts as absent, and can be appended again. */
  readonly damaged: number;
  /** What was found damaged, and in which file: the first 20 findings, in sentences. */
  readonly problems: readonly string[];
  /** Whether a row of this key is stored; its checksum is compared only when it is read. */
  has(key: string): boolean;
  /** All keys, in no particular order. */
  keys(): IterableIterator<string>;
  /**
   * Stores rows; they are on the disk when the promise resolves, and a crash before that loses no other row.
   *
   * A row whose key is stored already is skipped. The arrays may be changed as soon as this method has returned its promise.
   *
   * @throws {@link ShapeError} when a row has not exactly the store's tensors and shapes
   * @throws {@link OptionError} for a key that is no SHA-256
   * @throws {@link DataError} for a value that is not finite, or beyond float16 in a float16 store; and when the file system
   * refuses, for example because the disk is full: what was stored before is intact, and `append` may be called again.
   */
  append(rows: readonly FeatureRow[]): Promise<void>;
  /**
   * Reads one row, or null where there is none or where it was damaged.
   *
   * @throws {@link OptionError} for the name of a tensor that the store does not have
   * @throws {@link DataError} when the store is closed
   */
  read(key: string, options?: ReadFeaturesOptions): Promise<StoredFeatures | null>;
  /**
   * Reads several rows at once, in the order of their keys; null where {@link FeatureStore.read} would give null.
   *
   * @throws as {@link FeatureStore.read} does
   */
  readMany(keys: readonly string[], options?: ReadFeaturesOptions): Promise<(StoredFeatures | null)[]>;
  /**
   * Learns of the rows that other processes have stored since.
   *
   * @throws {@link DataError} when the directory cannot be read
   */
  refresh(): Promise<void>;
  /** Waits for appends under way and closes all files; nothing can be read or appended from then on. */
  close(): Promise<void>;
}
