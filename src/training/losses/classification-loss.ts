import * as tf from '@tensorflow/tfjs-core';
import { OptionError, ShapeError } from '../../errors';
import { checkOptionNames } from '../../options/check-option-names';
import { checkClassWeights } from './class-weights';

/** Options of {@link classificationLoss}. */
export interface ClassificationLossOptions {
  /**
   * [classes]; weight of each class's posts, at least 0.
   * @defaultValue 1 each
   */
  readonly classWeights?: ArrayLike<number> | undefined;
  /**
   * Share of each target that is spread evenly over all classes, in [0, 1); not together with `focalGamma` (Szegedy et al. 2016,
   * section 7).
   * @defaultValue 0
   */
  readonly labelSmoothing?: number | undefined;
  /**
   * How much less a post counts the surer it is: its loss is multiplied by (1 - p)^focalGamma, p the probability of its true class;
   * at least 0. The class weights are the paper's alpha.
   * @defaultValue 0: cross-entropy (Lin et al. 2017, section 3.2, prefer 2)
   */
  readonly focalGamma?: number | undefined;
  /**
   * What the sum over the batch is divided by, positive: for a part of a batch, `lossDenominator` of the whole batch. The losses
   * of the parts then add up to the loss of the whole.
   * @defaultValue the sum of the class weights of this batch's labels
   */
  readonly denominator?: number | undefined;
}

/**
 * Cross-entropy, smoothed cross-entropy or focal loss of softmax(logits) against class indices.
 *
 * With class weights w, the mean is weighted: sum_i w[y_i] loss_i / sum_i w[y_i], as torch's `cross_entropy`.
 *
 * @remarks
 * As in torch, a batch whose labels all have weight 0 has no mean: the loss is NaN without a `denominator`, and 0 with one.
 * A label that is no class makes the loss NaN.
 * @param logits [batch, classes], float32
 * @param labels [batch] int32, class indices
 * @returns a scalar, in nats
 * @throws {@link ShapeError} when logits and labels do not fit together
 * @throws {@link OptionError} when an option is unknown or out of range, or smoothing and focal loss meet
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { classificationLoss } from 'mvsa-fusion/training';
 *
 * const logits = tf.tensor2d([[2, 0, -1], [0, 1, 0]]);
 * const labels = tf.tensor1d([0, 2], 'int32');
 * const loss = classificationLoss(logits, labels, { classWeights: [1, 1, 4], focalGamma: 2 });
 * console.log(loss.dataSync()[0]); // 0.77
 * ```
 * @see Lin et al. 2017, "Focal Loss for Dense Object Detection", section 3; Szegedy et al. 2016, "Rethinking the Inception
 * Architecture for Computer Vision", section 7
 */
export function classificationLoss(
  logits: tf.Tensor2D,
  labels: tf.Tensor1D,
  options: ClassificationLossOptions = {},
): tf.Scalar {
  checkInputs(logits, labels);
  const classes = logits.shape[1];
  checkOptions(options, classes);
  const { classWeights, labelSmoothing = 0, focalGamma = 0, denominator } = options;
  return tf.tidy(() => {
    const weights = classWeights ? tf.tensor1d(Float32Array.from(classWeights)) : tf.ones([classes]);
    const oneHot = tf.cast(tf.oneHot(labels, classes), 'float32'); // [batch, classes]
    // 1 for each post; NaN for a label that is no class, whose row of zeros would otherwise go unnoticed.
    const present = tf.sum(oneHot, 1);
    const postWeights = tf.div(tf.sum(tf.mul(oneHot, weights), 1), present); // [batch]
    const logProbabilities = tf.logSoftmax(logits);
    const trueLog = tf.sum(tf.mul(oneHot, logProbabilities), 1); // [batch]

    const losses = focalGamma > 0 ? focal(trueLog, focalGamma) : tf.neg(trueLog);
    let total = tf.sum(tf.mul(postWeights, losses));
    if (labelSmoothing > 0) {
      const spread = tf.neg(tf.sum(tf.mul(logProbabilities, weights)));
      total = tf.add(tf.mul(total, 1 - labelSmoothing), tf.mul(spread, labelSmoothing / classes));
    }
    return tf.div(total, denominator ?? tf.sum(postWeights)) as tf.Scalar;
  });
}

