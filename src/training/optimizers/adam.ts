import * as tf from '@tensorflow/tfjs-core';
import { OptionError, ShapeError } from '../../errors';
import { checkOptionNames } from '../../options/check-option-names';
import type { Optimizer, OptimizerState, ParameterUpdate } from './optimizer';
import { copyMoments, type Moments, momentsOf } from './optimizer-moments';

/** Options of {@link createAdam}. */
export interface AdamOptions {
  /**
   * How weight decay acts: `decoupled` shrinks the weight itself (AdamW, Loshchilov and Hutter 2019), `coupled` adds the
   * weight to its gradient (L2 regularisation, as torch's `Adam`).
   * @defaultValue 'decoupled'
   */
  readonly decay?: 'decoupled' | 'coupled';
  /**
   * Share of the mean gradient that is kept from step to step, in [0, 1).
   * @defaultValue 0.9 (Kingma and Ba 2015, algorithm 1)
   */
  readonly beta1?: number;
  /**
   * Share of the mean squared gradient that is kept from step to step, in [0, 1).
   * @defaultValue 0.999 (Kingma and Ba 2015, algorithm 1)
   */
  readonly beta2?: number;
  /**
   * Added to the root of the mean squared gradient; positive in float32.
   * @defaultValue 1e-8 (Kingma and Ba 2015, algorithm 1; torch)
   */
  readonly epsilon?: number;
}

/**
 * Creates an Adam optimizer that computes what torch's `AdamW` (or, coupled, `Adam`) does.
 *
 * A weight w with gradient g, at its own step t, rate lr and decay d:
 *
 *     decoupled: w = w (1 - lr d)        coupled: g = g + d w
 *     mean   = beta1 mean   + (1 - beta1) g
 *     square = beta2 square + (1 - beta2) g^2
 *     w = w - lr / (1 - beta1^t) * mean / (sqrt(square) / sqrt(1 - beta2^t) + epsilon)
 *
 * @remarks
 * Its state holds, for each weight, `m` = mean / (1 - beta1) and `v` = square / (1 - beta2): sums instead of means, which
 * spares two passes over the weights in every step. torch's `exp_avg` is `m` times 1 - beta1, its `exp_avg_sq` `v` times 1 - beta2.
 * @throws {@link OptionError} when an option is unknown or out of range
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createAdam } from 'mvsa-fusion/training';
 *
 * const weight = tf.variable(tf.tensor1d([1, -2, 3]), true, 'weight');
 * const optimizer = createAdam();
 * const { grads } = tf.variableGrads(() => tf.sum(tf.square(weight)) as tf.Scalar, [weight]);
 * const gradient = grads.weight as tf.Tensor;
 * optimizer.update([{ name: 'weight', variable: weight, gradient, learningRate: 0.1, weightDecay: 0 }]);
 * console.log(weight.dataSync()); // about [0.9, -1.9, 2.9]
 * ```
 * @see Kingma and Ba 2015, "Adam: A Method for Stochastic Optimization"; Loshchilov and Hutter 2019, "Decoupled Weight Decay
 * Regularization"
 */
export function createAdam(options: AdamOptions = {}): Optimizer {
  const { decay, beta1, beta2, epsilon } = resolveAdam(options);
  const remembered = new Map<string, Moments>();

  function move(update: ParameterUpdate, scalar: (value: number) => tf.Scalar): void {
    const { name, variable, learningRate, weightDecay } = update;
    const before = remembered.get(name);
    const step = (before?.step ?? 0) + 1;
    const correction1 = 1 - beta1 ** step;
    const correction2 = 1 - beta2 ** step;

    const addsDecay = decay === 'coupled' && weightDecay > 0;
    const gradient = addsDecay
      ? consume(times(variable, scalar(weightDecay)), (weights) => plus(update.gradient, weights))
      : update.gradient;
    const m = before
      ? consume(times(before.m, scalar(beta1)), (kept) => plus(kept, gradient))
      : tf.clone(gradient);
    const squared = square(gradient);
    const v = before
      ? consume(times(before.v, scalar(beta2)), (kept) => consume(squared, () => plus(kept, squared)))
      : squared;
    if (addsDecay) gradient.dispose();

    // mean / (sqrt(square) / sqrt(correction2) + epsilon), with everything that is the same for all weights in two numbers.
    const rootScale = Math.sqrt((1 - beta2) / correction2);
    const rate = (learningRate * (1 - beta1)) / (correction1 * rootScale);
    const denominator = consume(root(v), (r) => plus(r, scalar(epsilon / rootScale)));
    const direction = consume(denominator, () => over(m, denominator));
    const change = consume(direction, () => times(direction, scalar(rate)));
    const shrinks = decay === 'decoupled' && learningRate * weightDecay > 0;
    const start = shrinks ? times(variable, scalar(1 - learningRate * weightDecay)) : tf.clone(variable);
    const moved = consume(start, () => consume(change, () => minus(start, change)));
    consume(moved, () => variable.assign(moved));

    remembered.set(name, { step, m: tf.keep(m), v: tf.keep(v) });
    tf.dispose([before?.m, before?.v] as tf.Tensor[]);
  }

  const forget = () => {
    for (const { m, v } of remembered.values()) tf.dispose([m, v]);
    remembered.clear();
  };

  return {
    update(updates) {
      checkUpdates(updates, (name) => remembered.get(name)?.m.shape);
      tf.tidy(() => {
        // Most weights share their rate, decay and step, and so these numbers.
        const scalars = new Map<number, tf.Scalar>();
        const scalar = (value: number) => {
          const known = scalars.get(value) ?? tf.scalar(value);
          scalars.set(value, known);
          return known;
        };
        for (const update of updates) move(update, scalar);
      });
    },
    state: () => copyMoments(remembered),
    restore(state: OptimizerState) {
      const restored = momentsOf(state);
      forget();
      for (const [name, moments] of restored) remembered.set(name, moments);
    },
    dispose: forget,
  };
}

