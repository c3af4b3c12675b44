import { normalizeText, tokenizeText } from '../../data/text/normalize-text';
import type { TextOptions } from '../../data/text/text-options';
import { resolveOptions } from '../../options/option-table';
import { COMPACT_TEXT_SIZES, type CompactTextSizes } from './compact-text-sizes';

/** How texts become the compact model's inputs: plain data, which `compactTextStream` carries. */
export interface CompactText extends CompactTextSizes {
  /** [wideBuckets], ln((1 + texts) / (1 + texts with the n-gram)) + 1, scikit-learn's smoothed form. */
  readonly inverseDocumentFrequencies: Float32Array;
}

/** One text as the compact model reads it. */
export interface EncodedCompactText {
  /** [maxTokens * gramsPerToken]; 0 = padding */
  readonly gramIds: Int32Array;
  /** [maxTokens]; 1 = real, 0 = padding */
  readonly paddingMask: Float32Array;
  /** [maxGrams]; 0 = padding */
  readonly wideIds: Int32Array;
  /** [maxGrams], TF-IDF of each n-gram, of length 1 together */
  readonly wideWeights: Float32Array;
}

/** Everything is unified that a few thousand posts are too few to learn; hashtags, emoji and punctuation tell and stay. */
const TEXT_STEPS: TextOptions = {
  entities: 'decode',
  unicode: 'nfkc',
  urls: { token: '<url>' },
  mentions: { token: '<user>' },
  repeats: 'squeeze',
  case: 'lower',
  whitespace: 'squeeze',
};

/**
 * Learns document frequencies from training texts and fixes the sizes of the compact text representation.
 *
 * @param texts raw training texts; those of other splits must not be among them
 * @throws {@link OptionError} when a size is unknown or out of range.
 * @example
 * ```ts
 * import { compactTextEncoder, encodeCompactText, fitCompactText } from 'mvsa-fusion/models';
 *
 * const compactText = fitCompactText(['so happy today', 'what a sad day'], { maxTokens: 8, buckets: 4096 });
 * const { gramIds, paddingMask } = encodeCompactText(compactText, 'a happy day');
 * console.log(gramIds.length, paddingMask); // 96, [1, 1, 1, 0, 0, 0, 0, 0]
 *
 * // An encoder reads as many ids a token, of as many buckets; where both are the defaults, compactTextEncoder() does.
 * const { gramsPerToken, buckets } = compactText;
 * const encoder = compactTextEncoder({ gramsPerToken, buckets });
 * ```
 * @see Salton and Buckley 1988, "Term-weighting approaches in automatic text retrieval"
 */
export function fitCompactText(texts: readonly string[], sizes: Partial<CompactTextSizes> = {}): CompactText {
  const all = resolveOptions('fitCompactText', sizes, COMPACT_TEXT_SIZES);
  const documentCounts = new Float32Array(all.wideBuckets);
  for (const text of texts) {
    for (const id of countWideGrams(tokensOf(text), all.wideBuckets).keys()) {
      documentCounts[id] = (documentCounts[id] as number) + 1;
    }
  }
  const inverseDocumentFrequencies = documentCounts.map(
    (count) => Math.log((1 + texts.length) / (1 + count)) + 1,
  );
  return { ...all, inverseDocumentFrequencies };
}

/** Encodes one raw text for `compactTextEncoder` and `wideTextClassifier`. */
export function encodeCompactText(compactText: CompactText, text: string): EncodedCompactText {
  const { maxTokens, gramsPerToken, buckets, maxGrams, wideBuckets, inverseDocumentFrequencies } =
    compactText;
  const tokens = tokensOf(text);

  const gramIds = new Int32Array(maxTokens * gramsPerToken);
  const paddingMask = new Float32Array(maxTokens);
  for (const [position, token] of tokens.slice(0, maxTokens).entries()) {
    paddingMask[position] = 1;
    const grams = [`<${token}>`, ...characterGrams(token)].slice(0, gramsPerToken);
    gramIds.set(
      grams.map((gram) => bucketOf(gram, buckets)),
      position * gramsPerToken,
    );
  }

  const wideIds = new Int32Array(maxGrams);
  const wideWeights = new Float32Array(maxGrams);
  const counts = [...countWideGrams(tokens, wideBuckets)].slice(0, maxGrams);
  // Sublinear term frequency: a word said five times is not five times as telling.
  const weights = counts.map(
    ([id, count]) => (1 + Math.log(count)) * (inverseDocumentFrequencies[id] as number),
  );
  const length = Math.hypot(...weights) || 1;
  for (const [index, [id]] of counts.entries()) {
    wideIds[index] = id;
    wideWeights[index] = (weights[index] as number) / length;
  }
  return { gramIds, paddingMask, wideIds, wideWeights };
}

function tokensOf(text: string): string[] {
  // One RT only, where `retweets: 'remove'` takes all of a chain: the published results were measured so.
  return tokenizeText(normalizeText(text.replace(/^\s*RT\b:?/i, ''), TEXT_STEPS));
}

/** The character 3-grams to 5-grams of `<token>`, the longest first: they say most of a word's stem. */
function characterGrams(token: string): string[] {
  const characters = [...`<${token}>`];
  const grams: string[] = [];
  for (const size of [5, 4, 3]) {
    for (let start = 0; start + size <= characters.length && size < characters.length; start++) {
      grams.push(characters.slice(start, start + size).join(''));
    }
  }
  return grams;
}

/** How often each word 1-gram and 2-gram occurs, by bucket. */
function countWideGrams(tokens: readonly string[], buckets: number): Map<number, number> {
  const counts = new Map<number, number>();
  for (const [index, token] of tokens.entries()) {
    const previous = tokens[index - 1];
    for (const gram of previous === undefined ? [token] : [token, `${previous} ${token}`]) {
      const id = bucketOf(gram, buckets);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  }
  return counts;
}

/** FNV-1a over UTF-16 units with a final mix, into [1, buckets): 0 is padding. */
function bucketOf(gram: string, buckets: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < gram.length; index++) {
    hash = Math.imul(hash ^ gram.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return 1 + (((hash ^ (hash >>> 13)) >>> 0) % (buckets - 1));
}