/**
 * -(1 - p)^gamma log p, from log p.
 *
 * Its derivative with respect to log p is -(1 - p)^gamma (1 - gamma p log(p) / (1 - p)). Written so, it stays finite as p
 * goes to 1, where the power rule would multiply (1 - p)^(gamma - 1), infinite for gamma < 1, by a log p of 0.
 */
function focal(logProbability: tf.Tensor, gamma: number): tf.Tensor {
  const loss = tf.customGrad(((logP: tf.Tensor, save: tf.GradSaveFunc) => {
    const rest = tf.relu(tf.neg(tf.expm1(logP))); // 1 - p, without the cancellation
    const scale = tf.pow(rest, gamma);
    save([logP, rest, scale]);
    return {
      value: tf.neg(tf.mul(scale, logP)),
      gradFunc: (dy: tf.Tensor, [savedLogP, savedRest, savedScale]: tf.Tensor[]) => {
        const [log, left, factor] = [savedLogP, savedRest, savedScale] as [tf.Tensor, tf.Tensor, tf.Tensor];
        const ratio = tf.div(log, tf.maximum(left, SMALLEST)); // goes to -1 as p goes to 1; 0 at 1, where `factor` is 0
        const inner = tf.sub(1, tf.mul(tf.mul(tf.exp(log), ratio), gamma));
        return tf.neg(tf.mul(dy, tf.mul(factor, inner)));
      },
    };
  }) as never);
  return (loss as unknown as (logP: tf.Tensor) => tf.Tensor)(logProbability);
}

/** Below any 1 - p of float32 that is not 0, and no denormal number. */
const SMALLEST = 1e-30;

function checkInputs(logits: tf.Tensor, labels: tf.Tensor): void {
  const [batch = 0, classes = 0] = logits.shape;
  if (logits.rank !== 2 || batch < 1 || classes < 2 || labels.rank !== 1 || labels.shape[0] !== batch) {
    throw new ShapeError(
      'classificationLoss: expected logits [batch, classes] of two or more classes and labels [batch], received ' +
        `[${logits.shape}] and [${labels.shape}].`,
    );
  }
  if (labels.dtype !== 'int32') {
    throw new ShapeError(
      `classificationLoss: expected labels of int32, received ${labels.dtype}. Pass class indices, no one-hot rows.`,
    );
  }
}

function checkOptions(options: ClassificationLossOptions, classes: number): void {
  checkOptionNames('classificationLoss', options, {
    classWeights: true,
    labelSmoothing: true,
    focalGamma: true,
    denominator: true,
  });
  const { classWeights, labelSmoothing = 0, focalGamma = 0, denominator = 1 } = options;
  if (classWeights) checkClassWeights('classificationLoss', classWeights, classes);
  checkLossOptions('classificationLoss', labelSmoothing, focalGamma);
  if (!(denominator > 0 && Number.isFinite(denominator))) {
    throw new OptionError(
      `classificationLoss: expected denominator to be positive and finite, received ${denominator}.`,
    );
  }
}

/** Refuses shares and exponents that no loss has; `where` is what messages call the function. */
export function checkLossOptions(where: string, labelSmoothing: number, focalGamma: number): void {
  if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
    throw new OptionError(`${where}: expected labelSmoothing in [0, 1), received ${labelSmoothing}.`);
  }
  if (!(focalGamma >= 0 && Number.isFinite(focalGamma))) {
    throw new OptionError(
      `${where}: expected focalGamma to be finite and at least 0, received ${focalGamma}.`,
    );
  }
  if (labelSmoothing > 0 && focalGamma > 0) {
    throw new OptionError(
      `${where}: expected labelSmoothing or focalGamma, received both (${labelSmoothing} and ${focalGamma}). Leave one out.`,
    );
  }
}

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
