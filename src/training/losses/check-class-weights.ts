import { OptionError } from '../../errors';

/** Refuses class weights of another number than `classes` (when it is known), or that are negative or not finite. */
export function checkClassWeights(where: string, classWeights: ArrayLike<number>, classes?: number): void {
  if (classes !== undefined && classWeights.length !== classes) {
    throw new OptionError(
      `${where}: expected a weight for each of the ${classes} classes, received ${classWeights.length} weights.`,
    );
  }
  const weights = Array.from(classWeights);
  const wrong = weights.findIndex((weight) => !(weight >= 0 && Number.isFinite(weight)));
  if (wrong >= 0) {
    throw new OptionError(
      `${where}: expected classWeights to be finite and at least 0, received ${weights[wrong]} for class ${wrong}.`,
    );
  }
  if (!weights.some((weight) => weight > 0)) {
    throw new OptionError(`${where}: expected a class weight above 0, received [${weights}].`);
  }
}
