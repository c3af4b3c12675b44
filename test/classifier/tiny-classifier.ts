import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClassifierOptions, SentimentClassifier } from '../../src/classifier';
import { createSampleMvsa, type LabelledPost, openMvsa } from '../../src/data';

/** Options under which a classifier is trained in a second or two. */
export const TINY = {
  epochs: 1,
  projectionDim: 8,
  numHeads: 2,
  imageSize: 28,
  batchSize: 16,
  seed: 7,
} as const satisfies ClassifierOptions;

/** Posts of the sample data set, in a folder that `remove` deletes. */
export async function samplePosts(pairs = 90): Promise<{
  readonly posts: readonly LabelledPost[];
  readonly folder: string;
  remove(): Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'classifier-'));
  await createSampleMvsa(join(folder, 'sample'), { pairs, seed: 3 });
  const { pairs: posts } = await openMvsa(join(folder, 'sample'));
  return { posts, folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Posts of text alone, whose label is their first word. */
export function wordPosts(labels: readonly string[], each: number): LabelledPost[] {
  const words = ['sun', 'rain', 'snow', 'wind', 'fog'];
  return Array.from({ length: labels.length * each }, (_, at) => {
    const label = labels[at % labels.length] as string;
    return { id: `w${at}`, label, text: `${words[at % labels.length]} day number ${at} again` };
  });
}

/** A classifier of texts alone, which needs no image and no time. */
export function trainOnWords(
  posts: readonly LabelledPost[],
  options: ClassifierOptions = {},
): Promise<SentimentClassifier> {
  return SentimentClassifier.train(posts, { ...TINY, fusion: 'text-only', ...options });
}
