import { join } from 'node:path';
import {
  checkSplitClasses,
  createSampleMvsa,
  findDuplicates,
  type MvsaDataset,
  openMvsa,
  type PairSplits,
  readSplit,
  type SplitFiles,
  splitPairs,
} from 'mvsa-fusion/data';
import type { Options } from './options';
import type { Run } from './run';

/** The data set that the options name, or a sample that is written first, and its split. */
export async function openData(
  options: Options,
  { timed, signal, onProgress }: Run,
): Promise<{ directory: string; dataset: MvsaDataset; split: PairSplits }> {
  const { sample, seed } = options;
  const directory = options.data ?? join(options.out, 'sample');
  if (sample !== undefined) {
    await timed('sample', () => createSampleMvsa(directory, { pairs: sample, seed, onProgress }));
  }
  const dataset = await timed('open', () =>
    openMvsa(directory, {
      ...(options.variant && { variant: options.variant }),
      labelRule: options.labelRule,
    }),
  );
  const { split: names = [] } = options;
  const [name] = names;
  // Copies of a post must not stand on both sides of a split of our own; drawn faces look alike and are no copies.
  const copies = () =>
    findDuplicates(dataset.pairs, {
      images: sample ? 'bytes' : 'near',
      signal,
      onProgress,
    });
  const split =
    name === undefined
      ? splitPairs(dataset.pairs, {
          ratios: sample ? [0.6, 0.1, 0.3] : [0.7, 0.15, 0.15],
          groupDuplicates: await timed('copies', copies),
          seed,
        })
      : // How many files there are is for readSplit to check.
        await readSplit(dataset, names.length === 1 ? name : (names as readonly string[] as SplitFiles));
  for (const name of ['train', 'validation'] as const) {
    if (split[name].length === 0)
      throw new Error(`${directory}: the ${name} split is empty; it needs posts to train on.`);
  }
  checkSplitClasses({ train: split.train, validation: split.validation, test: split.test });
  return { directory, dataset, split };
}
