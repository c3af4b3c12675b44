import { existsSync } from 'node:fs';
import { normalizeText, openMvsa, tokenizeText } from '../../../src/data';
import { loadTransformersRuntime } from '../../../src/models/extractors/runtime/transformers-runtime';
import { createRandom } from '../../../src/random';

const MODEL = 'models/bert-base-random';

/** The tokens of real posts, in batches drawn by seed, and how they were counted; nothing is kept of the posts. */
export async function mvsaBatches(
  directory: string,
  { count, batchSize, maxLength }: { count: number; batchSize: number; maxLength: number },
): Promise<{ batches: number[][]; countedBy: string }> {
  const { pairs } = await openMvsa(directory);
  const posts = createRandom(7)
    .shuffle([...pairs])
    .slice(0, count * batchSize);
  const hasModel = existsSync(`${MODEL}/tokenizer.json`);
  const countTokens = hasModel ? await wordPieces(maxLength) : wordsAndPunctuation(maxLength);
  const lengths = posts.map(({ text }) => countTokens(normalizeText(text)));
  return {
    batches: Array.from({ length: count }, (_, batch) =>
      lengths.slice(batch * batchSize, (batch + 1) * batchSize),
    ),
    countedBy: hasModel ? "BERT's word pieces" : 'words and punctuation, as models/ is not built',
  };
}

async function wordPieces(maxLength: number): Promise<(text: string) => number> {
  const tokenizer = await (await loadTransformersRuntime()).loadTokenizer(MODEL);
  return (text) => tokenizer.encode(text, maxLength).length;
}

/** With [CLS] and [SEP]. */
const wordsAndPunctuation = (maxLength: number) => (text: string) =>
  Math.min(maxLength, 2 + tokenizeText(text).length);
