import { type NamedTensorMap, tensor } from '@tensorflow/tfjs-core';
import { padRows } from '../../data/batches/pad-rows';
import { DataError, OptionError } from '../../errors';
import { kindOf } from '../../options/check-option-names';
import { type OptionTable, resolveOptions } from '../../options/option-table';
import { integerFrom } from '../../options/rules';
import type { ReadFile, StreamDescription, TextStream } from '../streams/stream';
import { type CompactText, encodeCompactText } from './compact-text';
import { compactTextEncoder, wideTextClassifier } from './compact-text-encoder';
import type { CompactTextSizes } from './compact-text-sizes';

/** Options of {@link compactTextStream}. */
export interface CompactTextStreamOptions {
  /**
   * Width of a token.
   * @defaultValue 64
   */
  readonly dim?: number;
}

const OPTIONS = {
  dim: { default: 64, rule: integerFrom(1) },
} as const satisfies OptionTable<CompactTextStreamOptions>;

const FREQUENCIES_FILE = 'frequencies.bin';

/**
 * Makes the text stream that is trained along and needs no download: hashed n-grams, {@link compactTextEncoder} and the wide path.
 *
 * Inputs: `gramIds` [batch, tokens, gramsPerToken] and `paddingMask` [batch, tokens], padded to the longest text of the batch;
 * `wideIds` and `wideWeights` [batch, maxGrams].
 *
 * @param compactText what `fitCompactText` learnt from the training texts
 * @throws {@link OptionError} when an option is unknown or out of range, and when `compactText` is none.
 * @example
 * ```ts
 * import { compactTextStream, fitCompactText } from 'mvsa-fusion/models';
 *
 * const text = compactTextStream(fitCompactText(['so happy today', 'what a sad day']), { dim: 32 });
 * console.log(text.dim, text.positions); // 32 null: as many tokens as the longest text of a batch has
 * ```
 */
export function compactTextStream(
  compactText: CompactText,
  options: CompactTextStreamOptions = {},
): TextStream {
  const { dim } = resolveOptions('compactTextStream', options, OPTIONS);
  if (!(Object(compactText).inverseDocumentFrequencies instanceof Float32Array)) {
    throw new OptionError(
      `compactTextStream: expected what fitCompactText gives, received ${kindOf(compactText)}.`,
    );
  }
  const { inverseDocumentFrequencies, ...sizes } = compactText;
  const { gramsPerToken, maxGrams, buckets, wideBuckets } = sizes;
  return {
    dim,
    positions: null,
    inputNames: ['gramIds', 'paddingMask', 'wideIds', 'wideWeights'],
    description: { family: 'compact', dim, ...sizes },
    async prepare(texts, { signal }) {
      signal?.throwIfAborted();
      const encoded = texts.map((text) => (text === null ? null : encodeCompactText(compactText, text)));
      return {
        problems: texts.map(() => null),
        batch(indices, inputNames) {
          const rows = indices.map((index) => encoded[index] ?? null);
          const named: NamedTensorMap = {};
          if (inputNames.includes('gramIds') || inputNames.includes('paddingMask')) {
            const grams = rows.map((row) =>
              row ? row.gramIds.subarray(0, lengthOf(row) * gramsPerToken) : null,
            );
            const { values, paddingMask, positions } = padRows(Int32Array, grams, gramsPerToken);
            const shape = [rows.length, positions];
            if (inputNames.includes('gramIds'))
              named.gramIds = tensor(values, [...shape, gramsPerToken], 'int32');
            if (inputNames.includes('paddingMask')) named.paddingMask = tensor(paddingMask, shape, 'float32');
          }
          const wide = [rows.length, maxGrams];
          if (inputNames.includes('wideIds')) {
            const ids = rows.map((row) => row?.wideIds ?? null);
            named.wideIds = tensor(padRows(Int32Array, ids, maxGrams).values, wide, 'int32');
          }
          if (inputNames.includes('wideWeights')) {
            const weights = rows.map((row) => row?.wideWeights ?? null);
            named.wideWeights = tensor(padRows(Float32Array, weights, maxGrams).values, wide, 'float32');
          }
          return named;
        },
      };
    },
    build: ({ seed, numClasses }) => ({
      encoder: compactTextEncoder({ gramsPerToken, buckets, dim, seed }),
      wide: wideTextClassifier({ buckets: wideBuckets, maxGrams, numClasses }),
    }),
    files: () => ({
      [FREQUENCIES_FILE]: new Uint8Array(Float32Array.from(inverseDocumentFrequencies).buffer),
    }),
    dispose: async () => {},
  };
}

/** Real tokens of an encoded text, which come first. */
function lengthOf({ paddingMask }: { readonly paddingMask: Float32Array }): number {
  return paddingMask.lastIndexOf(1) + 1;
}

/** Makes the stream again from what was saved of it. */
export async function loadCompactTextStream(
  description: StreamDescription,
  read: ReadFile,
): Promise<TextStream> {
  const { family: _, dim, ...sizes } = description as StreamDescription & CompactTextSizes & { dim: number };
  const bytes = await read(FREQUENCIES_FILE);
  if (bytes.length !== 4 * sizes.wideBuckets) {
    throw new DataError(
      `${FREQUENCIES_FILE}: expected ${4 * sizes.wideBuckets} bytes, received ${bytes.length}. Save the model again.`,
    );
  }
  // A copy: the bytes may begin where no float can.
  const inverseDocumentFrequencies = new Float32Array(Uint8Array.from(bytes).buffer);
  return compactTextStream({ ...sizes, inverseDocumentFrequencies }, { dim });
}
