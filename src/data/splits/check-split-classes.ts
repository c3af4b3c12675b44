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
  const parts = Object.entries(split);
  for (const [name, posts] of parts) {
    if (posts.length === 0) continue;
    const absent = SENTIMENT_LABELS.find((label) => posts.every((post) => post.label !== label));
    if (absent === undefined) continue;
    const total = parts.flatMap(([, all]) => all).filter(({ label }) => label === absent).length;
    throw new OptionError(
      `${name}: expected posts of every class, received ${posts.length} posts, none of them ${absent}` +
        (total === 0
          ? `, as in the whole split. Add posts of that class, or set allowMissingClasses to go on without it.`
          : ` (${total} elsewhere). Stratify, give ${name} a larger share, or set allowMissingClasses to go on.`),
    );
  }
}
