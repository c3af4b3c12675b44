import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { selectBackend } from '../../src/backend';

afterEach(() => vi.unstubAllEnvs());

describe('selectBackend', () => {
  test('takes the first that works and says why others were passed over', async () => {
    const { backend, tried, summary } = await selectBackend();
    expect(tf.getBackend()).toBe('wasm');
    expect(backend).toBe('wasm');
    expect(tried.map(({ backend: name, taken }) => [name, taken])).toEqual([
      ['tfjs-node-gpu', false],
      ['tfjs-node', false],
      ['wasm', true],
    ]);
    expect(summary).toMatch(/^wasm \(passed over: .+\)$/);
  });

  test('an option and the environment variable decide, the option first', async () => {
    vi.stubEnv('MVSA_FUSION_BACKEND', 'cpu');
    expect((await selectBackend()).backend).toBe('cpu');
    expect((await selectBackend({ backend: 'wasm' })).backend).toBe('wasm');
  });

  test('a backend that is not there is an error and leaves the one before', async () => {
    await selectBackend({ backend: 'cpu' });
    await expect(selectBackend({ backend: 'tfjs-node' })).rejects.toThrow(/tfjs-node: not installed/);
    expect(tf.getBackend()).toBe('cpu');
    vi.stubEnv('MVSA_FUSION_BACKEND', 'gpu');
    await expect(selectBackend()).rejects.toThrow(/MVSA_FUSION_BACKEND must be one of .* received 'gpu'/);
  });

  test('leaves no fatal listeners of the wasm module behind', async () => {
    await selectBackend({ backend: 'wasm' });
    const ofWasm = process
      .listeners('uncaughtException')
      .filter((listener) => String(listener).includes('ExitStatus'));
    expect(ofWasm).toEqual([]);
  });
});

describe('wasm kernels equal cpu', () => {
  const shapes = [
    [
      [5, 7],
      [7, 3],
    ],
    [
      [2, 5, 7],
      [2, 7, 3],
    ],
    [
      [2, 3, 5, 7],
      [2, 3, 7, 11],
    ],
    [
      [1, 5, 7],
      [3, 7, 2],
    ],
    [
      [3, 5, 7],
      [1, 7, 2],
    ],
  ] as const;
  const flags = [
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ] as const;
  const swap = (shape: readonly number[]) => [
    ...shape.slice(0, -2),
    shape.at(-1) as number,
    shape.at(-2) as number,
  ];
  const fill = (shape: readonly number[], seed: number) =>
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, at) => Math.sin(1 + seed + at * 1.7));

  const onBoth = async (run: () => tf.Tensor) => {
    const results: Float32Array[] = [];
    for (const backend of ['cpu', 'wasm'] as const) {
      await selectBackend({ backend });
      results.push((await tf.tidy(run).data()) as Float32Array);
    }
    const [cpu, wasm] = results as [Float32Array, Float32Array];
    expect(wasm.length).toBe(cpu.length);
    for (const [index, value] of cpu.entries()) expect(wasm[index]).toBeCloseTo(value, 4);
  };

  test.each(shapes.flatMap(([a, b]) => flags.map(([ta, tb]) => [a, b, ta, tb] as const)))(
    'matMul %j x %j, transposed %s %s',
    async (a, b, transposeA, transposeB) => {
      const [aShape, bShape] = [transposeA ? swap(a) : [...a], transposeB ? swap(b) : [...b]];
      const operands = () =>
        [tf.tensor(fill(aShape, 1), aShape), tf.tensor(fill(bShape, 2), bShape)] as const;
      await onBoth(() => {
        const [left, right] = operands();
        return tf.matMul(left, right, transposeA, transposeB);
      });
      if (a.length > 3 || a[0] !== b[0]) return;
      await onBoth(() => {
        const [left, right] = operands();
        const bias = tf.tensor1d(fill([b.at(-1) as number], 3));
        return tf.fused.matMul({
          a: left as tf.Tensor3D,
          b: right as tf.Tensor3D,
          transposeA,
          transposeB,
          bias,
          activation: 'relu',
        });
      });
    },
  );

  test('the gradient of an embedding look-up sums repeated ids', async () => {
    await onBoth(() => {
      const gradient = tf.grad((table) =>
        tf.sum(tf.square(tf.gather(table, tf.tensor1d([4, 0, 4, 2], 'int32')))),
      );
      return gradient(tf.tensor(fill([5, 3], 1), [5, 3]));
    });
  });

  test('matMul keeps no tensor', async () => {
    await selectBackend({ backend: 'wasm' });
    const [a, b] = [tf.ones([3, 5, 7]), tf.ones([3, 2, 7])];
    const before = tf.memory();
    for (let run = 0; run < 100; run++) tf.matMul(a, b, false, true).dispose();
    expect(tf.memory()).toMatchObject({
      numTensors: before.numTensors,
      numDataBuffers: before.numDataBuffers,
    });
  });
});
