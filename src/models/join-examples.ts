import { dispose, type NamedTensorMap } from '@tensorflow/tfjs-core';
import { encodeLabels, type LabelledExamples, type MvsaPair } from '../data';
import { OptionError } from '../errors';

/** Examples that keep the posts they are made of, such as `FeatureExamples` and `CompactExamples`. */
export interface PostExamples extends LabelledExamples {
  /** The posts, in the order of their indices. */
  readonly pairs: readonly MvsaPair[];
}

/**
 * Gives posts their inputs out of several sources, such as frozen text features and decoded images.
 *
 * A post stays when every source has it, by id. Each input comes from the first source that gives it. With one source this is
 * the part of it that the posts name.
 *
 * @param pairs the posts wanted, in the order of their indices
 * @param sources examples of these posts, and maybe of more; they stay open as long as the result is used
 * @throws {@link OptionError} without a source.
 * @example
 * ```ts
 * import { openMvsa } from 'mvsa-fusion/data';
 * import { extractFeatures, fitCompactText, joinExamples, prepareCompactExamples, textExtractor } from 'mvsa-fusion/models';
 *
 * const { pairs } = await openMvsa('./MVSA_Single');
 * const text = await textExtractor('./models/all-minilm-l6-v2');
 * const features = await extractFeatures(pairs, { text, cache: './.cache' });
 * const compact = await prepareCompactExamples(pairs, { compactText: fitCompactText(pairs.map((pair) => pair.text)) });
 * const examples = joinExamples(pairs, features, compact); // tokens and paddingMask of features, image of compact
 * ```
 */
export function joinExamples(pairs: readonly MvsaPair[], ...sources: readonly PostExamples[]): PostExamples {
  if (sources.length === 0)
    throw new OptionError('joinExamples: expected at least one source, received none.');
  const positions = sources.map((source) => new Map(source.pairs.map(({ id }, at) => [id, at])));
  const kept = pairs.filter(({ id }) => positions.every((positionOf) => positionOf.has(id)));
  return {
    pairs: kept,
    size: kept.length,
    labels: encodeLabels(kept),
    async batch(indices, inputNames) {
      const ids = indices.map((index) => (kept[index] as MvsaPair).id);
      const named: NamedTensorMap = {};
      try {
        for (const [at, source] of sources.entries()) {
          const missing = inputNames.filter((name) => !(name in named));
          if (missing.length === 0) break;
          const given = await source.batch(
            ids.map((id) => positions[at]?.get(id) as number),
            missing,
          );
          for (const [name, value] of Object.entries(given)) {
            // A source may give more than it was asked for.
            if (missing.includes(name)) named[name] = value;
            else value.dispose();
          }
        }
      } catch (error) {
        dispose(named);
        throw error;
      }
      return named;
    },
  };
}
