import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test } from 'vitest';
import { OptionError, ShapeError } from '../../../src/errors';
import { type AdamOptions, createAdam } from '../../../src/training/optimizers/adam';
import type { Optimizer, OptimizerState } from '../../../src/training/optimizers/optimizer';
import fixture from '../../fixtures/training.json';
import { maxDifference } from '../../support/max-difference';
import { eachBackend, useBackend } from '../../support/use-backend';
import { draw } from '../draw';

const SHAPES: Readonly<Record<string, readonly number[]>> = { kernel: [5, 7], bias: [11], scalar: [] };

/** A variable; `tf.variable` copies the tensor it is given, which is freed here. */
const weightOf = (values: Float32Array, shape: readonly number[]) =>
  tf.tidy(() => tf.variable(tf.tensor(values, [...shape])));

/** Some weights, and steps that move them along gradients of a seed. */
function weightsToMove() {
  const variables = Object.entries(SHAPES).map(([name, shape], index) => ({
    name,
    variable: weightOf(draw({ shape, seed: index, scale: 1, offset: 0 }), shape),
  }));
  return {
    step(optimizer: Optimizer, seed: number, names = Object.keys(SHAPES)) {
      const updates = variables
        .filter(({ name }) => names.includes(name))
        .map(({ name, variable }, index) => ({
          name,
          variable,
          gradient: tf.tensor(
            draw({ shape: variable.shape, seed: seed * 100 + index, scale: 1, offset: 0 }),
            variable.shape,
          ),
          learningRate: 0.01,
          weightDecay: 0.1,
        }));
      optimizer.update(updates);
      tf.dispose(updates.map(({ gradient }) => gradient));
    },
    read: () => variables.map(({ variable }) => Array.from(variable.dataSync())),
    set: (values: number[][]) =>
      variables.forEach(({ variable }, index) => {
        tf.tidy(() => variable.assign(tf.tensor(values[index] as number[], variable.shape)));
      }),
    dispose: () => tf.dispose(variables.map(({ variable }) => variable)),
  };
}

