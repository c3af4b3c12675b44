import * as tf from '@tensorflow/tfjs-core';
import type { Speed } from './diagnosis';

const MATRIX_SIZE = 512;
const BATCH_SIZE = 32;
const WIDTHS = [2048, 256, 3] as const;

/** Time spent on each measurement, in milliseconds. */
const BUDGET = 600;

/** Measures the current backend: the best of as many runs as fit in a second or so, because other programs only slow it. */
export async function measureSpeed(): Promise<Speed> {
  const matmul = await bestTime(matrixProduct());
  const step = await bestTime(trainingStep());
  return {
    matmul: { size: MATRIX_SIZE, gflops: round((2 * MATRIX_SIZE ** 3) / matmul / 1e6) },
    trainingStep: { batchSize: BATCH_SIZE, widths: WIDTHS, milliseconds: round(step) },
  };
}

const round = (value: number) => Number(value.toPrecision(3));

interface Work {
  /** Does it once and waits for the result. */
  run(): Promise<void>;
  dispose(): void;
}

async function bestTime(work: Work): Promise<number> {
  try {
    await work.run(); // brings code and memory into place
    let best = Number.POSITIVE_INFINITY;
    const end = performance.now() + BUDGET;
    for (let runs = 0; runs < 2 || performance.now() < end; runs++) {
      const started = performance.now();
      await work.run();
      best = Math.min(best, performance.now() - started);
    }
    return best;
  } finally {
    work.dispose();
  }
}

function matrixProduct(): Work {
  const shape: [number, number] = [MATRIX_SIZE, MATRIX_SIZE];
  const [a, b] = [tf.randomNormal(shape, 0, 1, 'float32', 1), tf.randomNormal(shape, 0, 1, 'float32', 2)];
  return {
    async run() {
      const product = tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D);
      await product.data();
      product.dispose();
    },
    dispose: () => tf.dispose([a, b]),
  };
}

function trainingStep(): Work {
  const [inputs, hidden, outputs] = WIDTHS;
  const normal = (shape: [number, number], deviation: number, seed: number) =>
    tf.randomNormal(shape, 0, deviation, 'float32', seed);
  const x = normal([BATCH_SIZE, inputs], 1, 1);
  const labels = tf.oneHot(
    tf.tensor1d(
      Array.from({ length: BATCH_SIZE }, (_, row) => row % outputs),
      'int32',
    ),
    outputs,
  );
  const weights = [
    tf.variable(normal([inputs, hidden], 0.02, 2)),
    tf.variable(tf.zeros([hidden])),
    tf.variable(normal([hidden, outputs], 0.06, 3)),
    tf.variable(tf.zeros([outputs])),
  ] as const;
  const optimizer = tf.train.adam(1e-4);
  const loss = () => {
    const [kernel, bias, lastKernel, lastBias] = weights;
    const activations = tf.relu(tf.add(tf.matMul(x as tf.Tensor2D, kernel as tf.Tensor2D), bias));
    const logits = tf.add(tf.matMul(activations as tf.Tensor2D, lastKernel as tf.Tensor2D), lastBias);
    return tf.losses.softmaxCrossEntropy(labels, logits) as tf.Scalar;
  };
  return {
    async run() {
      const value = optimizer.minimize(loss, true, [...weights]) as tf.Scalar;
      await value.data();
      value.dispose();
    },
    dispose: () => {
      optimizer.dispose();
      tf.dispose([x, labels, ...weights]);
    },
  };
}
