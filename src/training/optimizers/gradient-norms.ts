import * as tf from '@tensorflow/tfjs-core';
import { OptionError } from '../../errors';

/** torch's `clip_grad_norm_` adds it to the norm. */
const NORM_EPSILON = 1e-6;

/** What {@link clipByGlobalNorm} returns; the caller disposes of its tensors. */
export interface ClippedGradients {
  /** The gradients, each times the same factor of at most 1. */
  readonly gradients: tf.Tensor[];
  /** The norm before clipping. */
  readonly norm: tf.Scalar;
}

/**
 * Euclidean norm of all gradients together, as if they were one long vector.
 *
 * @remarks
 * Squares are summed in float32, as in torch: the norm of finite gradients beyond about 1e19 is infinite. `findNonFinite` tells
 * those from gradients that are infinite themselves.
 * @param gradients float32, of any shapes
 * @throws {@link OptionError} when there is no gradient
 */
export function globalNorm(gradients: readonly tf.Tensor[]): tf.Scalar {
  if (gradients.length === 0) {
    throw new OptionError(
      'globalNorm: expected at least one gradient, received none. Train at least one weight.',
    );
  }
  return tf.tidy(() => tf.sqrt(tf.sum(tf.stack(gradients.map(sumOfSquares)))) as tf.Scalar);
}

/**
 * The factor that scales gradients of a known norm down to `maxNorm`; 1 when they are no longer than that.
 *
 * maxNorm / (norm + 1e-6), at most 1. An infinite norm gives 0 (finite gradients of such a norm become zeros), NaN gives NaN.
 *
 * @param norm norm of all gradients together
 * @param maxNorm the norm allowed, positive; `Infinity` clips nothing
 * @see torch's `torch.nn.utils.clip_grad_norm_`; Pascanu et al. 2013, "On the difficulty of training recurrent neural
 * networks", section 3.2
 */
export function clipFactor(norm: number, maxNorm: number): number {
  checkMaxNorm(maxNorm);
  if (maxNorm === Infinity && !Number.isNaN(norm)) return 1;
  return Math.min(1, maxNorm / (norm + NORM_EPSILON));
}

/**
 * Scales gradients down together until their global norm is at most `maxNorm`; reads no tensor.
 *
 * @remarks
 * As in torch, finite gradients whose norm overflows float32 (see {@link globalNorm}) become zeros, and with an infinite or NaN
 * gradient nothing good comes out: check that `norm` is finite before the step is made.
 * @param gradients float32, of any shapes; they stay the caller's
 * @param maxNorm the norm allowed, positive
 * @throws {@link OptionError} when there is no gradient or `maxNorm` is not positive
 * @see torch's `torch.nn.utils.clip_grad_norm_`
 */
export function clipByGlobalNorm(gradients: readonly tf.Tensor[], maxNorm: number): ClippedGradients {
  checkMaxNorm(maxNorm);
  return tf.tidy(() => {
    const norm = globalNorm(gradients);
    if (maxNorm === Infinity) return { gradients: gradients.map((gradient) => tf.clone(gradient)), norm };
    const factor = tf.minimum(tf.div(maxNorm, tf.add(norm, NORM_EPSILON)), 1);
    return { gradients: gradients.map((gradient) => tf.mul(gradient, factor)), norm };
  });
}

/** Row by row first: one running sum over a million squares would lose three digits in float32. */
function sumOfSquares(gradient: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const squares = tf.square(gradient);
    return tf.sum(squares.rank > 1 ? tf.sum(squares, -1) : squares);
  });
}

function checkMaxNorm(maxNorm: number): void {
  if (maxNorm > 0) return;
  throw new OptionError(`Clipping: expected maxNorm to be positive, received ${maxNorm}.`);
}

/** Values of a tensor that are not finite. */
interface NonFinite {
  /** The tensor's name. */
  readonly name: string;
  /** What they are; `Infinity` of either sign. */
  readonly kind: 'NaN' | 'Infinity';
  /** How many they are. */
  readonly count: number;
  /** Values of the tensor in all. */
  readonly size: number;
}

/**
 * Names the tensors that hold NaN or infinity, for the message of a training that went wrong.
 *
 * It reads every tensor: look at a norm or a loss first, and call this only when that is not finite.
 *
 * @param named tensors by name; they stay the caller's
 * @returns one entry for each tensor and kind, in the order of `named`; empty when all values are finite, as those of huge
 * gradients are whose norm overflows
 */
export async function findNonFinite(named: Readonly<Record<string, tf.Tensor>>): Promise<NonFinite[]> {
  const found = await Promise.all(
    Object.entries(named).map(async ([name, tensor]): Promise<NonFinite[]> => {
      const values = (await tensor.data()) as ArrayLike<number>;
      let nan = 0;
      let infinite = 0;
      for (let index = 0; index < values.length; index++) {
        const value = values[index] as number;
        if (Number.isNaN(value)) nan++;
        else if (!Number.isFinite(value)) infinite++;
      }
      const entries: NonFinite[] = [
        { name, kind: 'NaN', count: nan, size: values.length },
        { name, kind: 'Infinity', count: infinite, size: values.length },
      ];
      return entries.filter(({ count }) => count > 0);
    }),
  );
  return found.flat();
}
