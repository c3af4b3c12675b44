import type { MvsaBatchesOptions } from '../../../src/data/batches/batch-options';
import type { MvsaBatch } from '../../../src/data/batches/mvsa-batches';
import type { Tokenizer } from '../../../src/data/batches/tokenizer';
import type { MvsaPair } from '../../../src/data/mvsa/mvsa-dataset';
import { SENTIMENT_LABELS } from '../../../src/types';

/** Gives each word its length, between a 1 and a 2; pads with 7. */
export const lengthTokenizer: Tokenizer = {
  padTokenId: 7,
  encode(text, maxLength) {
    const words = text.split(' ').filter((word) => word !== '');
    return [1, ...words.slice(0, maxLength - 2).map((word) => word.length + 10), 2];
  },
};

/** Posts that exist in memory: post n has n % 4 words. */
export function tinyPosts(count: number): MvsaPair[] {
  return Array.from({ length: count }, (_, index) => {
    const label = SENTIMENT_LABELS[index % 3] as MvsaPair['label'];
    const text = 'aa bbb cccc'
      .split(' ')
      .slice(0, index % 4)
      .join(' ');
    return { id: String(index), text, imagePath: `${index}.jpg`, textLabel: label, imageLabel: label, label };
  });
}

/** Options for images of 2 x 3 pixels that hold the post's id. */
export const tinyOptions = {
  tokenizer: lengthTokenizer,
  maxLength: 6,
  imageTransform: { resize: [2, 3], mean: [0, 0, 0], std: [1, 1, 1] },
  loadImage: async (pair: MvsaPair) => new Float32Array(18).fill(Number(pair.id)),
  batchSize: 3,
} as const satisfies MvsaBatchesOptions;

/** Frees a batch and returns its ids. */
export function take({ ids, texts, ...tensors }: MvsaBatch): readonly string[] {
  for (const tensor of Object.values(tensors)) tensor.dispose();
  return ids;
}

/** The ids of each batch of one epoch. */
export async function idsOf(batches: AsyncIterable<MvsaBatch>): Promise<(readonly string[])[]> {
  const ids: (readonly string[])[] = [];
  for await (const batch of batches) ids.push(take(batch));
  return ids;
}

export const sleep = (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds));
