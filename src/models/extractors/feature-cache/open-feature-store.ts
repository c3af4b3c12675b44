import { mapConcurrently } from '../../../concurrency';
import { DataError, MvsaFusionError, OptionError } from '../../../errors';
import { checkOptionNames } from '../../../options/check-option-names';
import type { FeatureRow, FeatureStore, ReadFeaturesOptions, StoredFeatures } from './feature-store';
import { encodeRows, readRow } from './rows';
import { StoreIndex } from './store-index';
import { type FeatureStoreOptions, type StoreLayout, storeLayout } from './store-layout';
import { StoreWriter } from './store-writer';

/**
 * Opens a store of features, which lies in `directory/NAME-HASH/` with a hash of the configuration, tensors and dtype.
 *
 * Nothing is written before the first append. Several processes may read and append at the same time, each to files of its
 * own. A store survives `kill -9`, a full disk and flipped bytes: a row that is damaged or lost reads as absent.
 *
 * Each shard is a safetensors file. Python reads it with the package `safetensors`: where row `i` of `row_keys` is not all
 * zeros, `tokens[row_starts[i] : row_starts[i] + row_lengths[i]]` and `pooled[i]` are its values.
 *
 * @param directory holds the stores; need not exist
 * @throws {@link OptionError} for options that are out of range, or a configuration that is no plain JSON
 * @throws {@link DataError} when the directory is there but cannot be read
 * @example
 * ```ts
 * import { createHash } from 'node:crypto';
 * import { openFeatureStore } from 'mvsa-fusion/models';
 *
 * const store = await openFeatureStore('./.cache', {
 *   name: 'text',
 *   config: { model: 'bert-base-uncased', layer: 12 },
 *   tensors: { tokens: { shape: ['length', 768] }, pooled: { shape: [768] } },
 * });
 * const key = createHash('sha256').update('so proud of my team').digest('hex');
 * if (!store.has(key)) {
 *   const tensors = { tokens: new Float32Array(7 * 768), pooled: new Float32Array(768) };
 *   await store.append([{ key, length: 7, tensors }]);
 * }
 * const row = await store.read(key);
 * console.log(row?.length); // 7
 * await store.close();
 * ```
 */
export async function openFeatureStore(
  directory: string,
  options: FeatureStoreOptions,
): Promise<FeatureStore> {
  const store = new DirectoryFeatureStore(storeLayout(directory, options));
  await store.refresh();
  return store;
}

/** How many rows are read at once; Node does four at a time, and the rest wait. */
const READS_AT_ONCE = 8;

class DirectoryFeatureStore implements FeatureStore {
  readonly #layout: StoreLayout;
  readonly #index: StoreIndex;
  #writer: StoreWriter | null = null;
  /** The last of the appends and refreshes, which follow each other. */
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(layout: StoreLayout) {
    this.#layout = layout;
    this.#index = new StoreIndex(layout);
  }

  get directory(): string {
    return this.#layout.directory;
  }

  get size(): number {
    return this.#index.size;
  }

  get damaged(): number {
    return this.#index.damaged;
  }

  get problems(): readonly string[] {
    return this.#index.problems;
  }

  has(key: string): boolean {
    return this.#index.has(key);
  }

  keys(): IterableIterator<string> {
    return this.#index.keys();
  }

  async append(rows: readonly FeatureRow[]): Promise<void> {
    this.#checkOpen();
    const seen = new Set<string>();
    const fresh = rows.filter(({ key }) => !this.has(key) && !seen.has(key) && seen.add(key));
    if (fresh.length === 0) return;
    // Before the first await, so that the caller may use its arrays again.
    const encoded = encodeRows(this.#layout, fresh);
    await this.#inTurn(async () => {
      try {
        this.#writer ??= await StoreWriter.create(this.#layout);
        await this.#writer.write(encoded);
      } catch (cause) {
        const writer = this.#writer;
        this.#writer = null;
        await writer?.close();
        if (cause instanceof MvsaFusionError) throw new DataError(cause.message, { cause });
        throw new DataError(
          `${this.directory}: could not store ${fresh.length} rows: ${(cause as Error).message}. What was stored before is intact. Free space or choose another directory, and run again.`,
          { cause },
        );
      }
      await this.#index.readJournal(this.#writer.id);
    });
  }

  async read(key: string, options: ReadFeaturesOptions = {}): Promise<StoredFeatures | null> {
    const wanted = this.#tensorsOf(options);
    for (;;) {
      this.#checkOpen();
      const location = this.#index.find(key);
      if (!location) return null;
      try {
        const row = await readRow(this.#layout, location, wanted);
        if (row) return row;
        this.#index.drop(location, 'is not as it was stored');
      } catch (cause) {
        this.#checkOpen();
        if ((cause as NodeJS.ErrnoException).code !== 'EIO') {
          throw new DataError(`${this.directory}: cannot be read: ${(cause as Error).message}.`, { cause });
        }
        this.#index.drop(location, 'cannot be read from the disk');
      }
    }
  }

  async readMany(
    keys: readonly string[],
    options: ReadFeaturesOptions = {},
  ): Promise<(StoredFeatures | null)[]> {
    return mapConcurrently(keys, READS_AT_ONCE, (key) => this.read(key, options));
  }

  async refresh(): Promise<void> {
    this.#checkOpen();
    await this.#inTurn(() => this.#index.refresh());
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#inTurn(async () => {
      await this.#writer?.close();
      await this.#index.close();
    });
  }

  #tensorsOf(options: ReadFeaturesOptions): number[] {
    checkOptionNames('read', options, { tensors: true });
    const { tensors: names } = options;
    const all = this.#layout.tensors.map(({ name }) => name);
    return (names ?? all).map((name) => {
      const index = all.indexOf(name);
      if (index >= 0) return index;
      throw new OptionError(`tensors: expected names among ${all.join(', ')}, received "${name}".`);
    });
  }

  #checkOpen(): void {
    if (!this.#isClosed) return;
    throw new DataError(`${this.directory}: expected an open store, received a call after close().`);
  }

  /** Runs after what was asked for before, whether that succeeded or not. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => {});
    return result;
  }
}
