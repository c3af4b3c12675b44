import * as tf from '@tensorflow/tfjs-core';
import { input, type layers, models, type SymbolicTensor, model as toModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { largest } from './largest';
import { maxDifference } from './max-difference';
import { noise } from './noise';
import { reload } from './reload';

/** What {@link testLayerContract} must know of a layer. */
export interface LayerContract {
  /** Makes the layer, with the seed if it takes one. */
  readonly create: (seed: number) => layers.Layer;
  /** Makes its inputs; a prime for each dimension, no two alike, so that no swapped axis passes. */
  readonly inputs: () => tf.Tensor[];
  /** The shape of each output. */
  readonly outputs: readonly (readonly number[])[];
  /** The weights, in the order of `getWeights()`. */
  readonly weights: Readonly<Record<string, readonly number[]>>;
  /** Those that start from the seed. */
  readonly seeded?: readonly string[];
  /** Those whose gradient is zero by theory. */
  readonly zeroGradients?: readonly string[];
}

const list = <T>(items: T | T[]): T[] => (Array.isArray(items) ? items : [items]);

/** Checks what every layer of this library promises. */
export function testLayerContract(name: string, contract: LayerContract): void {
  const { seeded = [], zeroGradients = [] } = contract;
  const weightNames = Object.keys(contract.weights);

  const built = (seed = 7) => {
    const layer = contract.create(seed);
    const inputs = contract.inputs();
    const call = (kwargs = {}) => list(layer.apply(one(inputs), kwargs) as tf.Tensor | tf.Tensor[]);
    tf.dispose(call());
    return { layer, inputs, call };
  };
  const one = <T>(items: T[]): T | T[] => (items.length === 1 ? (items[0] as T) : items);
  const functional = (layer: layers.Layer, inputs: readonly tf.Tensor[]) => {
    const symbols = inputs.map(({ shape, dtype }) => input({ shape: shape.slice(1), dtype }));
    const outputs = layer.apply(one(symbols)) as SymbolicTensor | SymbolicTensor[];
    return { outputs: list(outputs), model: toModel({ inputs: symbols, outputs }) };
  };

  describe(name, () => {
    it('has its weights, by name and shape', () => {
      const { layer } = built();
      expect(layer.weights.map(({ originalName, shape }) => [originalName, shape])).toEqual(
        Object.entries(contract.weights).map(([weight, shape]) => [`${layer.name}/${weight}`, shape]),
      );
      expect(layer.trainableWeights).toHaveLength(weightNames.length);
    });

    it('gives the output shapes that it announces', () => {
      const { layer, inputs, call } = built();
      expect(call().map(({ shape }) => shape)).toEqual(contract.outputs);
      const announced = layer.computeOutputShape(one(inputs.map(({ shape }) => shape)) as never);
      expect(Array.isArray(announced[0]) ? announced : [announced]).toEqual(contract.outputs);
      const { outputs } = functional(layer, inputs);
      expect(outputs.map(({ shape }) => shape)).toEqual(
        contract.outputs.map((shape) => [null, ...shape.slice(1)]),
      );
    });

    it('comes back from its config', async () => {
      const { layer, inputs } = built();
      const { model } = functional(layer, inputs);
      const copy = (
        await models.modelFromJSON({
          modelTopology: JSON.parse(JSON.stringify(model.toJSON(null, false))),
        } as never)
      ).getLayer(layer.name);
      expect(copy).not.toBe(layer);
      expect(copy.constructor).toBe(layer.constructor);
      expect(copy.getConfig()).toEqual(layer.getConfig());
    });

    it('is saved and loaded without a difference', async () => {
      const { layer, inputs, call } = built();
      layer.setWeights(layer.getWeights().map(({ shape }, index) => noise(shape, 100 + index)));
      const loaded = await reload(functional(layer, inputs).model);
      const expected = call();
      const received = list(loaded.apply(one(inputs)) as tf.Tensor | tf.Tensor[]);
      expect(received).toHaveLength(expected.length);
      for (const [index, output] of expected.entries()) {
        expect(largest(output)).toBeGreaterThan(0);
        expect(maxDifference(received[index] as tf.Tensor, output.dataSync())).toBe(0);
      }
    });

    if (weightNames.length > 0) {
      it('gives every weight a finite gradient', () => {
        const { layer, call } = built();
        const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
        const { grads } = tf.variableGrads(() => {
          const terms = call({ training: true }).map((output, at) =>
            tf.sum(tf.mul(output, noise(output.shape, 50 + at))),
          );
          return tf.addN(terms) as tf.Scalar;
        }, variables);
        // A gradient that theory makes zero is what rounding leaves of sums of the others' size, on each backend another.
        const rounding = 1e-6 * Math.max(1, ...Object.values(grads).map((gradient) => largest(gradient)));
        for (const [index, variable] of variables.entries()) {
          const gradient = grads[variable.name] as tf.Tensor;
          expect(gradient.shape).toEqual(variable.shape);
          const size = largest(gradient);
          expect(size, variable.name).toBeLessThan(1e6);
          if (zeroGradients.includes(weightNames[index] as string)) expect(size).toBeLessThan(10 * rounding);
          else expect(size, variable.name).toBeGreaterThan(1e-3);
        }
      });
    }

    it('leaves nothing but its outputs in memory', () => {
      const { call } = built();
      for (const training of [false, true]) {
        const before = tf.memory().numTensors;
        const outputs = call({ training });
        expect(tf.memory().numTensors - before).toBe(outputs.length);
        tf.dispose(outputs);
        expect(tf.memory().numTensors).toBe(before);
      }
    });

    it('starts with the same weights for the same seed', () => {
      const [first = [], again = [], other = []] = [7, 7, 8].map((seed) => built(seed).layer.getWeights());
      for (const [index, weight] of weightNames.entries()) {
        const values = (first[index] as tf.Tensor).dataSync();
        expect(maxDifference(again[index] as tf.Tensor, values)).toBe(0);
        const toOther = maxDifference(other[index] as tf.Tensor, values);
        if (seeded.includes(weight)) expect(toOther, weight).toBeGreaterThan(0);
        else expect(toOther, weight).toBe(0);
      }
    });
  });
}
