import { OptionError } from '../../errors';
import { SENTIMENT_LABELS, type SentimentLabel } from '../../types';

/**
 * Checks that each part of a split that holds posts holds posts of every class, before time is spent on training.
 *
 * Without a class in training nothing learns it; without it in validation or test its recall and F1 are 0/0. `splitPairs` and
 * `kFoldPairs` call it themselves; call it for a split that was read from files.
 *
 * @param split the parts by name, such as the result of `splitPairs` or `readSplit`; an empty part is passed over
 * @throws {@link OptionError} that names the class and the part, and says what to do.
 * @example
 * ```ts
 * import { checkSplitClasses, openMvsa, readSplit } from 'mvsa-fusion/data';
 *
 * const { train, validation } = await readSplit(await openMvsa('./MVSA_Single'), 'clmlf-fold-1');
 * checkSplitClasses({ train, validation });
 * ```
 */
export function checkSplitClasses(
  split: Readonly<Record<string, readonly { readonly label: SentimentLabel }[]>>,
): void {
  refuseMissingClasses(split, 'choose another split or label rule');
}

/**
 * Does what {@link checkSplitClasses} does, for those who know another way out.
 *
 * @param wayOut what a caller who wants such a split can do, for the message
 */
export function refuseMissingClasses(
  split: Readonly<Record<string, readonly { readonly label: SentimentLabel }[]>>,
  wayOut: string,
): void {
  const parts = Object.entries(split);
  for (const [name, posts] of parts) {
    if (posts.length === 0) continue;
    const absent = SENTIMENT_LABELS.find((label) => posts.every((post) => post.label !== label));
    if (absent === undefined) continue;
    const elsewhere = parts.flatMap(([, all]) => all).filter(({ label }) => label === absent).length;
    throw new OptionError(
      `${name}: expected posts of every class, received ${posts.length} posts, none of them ${absent}` +
        (elsewhere > 0
          ? ` (${elsewhere} elsewhere). Stratify, give ${name} a larger share, or ${wayOut}.`
          : `${parts.length > 1 ? ', as in the other parts' : ''}. Add posts of that class, or ${wayOut}.`),
    );
  }
}