describe.each(eachBackend('cpu', 'wasm'))('createAdam on %s', (backend) => {
  useBackend(backend);
  let before = -1;
  afterEach(() => {
    if (before >= 0) expect(tf.memory().numTensors).toBe(before);
    before = -1;
  });

  test.each(fixture.optimizers.map((stored) => [stored.name, stored] as const))(
    'equals torch: %s',
    (_name, stored) => {
      before = tf.memory().numTensors;
      const { decay, beta1, beta2, epsilon, scale } = stored;
      const optimizer = createAdam({ decay: decay as 'coupled', beta1, beta2, epsilon });
      const weights = fixture.parameters.map((parameter) => ({
        ...parameter,
        variable: weightOf(draw({ ...parameter, scale: 1, offset: 0 }), parameter.shape),
      }));
      for (const [index, rates] of stored.rates.entries()) {
        const step = index + 1;
        tf.tidy(() => {
          const updates = weights.flatMap(
            ({ name, variable, shape, seed, decay: weightDecay, from = 1 }, at) =>
              step < from
                ? []
                : [
                    {
                      name,
                      variable,
                      gradient: tf.tensor(draw({ shape, seed: seed * 1000 + step, scale, offset: 0 }), shape),
                      learningRate: rates[at] as number,
                      weightDecay,
                    },
                  ],
          );
          optimizer.update(updates);
        });
        const expected = stored.checks.find((check) => check.step === step);
        for (const [at, { name, variable }] of weights.entries()) {
          const values = expected?.weights[at];
          if (values) expect(maxDifference(variable, values), `${name} at ${step}`).toBeLessThan(1e-6);
        }
      }
      optimizer.dispose();
      tf.dispose(weights.map(({ variable }) => variable));
    },
  );

  test.each([{ decay: 'decoupled' }, { decay: 'coupled', beta1: 0.8 }] as AdamOptions[])(
    'goes on bit for bit from a state: %j',
    async (options) => {
      before = tf.memory().numTensors;
      const weights = weightsToMove();
      const first = createAdam(options);
      for (let step = 1; step <= 3; step++) weights.step(first, step, ['kernel', 'bias']);
      weights.step(first, 4);
      // As a checkpoint keeps it: numbers in JSON, tensors as bytes.
      const { steps, tensors } = await first.state();
      const stored: OptimizerState = {
        steps: JSON.parse(JSON.stringify(steps)),
        tensors: Object.fromEntries(
          Object.entries(tensors).map(([key, { shape, data }]) => [
            key,
            { shape, data: new Float32Array(new Uint8Array(data.buffer.slice(0)).buffer) },
          ]),
        ),
      };
      expect(stored.steps).toEqual({ kernel: 4, bias: 4, scalar: 1 });
      expect(Object.keys(stored.tensors).sort()).toEqual(
        ['bias/m', 'bias/v', 'kernel/m', 'kernel/v', 'scalar/m', 'scalar/v'].sort(),
      );
      const middle = weights.read();
      for (let step = 5; step <= 9; step++) weights.step(first, step);
      const end = weights.read();
      expect(end).not.toEqual(middle);

      const second = createAdam(options);
      weights.set(middle);
      weights.step(second, 77); // whatever it remembers of other steps is replaced
      weights.set(middle);
      second.restore(stored);
      for (const { data } of Object.values(stored.tensors)) data.fill(7); // the state was copied
      for (let step = 5; step <= 9; step++) weights.step(second, step);
      expect(weights.read()).toEqual(end);
      expect(await second.state()).toEqual(await first.state());

      first.dispose();
      second.dispose();
      weights.dispose();
    },
  );

  test('keeps two tensors for each weight, and none after dispose', async () => {
    before = tf.memory().numTensors;
    const weights = weightsToMove();
    const optimizer = createAdam();
    weights.step(optimizer, 1);
    const one = tf.memory();
    for (let step = 2; step < 9; step++) weights.step(optimizer, step);
    await optimizer.state();
    expect(tf.memory().numTensors).toBe(one.numTensors);
    expect(tf.memory().numBytes).toBe(one.numBytes);
    expect(one.numTensors).toBe(before + 3 * Object.keys(SHAPES).length);
    weights.dispose();
    optimizer.dispose();
    expect(await optimizer.state()).toEqual({ steps: {}, tensors: {} });
  });

  test('a gradient of zeros leaves weights without decay as they are', () => {
    before = tf.memory().numTensors;
    tf.tidy(() => {
      const variable = tf.variable(tf.tensor1d([1.5, -2.5]));
      const optimizer = createAdam({ epsilon: 1e-30 });
      const gradient = tf.zeros([2]);
      const update = { name: 'w', variable, gradient, learningRate: 0.1, weightDecay: 0 };
      for (let step = 0; step < 3; step++) optimizer.update([update]);
      expect(Array.from(variable.dataSync())).toEqual([1.5, -2.5]);
      optimizer.dispose();
      variable.dispose();
    });
  });

  test('refuses updates that do not fit, and moves nothing', () => {
    before = tf.memory().numTensors;
    const variable = weightOf(new Float32Array(6).fill(1), [2, 3]);
    const other = weightOf(new Float32Array(5).fill(1), [5]);
    const gradients = { fits: tf.ones([2, 3]), turned: tf.ones([3, 2]), five: tf.ones([5]) };
    const whole = tf.ones([2, 3], 'int32');
    const optimizer = createAdam();
    const good = {
      name: 'other',
      variable: other,
      gradient: gradients.five,
      learningRate: 1,
      weightDecay: 0,
    };
    const update = { name: 'w', variable, gradient: gradients.fits, learningRate: 0.1, weightDecay: 0 };
    for (const [wrong, error, message] of [
      [{ ...update, gradient: gradients.turned }, ShapeError, /"w".*\[2,3\], received \[3,2\]/],
      [{ ...update, gradient: whole }, ShapeError, /gradient of float32, received int32/],
      [{ ...update, learningRate: Number.NaN }, OptionError, /learningRate .* received NaN/],
      [{ ...update, learningRate: -1 }, OptionError, /learningRate/],
      [{ ...update, weightDecay: Infinity }, OptionError, /weightDecay .* received Infinity/],
      [{ ...update, name: 'other' }, OptionError, /"other" twice/],
    ] as const) {
      expect(() => optimizer.update([good, wrong])).toThrow(error);
      expect(() => optimizer.update([good, wrong])).toThrow(message);
    }
    expect(Array.from(other.dataSync())).toEqual([1, 1, 1, 1, 1]);
    optimizer.update([update]);
    const renamed = { ...update, variable: other, gradient: gradients.five };
    expect(() => optimizer.update([renamed])).toThrow(/optimizer's state .* \[5\], received \[2,3\]/);
    optimizer.dispose();
    tf.dispose([variable, other, whole, ...Object.values(gradients)]);
  });

  test('refuses states that are damaged, and keeps its own', async () => {
    before = tf.memory().numTensors;
    const weights = weightsToMove();
    const optimizer = createAdam();
    weights.step(optimizer, 1);
    const state = await optimizer.state();
    const replaced = (key: string, stored: unknown) =>
      ({ ...state, tensors: { ...state.tensors, [key]: stored } }) as OptimizerState;
    const ones = (length: number) => new Float32Array(length).fill(1);
    for (const [wrong, message] of [
      [{ ...state, steps: { ...state.steps, kernel: 0 } }, /steps of "kernel".*received 0/],
      [{ ...state, steps: { ...state.steps, kernel: 1.5 } }, /steps of "kernel"/],
      [{ ...state, steps: { ...state.steps, more: 1 } }, /"more\/m".*received undefined/],
      [{ ...state, steps: {} }, /received "kernel\/m"/],
      [replaced('kernel/momentum', { shape: [1], data: ones(1) }), /received "kernel\/momentum"/],
      [
        replaced('kernel/m', { shape: [5, 7], data: ones(34) }),
        /"kernel\/m".* 35 values .*received 34 values/,
      ],
      [replaced('kernel/m', { shape: [7, 5], data: ones(35) }), /one shape, received \[7,5\] and \[5,7\]/],
      [replaced('bias/m', { shape: [11], data: ones(11).fill(Number.NaN, 4) }), /"bias\/m" to hold finite/],
      [replaced('bias/v', { shape: [11], data: ones(11).fill(-1, 10) }), /"bias\/v".*at least 0/],
      [replaced('bias/v', { shape: [11], data: Array(11).fill(1) }), /"bias\/v" to be a Float32Array/],
    ] as const) {
      expect(() => optimizer.restore(wrong as OptimizerState)).toThrow(OptionError);
      expect(() => optimizer.restore(wrong as OptimizerState)).toThrow(message);
      expect(await optimizer.state()).toEqual(state);
    }
    optimizer.dispose();
    weights.dispose();
  });

  test('refuses options out of range', () => {
    for (const [options, message] of [
      [{ decay: 'l2' }, /decay .* received 'l2'/],
      [{ beta1: 1 }, /beta1 in \[0, 1\), received 1/],
      [{ beta2: -0.1 }, /beta2/],
      [{ beta2: Number.NaN }, /beta2/],
      [{ epsilon: 0 }, /epsilon .* received 0/],
      [{ epsilon: 1e-50 }, /positive in float32/],
      [{ beta: 0.9 }, /received "beta"/],
    ] as const) {
      expect(() => createAdam(options as AdamOptions)).toThrow(message);
      expect(() => createAdam(options as AdamOptions)).toThrow(OptionError);
    }
  });
});
