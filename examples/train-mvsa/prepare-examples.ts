import type { MvsaPair, PairSplits, SkippedPost } from 'mvsa-fusion/data';
import {
  type CompactText,
  fitCompactText,
  joinExamples,
  type PostExamples,
  prepareCompactExamples,
} from 'mvsa-fusion/models';
import type { FrozenFeatures } from './frozen-features';
import type { Run } from './run';

/** The posts of a split, ready for a model. */
export interface PreparedSplit {
  readonly train: PostExamples;
  readonly validation: PostExamples;
  /** Null where the split has no test part. */
  readonly test: PostExamples | null;
  /** What texts become without a frozen model. */
  readonly compactText: CompactText;
  /** Posts whose image cannot be decoded. */
  readonly unreadable: readonly SkippedPost[];
}

/** Features of frozen models from the cache; else texts to hashed n-grams, images to pixels. */
export async function prepareExamples(
  split: PairSplits,
  frozen: FrozenFeatures | null,
  imageSize: number,
  { timed, signal, onProgress }: Run,
): Promise<PreparedSplit> {
  const compactText = fitCompactText(split.train.map(({ text }) => text));
  const unreadable = new Map(frozen?.features.unreadable.map(({ id, reason }) => [id, reason]));
  const prepare = async (name: string, pairs: readonly MvsaPair[]): Promise<PostExamples> => {
    if (frozen?.text && frozen.image) return joinExamples(pairs, frozen.features);
    const compact = await timed('prepare', () =>
      prepareCompactExamples(pairs, {
        compactText,
        imageSize,
        signal,
        onProgress: (state) => onProgress({ ...state, stage: `prepare ${name}` }),
      }),
    );
    for (const { id, reason } of compact.unreadable) unreadable.set(id, reason);
    return frozen ? joinExamples(pairs, frozen.features, compact) : compact;
  };
  const train = await prepare('train', split.train);
  const validation = await prepare('validation', split.validation);
  const test = split.test.length > 0 ? await prepare('test', split.test) : null;
  return {
    train,
    validation,
    test,
    compactText,
    unreadable: Array.from(unreadable, ([id, reason]) => ({ id, reason })),
  };
}
