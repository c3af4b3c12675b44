import { OptionError } from '../../errors';
import { checkClassWeights } from './check-class-weights';

/**
 * What {@link classificationLoss} divides a batch's sum by: the sum of the class weights of its labels.
 *
 * @param labels class indices of a whole batch
 * @param classWeights [classes]; 1 each when absent
 * @returns a number of at least 0; 0 when every label's weight is 0, which leaves the batch without a loss: skip it
 * @throws {@link OptionError} when a label has no weight, or a weight is negative or not finite
 */
export function lossDenominator(labels: ArrayLike<number>, classWeights?: ArrayLike<number>): number {
  if (classWeights) checkClassWeights('lossDenominator', classWeights);
  let sum = 0;
  for (let post = 0; post < labels.length; post++) {
    const label = labels[post] as number;
    const known = Number.isInteger(label) && label >= 0 && (!classWeights || label < classWeights.length);
    if (!known) {
      throw new OptionError(
        `lossDenominator: expected labels to be class indices${classWeights ? ` below ${classWeights.length}` : ''}, received ` +
          `${label} at ${post}.`,
      );
    }
    sum += classWeights ? (classWeights[label] as number) : 1;
  }
  return sum;
}
