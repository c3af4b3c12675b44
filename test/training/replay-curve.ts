import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { fusionClassifier } from '../../src/models';
import { classificationLoss } from '../../src/training/losses/classification-loss';
import { createAdam } from '../../src/training/optimizers/adam';
import { clipByGlobalNorm } from '../../src/training/optimizers/gradient-norms';
import { learningRateAt } from '../../src/training/optimizers/learning-rate-schedule';
import { parameterGroups } from '../../src/training/optimizers/parameter-groups';

/** Values of a tensor in row-major order. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A run of tools/reference/training_head.py. */
export interface ReferenceCurve {
  readonly sizes: {
    readonly text_dim: number;
    readonly image_dim: number;
    readonly dim: number;
    readonly heads: number;
    readonly tokens: number;
    readonly learning_rate: number;
    readonly weight_decay: number;
    readonly max_norm: number;
    readonly warmup_steps: number;
  };
  readonly weights: Readonly<Record<string, Values>>;
  /** [posts, tokens, textDim] */
  readonly tokens: Values;
  /** [posts, regions, imageDim] */
  readonly regions: Values;
  /** [posts] */
  readonly lengths: readonly number[];
  /** [steps][batch] */
  readonly batches: readonly (readonly number[])[];
  /** [steps][batch] */
  readonly labels: readonly (readonly number[])[];
  /** [steps] */
  readonly losses: readonly number[];
  /** [steps] */
  readonly norms: readonly number[];
  /** [steps] */
  readonly lossesFloat64: readonly number[];
}

/** The largest differences to the reference over all steps. */
export interface CurveDifference {
  /** Of the loss. */
  readonly loss: number;
  /** Of the loss in the first 20 steps. */
  readonly earlyLoss: number;
  /** Of the gradients' norm, as a share of it. */
  readonly norm: number;
  /** Between torch's own losses in float32 and float64. */
  readonly torch: number;
}

/** Trains the library's classifier on what torch was trained on, and compares every step. */
export async function replayCurve(curve: ReferenceCurve): Promise<CurveDifference> {
  const { sizes } = curve;
  const model = fusionClassifier({
    textDim: sizes.text_dim,
    imageDim: sizes.image_dim,
    projectionDim: sizes.dim,
    numHeads: sizes.heads,
    dropout: 0,
  });
  setWeights(model, curve.weights);
  const variables = model.trainableWeights.map((weight) => ({
    name: weight.name,
    variable: weight.read() as tf.Variable,
  }));
  const settings = parameterGroups(
    variables.map(({ name, variable }) => ({ name, shape: variable.shape })),
    { learningRate: sizes.learning_rate, weightDecay: sizes.weight_decay },
  );
  const schedule = { kind: 'cosine', warmupSteps: sizes.warmup_steps } as const;
  const optimizer = createAdam();
  const [losses, norms]: [number[], number[]] = [[], []];
  for (const [step, posts] of curve.batches.entries()) {
    const rate = learningRateAt(schedule, step, curve.batches.length);
    const kept = tf.tidy(() => {
      const inputs = [rows(curve.tokens, posts), mask(curve, posts), rows(curve.regions, posts)];
      const labels = tf.tensor1d([...(curve.labels[step] as number[])], 'int32');
      const { value, grads } = tf.variableGrads(
        () => classificationLoss(model.apply(inputs, { training: true }) as tf.Tensor2D, labels),
        variables.map(({ variable }) => variable),
      );
      const named = variables.map(({ variable }) => grads[variable.name] as tf.Tensor);
      const { gradients, norm } = clipByGlobalNorm(named, sizes.max_norm);
      optimizer.update(
        variables.map(({ name, variable }, index) => {
          const { learningRate = 0, weightDecay = 0 } = settings.get(name) ?? {};
          const gradient = gradients[index] as tf.Tensor;
          return { name, variable, gradient, learningRate: learningRate * rate, weightDecay };
        }),
      );
      return [value, norm];
    });
    losses.push((await kept[0]?.data())?.[0] as number);
    norms.push((await kept[1]?.data())?.[0] as number);
    tf.dispose(kept);
  }
  optimizer.dispose();
  model.dispose();
  return {
    loss: largestGap(losses, curve.losses),
    earlyLoss: largestGap(losses.slice(0, 20), curve.losses.slice(0, 20)),
    norm: largestGap(
      norms.map((norm, step) => norm / (curve.norms[step] as number)),
      norms.map(() => 1),
    ),
    torch: largestGap(curve.lossesFloat64, curve.losses),
  };
}

function setWeights(model: LayersModel, weights: ReferenceCurve['weights']): void {
  const left = new Set(Object.keys(weights));
  for (const weight of model.weights) {
    const name = weight.name.replace(/^fusion\//, '').replace(/_\d+$/, '');
    const { shape, data } = weights[name] ?? {};
    if (!shape || !data || !left.delete(name)) throw new Error(`The reference has no weight ${weight.name}`);
    tf.tidy(() => {
      weight.write(tf.tensor(data, [...shape]));
    });
  }
  if (left.size > 0) throw new Error(`The model has no weight ${[...left]}`);
}

/** The posts' rows of [posts, ...rest]. */
function rows({ shape: [, ...rest], data }: Values, posts: readonly number[]): tf.Tensor {
  const size = rest.reduce((product, length) => product * length, 1);
  const values = new Float32Array(posts.length * size);
  for (const [row, post] of posts.entries())
    values.set(data.subarray(post * size, (post + 1) * size), row * size);
  return tf.tensor(values, [posts.length, ...rest]);
}

function mask({ lengths, sizes }: ReferenceCurve, posts: readonly number[]): tf.Tensor2D {
  return tf.tensor2d(
    posts.map((post) =>
      Array.from({ length: sizes.tokens }, (_, at) => (at < (lengths[post] as number) ? 1 : 0)),
    ),
  );
}

function largestGap(received: readonly number[], expected: readonly number[]): number {
  if (received.length !== expected.length) return Infinity;
  return received.reduce((most, value, at) => {
    const gap = Math.abs(value - (expected[at] as number));
    return gap <= most ? most : Number.isNaN(gap) ? Infinity : gap;
  }, 0);
}
