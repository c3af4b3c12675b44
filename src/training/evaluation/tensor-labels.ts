import * as tf from '@tensorflow/tfjs-core';
import { OptionError, ShapeError } from '../../errors';
import { checkOptionNames } from '../../options/check-option-names';

/** Options of {@link probabilitiesFromTensor}. */
export interface ProbabilitiesFromTensorOptions {
  /**
   * Whether the tensor holds logits, which softmax turns into probabilities; Keras' word.
   * @defaultValue `false`: it holds probabilities
   */
  readonly fromLogits?: boolean;
}

/**
 * Reads labels from a tensor, in the form that `mvsa-fusion/metrics` takes.
 *
 * The tensor stays the caller's: it is read without blocking and not disposed of.
 *
 * @param tensor [samples]: class indices; or [samples, classes]: one-hot labels, logits or probabilities, of which each
 * row yields its greatest column, the first of equals
 * @returns [samples], class indices
 * @throws {@link ShapeError} when the tensor has another rank, or one column only
 * @throws {@link OptionError} when an index is no integer of at least 0, or when a row holds NaN
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { accuracyScore } from 'mvsa-fusion/metrics';
 * import { labelsFromTensor } from 'mvsa-fusion/training';
 *
 * async function accuracy(trueLabels: tf.Tensor1D, logits: tf.Tensor2D): Promise<number> {
 *   return accuracyScore(await labelsFromTensor(trueLabels), await labelsFromTensor(logits));
 * }
 * ```
 */
export async function labelsFromTensor(tensor: tf.Tensor): Promise<Int32Array> {
  const [samples = 0, classes] = tensor.shape;
  if (tensor.rank === 1) return Int32Array.from(await tensor.data(), checkIndex);
  if (tensor.rank !== 2 || classes === undefined || classes < 2) {
    throw new ShapeError(
      `tensor: expected [samples], or [samples, classes] with two or more classes, received [${tensor.shape}]. ` +
        'Squeeze a column of labels with tf.squeeze(tensor, [1]).',
    );
  }
  const values = await tensor.data();
  return Int32Array.from({ length: samples }, (_, sample) =>
    greatest(values.subarray(sample * classes, (sample + 1) * classes), sample),
  );
}

/**
 * Reads rows of probabilities from a tensor, in the form that `mvsa-fusion/metrics` takes.
 *
 * The tensor stays the caller's: it is read without blocking and not disposed of. The metrics check that rows are
 * distributions.
 *
 * @param tensor [samples, classes]
 * @returns [samples][classes], float32
 * @throws {@link ShapeError} when the tensor has another rank. One probability for each sample, of a sigmoid, needs no
 * rows: `brierScoreLoss` and `rocAucScore` take `await tensor.data()`
 * @throws {@link OptionError} when an option is unknown, and when a logit is not finite
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { expectedCalibrationError } from 'mvsa-fusion/metrics';
 * import { labelsFromTensor, probabilitiesFromTensor } from 'mvsa-fusion/training';
 *
 * async function calibration(trueLabels: tf.Tensor1D, logits: tf.Tensor2D): Promise<number> {
 *   const probabilities = await probabilitiesFromTensor(logits, { fromLogits: true });
 *   return expectedCalibrationError(await labelsFromTensor(trueLabels), probabilities);
 * }
 * ```
 */
export async function probabilitiesFromTensor(
  tensor: tf.Tensor,
  options: ProbabilitiesFromTensorOptions = {},
): Promise<Float32Array[]> {
  checkOptionNames('probabilitiesFromTensor', options, { fromLogits: true });
  const { fromLogits = false } = options;
  if (tensor.rank !== 2) {
    throw new ShapeError(
      `tensor: expected [samples, classes], received [${tensor.shape}]. ` +
        'One probability for each sample needs no rows: pass await tensor.data().',
    );
  }
  const [samples, classes] = tensor.shape as [number, number];
  const read = fromLogits ? tf.tidy(() => tf.softmax(tf.cast(tensor, 'float32'))) : tensor;
  try {
    // A copy: on some backends data() is the tensor's own memory.
    const values = Float32Array.from(await read.data());
    const wrong = fromLogits ? values.findIndex((value) => !Number.isFinite(value)) : -1;
    if (wrong >= 0) {
      throw new OptionError(
        `tensor: expected finite logits, received others in row ${Math.floor(wrong / classes)}. ` +
          'Look for a loss that diverged.',
      );
    }
    return Array.from({ length: samples }, (_, sample) =>
      values.subarray(sample * classes, (sample + 1) * classes),
    );
  } finally {
    if (fromLogits) read.dispose();
  }
}

function checkIndex(label: number, sample: number): number {
  if (!Number.isInteger(label) || label < 0) {
    throw new OptionError(
      `tensor[${sample}]: expected a class index, an integer of at least 0, received ${label}.`,
    );
  }
  return label;
}

/** The first of the greatest columns. */
function greatest(row: ArrayLike<number>, sample: number): number {
  let best = 0;
  for (let column = 0; column < row.length; column++) {
    const value = row[column] as number;
    if (Number.isNaN(value)) {
      throw new OptionError(
        `tensor[${sample}]: expected numbers, received NaN. Look for a loss that diverged.`,
      );
    }
    if (value > (row[best] as number)) best = column;
  }
  return best;
}
