import { type NamedTensorMap, tensor } from '@tensorflow/tfjs-core';
import { normalizeText, TEXT_PRESETS, type TextOptions, type TextPreset } from '../../data';
import { padRows } from '../../data/batches/pad-rows';
import type { WorkOptions } from '../../data/batches/preparers/post-preparer';
import { type OptionTable, type ResolvedOptions, resolveOptions } from '../../options/option-table';
import { integerFrom, oneOf, TEXT } from '../../options/rules';
import type { TextStream } from '../streams/stream';
import { openTextStore, type TextDetail, textKey } from './feature-cache/feature-keys';
import type { FeatureRow } from './feature-cache/feature-store';
import { backgroundWriter, lengthBatches, progressCounter, readRow } from './feature-cache/fill-store';
import { type FeaturePlace, memoryStore } from './feature-cache/memory-store';
import type { TextExtractor, TextFeatures } from './feature-extractor';

/** Options of {@link frozenTextStream}. */
export interface FrozenTextStreamOptions {
  /**
   * What is kept of a text: a vector for each token, or one for the whole.
   * @defaultValue `'sequence'`
   */
  readonly tokens?: TextDetail;
  /**
   * How texts are normalised before the tokenizer, see `normalizeText`.
   * @defaultValue `'tweet'`
   */
  readonly normalize?: TextOptions | TextPreset;
  /**
   * The directory where features are kept from run to run, see `extractFeatures`.
   * @defaultValue none: in memory, until the examples are closed
   */
  readonly cache?: string;
  /**
   * How features are kept. float16 halves the space and rounds each number to a relative 0.0005.
   * @defaultValue `'float16'`
   */
  readonly dtype?: 'float16' | 'float32';
  /**
   * The most tokens of a batch of texts, padding included. Texts of like length share a batch.
   * @defaultValue 512
   */
  readonly tokenBudget?: number;
}

export const FROZEN_TEXT_OPTIONS = {
  tokens: { default: 'sequence', rule: oneOf('sequence', 'pooled') },
  normalize: { default: 'tweet' },
  cache: { rule: TEXT },
  dtype: { default: 'float16', rule: oneOf('float16', 'float32') },
  tokenBudget: { default: 512, rule: integerFrom(1) },
} as const satisfies OptionTable<FrozenTextStreamOptions>;

type Settings = ResolvedOptions<FrozenTextStreamOptions, typeof FROZEN_TEXT_OPTIONS>;

/**
 * Makes a text stream of a frozen model: its features are computed once, and nothing of it is trained.
 *
 * Inputs: `tokens` [batch, tokens, dim] and `paddingMask` [batch, tokens], padded to the longest text of the batch.
 *
 * @throws {@link OptionError} when an option is unknown or out of range.
 * @example
 * ```ts
 * import { bertExtractor, frozenTextStream } from 'mvsa-fusion/models';
 *
 * const text = frozenTextStream(await bertExtractor('Xenova/bert-base-uncased'), { cache: './.cache/features' });
 * console.log(text.dim); // 768
 * ```
 */
export function frozenTextStream(
  extractor: TextExtractor,
  options: FrozenTextStreamOptions = {},
): TextStream {
  const settings = resolveOptions('frozenTextStream', options, FROZEN_TEXT_OPTIONS);
  const { tokens: detail, normalize, dtype, cache } = settings;
  const { dim } = extractor;
  const steps = typeof normalize === 'string' ? TEXT_PRESETS[normalize] : normalize;
  const openStore = async () =>
    cache === undefined ? memoryStore(dtype) : openTextStore(cache, extractor, { detail, normalize, dtype });
  return {
    dim,
    positions: detail === 'pooled' ? 1 : null,
    inputNames: ['tokens', 'paddingMask'],
    description: {
      family: 'frozen',
      origin: extractor.origin ?? null,
      extractor: extractor.config,
      tokens: detail,
      normalize: steps,
      dtype,
    },
    async prepare(texts, work) {
      const seen = texts.map((text) => (text === null ? null : normalizeText(text, normalize)));
      const keys = seen.map((text) => (text === null ? null : textKey(text)));
      const textOfKey = new Map(keys.flatMap((key, at) => (key === null ? [] : [[key, seen[at] as string]])));
      const store = await openStore();
      try {
        await computeTexts(extractor, store, textOfKey, settings, work);
      } catch (error) {
        await store.close();
        throw error;
      }
      const read = async (index: number) => {
        const key = keys[index] ?? null;
        if (key === null) return null;
        const row = await readRow(store, key, `text ${index}`, async () => {
          const text = textOfKey.get(key) as string;
          const [features] = await extractor.run([extractor.tokenize(text)]);
          await store.append([textRow(key, features as TextFeatures, dim, detail)]);
        });
        return row.tensors[detail === 'sequence' ? 'tokens' : 'pooled'] as Float32Array;
      };
      return {
        problems: texts.map(() => null),
        async batch(indices, inputNames) {
          const rows = await Promise.all(indices.map(read));
          const { values, paddingMask, positions } = padRows(Float32Array, rows, dim);
          const named: NamedTensorMap = {};
          if (inputNames.includes('tokens')) named.tokens = tensor(values, [rows.length, positions, dim]);
          if (inputNames.includes('paddingMask'))
            named.paddingMask = tensor(paddingMask, [rows.length, positions]);
          return named;
        },
        close: () => store.close(),
      };
    },
    build: () => ({}),
    files: () => ({}),
    dispose: () => extractor.dispose(),
  };
}

/** Computes the texts that the store lacks, longest first. */
async function computeTexts(
  extractor: TextExtractor,
  store: FeaturePlace,
  textOfKey: ReadonlyMap<string, string>,
  { tokenBudget, tokens: detail }: Settings,
  { onProgress, signal }: WorkOptions,
): Promise<void> {
  const missing = [...textOfKey].filter(([key]) => !store.has(key));
  const ids = missing.map(([, text]) => extractor.tokenize(text));
  const batches = lengthBatches(
    ids.map(({ length }) => length),
    tokenBudget,
  );
  const count = progressCounter('texts', missing.length, onProgress);
  const write = backgroundWriter(store);
  for (const batch of batches) {
    signal?.throwIfAborted();
    const features = await extractor.run(batch.map((at) => ids[at] as readonly number[]));
    await write(
      features.map((one, at) =>
        textRow((missing[batch[at] as number] as [string, string])[0], one, extractor.dim, detail),
      ),
    );
    count(batch.length);
  }
  await write([]);
}

/** A text's features as a store takes them. */
function textRow(key: string, { tokens, pooled }: TextFeatures, dim: number, detail: TextDetail): FeatureRow {
  return {
    key,
    length: tokens.length / dim,
    tensors: detail === 'sequence' ? { tokens, pooled } : { pooled },
  };
}