// Kernels without the checks of tfjs' ops, which take as long as the kernels themselves on a small weight.
const run = (kernel: string, inputs: Record<string, tf.Tensor>) =>
  tf.engine().runKernel(kernel, inputs) as tf.Tensor;
const times = (a: tf.Tensor, b: tf.Tensor) => run(tf.Multiply, { a, b });
const over = (a: tf.Tensor, b: tf.Tensor) => run(tf.RealDiv, { a, b });
const plus = (a: tf.Tensor, b: tf.Tensor) => run(tf.Add, { a, b });
const minus = (a: tf.Tensor, b: tf.Tensor) => run(tf.Sub, { a, b });
const square = (x: tf.Tensor) => run(tf.Square, { x });
const root = (x: tf.Tensor) => run(tf.Sqrt, { x });

/** Frees a tensor as soon as it was used: the next kernel then writes to memory that is still in the cache. */
function consume<R>(tensor: tf.Tensor, use: (tensor: tf.Tensor) => R): R {
  const result = use(tensor);
  tensor.dispose();
  return result;
}

function resolveAdam(options: AdamOptions): Required<AdamOptions> {
  checkOptionNames('createAdam', options, { decay: true, beta1: true, beta2: true, epsilon: true });
  const { decay = 'decoupled', beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  if (decay !== 'decoupled' && decay !== 'coupled') {
    throw new OptionError(`createAdam: expected decay to be decoupled or coupled, received '${decay}'.`);
  }
  checkBeta('beta1', beta1);
  checkBeta('beta2', beta2);
  if (!(Math.fround(epsilon) > 0 && Number.isFinite(epsilon))) {
    throw new OptionError(
      `createAdam: expected epsilon to be positive in float32, received ${epsilon}. A weight whose gradients were all 0 ` +
        'would become NaN.',
    );
  }
  return { decay, beta1, beta2, epsilon };
}

function checkBeta(name: string, value: number): void {
  if (!(value >= 0 && value < 1)) {
    throw new OptionError(`createAdam: expected ${name} in [0, 1), received ${value}.`);
  }
}

/**
 * Refuses a list of updates of which one cannot be made, before any is.
 *
 * @param rememberedShape the shape that an earlier step, or a restored state, knows a weight by
 */
function checkUpdates(
  updates: readonly ParameterUpdate[],
  rememberedShape: (name: string) => readonly number[] | undefined,
): void {
  const seen = new Set<string>();
  for (const { name, variable, gradient, learningRate, weightDecay } of updates) {
    if (seen.has(name)) {
      throw new OptionError(
        `update: expected every weight once, received "${name}" twice. Give each its own name.`,
      );
    }
    seen.add(name);
    for (const [option, value] of Object.entries({ learningRate, weightDecay })) {
      if (!(value >= 0 && Number.isFinite(value))) {
        throw new OptionError(
          `update of "${name}": expected ${option} to be finite and at least 0, received ${value}.`,
        );
      }
    }
    for (const [part, dtype] of [
      ['weight', variable.dtype],
      ['gradient', gradient.dtype],
    ]) {
      if (dtype !== 'float32')
        throw new ShapeError(`update of "${name}": expected a ${part} of float32, received ${dtype}.`);
    }
    checkShape(name, 'its gradient', variable.shape, gradient.shape);
    checkShape(name, "the optimizer's state", variable.shape, rememberedShape(name));
  }
}

function checkShape(
  name: string,
  what: string,
  expected: readonly number[],
  received: readonly number[] | undefined,
): void {
  if (
    received &&
    (received.length !== expected.length || received.some((length, at) => length !== expected[at]))
  ) {
    throw new ShapeError(
      `update of "${name}": expected ${what} to have the weight's shape [${expected}], received [${received}].`,
    );
  }
}
