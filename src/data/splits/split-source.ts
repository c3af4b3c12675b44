import { OptionError } from '../../errors';
import { kindOf } from '../../options/check-option-names';
import { checkPairs } from '../mvsa/mvsa-dataset';
import type { LabelledPost } from '../posts/post';

/** A data set that can be split: what `openMvsa` gives, whose posts are `pairs`, or `openPosts`, whose posts are `posts`. */
export interface SplitSource<P extends LabelledPost> {
  /** The posts of an MVSA data set. */
  readonly pairs?: readonly P[];
  /** The posts of a file of your own. */
  readonly posts?: readonly P[];
  /** The classes, in their order; those of the posts when absent. */
  readonly classNames?: readonly string[];
}

/**
 * The posts of a data set, whatever opened it.
 *
 * @throws {@link OptionError} when it is no opened data set
 */
export function postsOf<P extends LabelledPost>(dataset: SplitSource<P>): readonly P[] {
  const list = (['pairs', 'posts'] as const).find(
    (name) => typeof dataset === 'object' && dataset !== null && name in dataset,
  );
  if (list === undefined) {
    throw new OptionError(`dataset: expected an opened data set, received ${kindOf(dataset)}.`);
  }
  checkPairs(`dataset.${list}`, dataset[list]);
  return dataset[list] as readonly P[];
}
