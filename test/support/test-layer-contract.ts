import * as tf from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  type layers,
  loadLayersModel,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';

/** What every layer of this library must do; see {@link testLayerContract}. */
export interface LayerContract {
  /** A fresh layer; the same weights and masks at every call. */
  create(): layers.Layer;
  /** Concrete inputs, with another prime for every dimension. */
  inputs(): tf.Tensor[];
  /** Names of the weights, in the order of `getWeights()`, without the layer's own name. */
  readonly weights: readonly string[];
  /** Weights whose gradient theory says is zero. */
  readonly zeroGradients?: readonly string[];
}

const asList = <T>(items: T | T[]): T[] => (Array.isArray(items) ? items : [items]);

function functionalModel(layer: layers.Layer, inputs: readonly tf.Tensor[]): LayersModel {
  const symbols = inputs.map(({ shape, dtype }, index) =>
    input({ shape: shape.slice(1), dtype, name: `input_${index}` }),
  );
  const outputs = layer.apply(
    symbols.length === 1 ? (symbols[0] as SymbolicTensor) : symbols,
  ) as SymbolicTensor;
  return model({ inputs: symbols, outputs });
}

/** Registers the tests that every layer passes: names, shapes, config, saving, gradients, memory, seed. */
export function testLayerContract(
  name: string,
  { create, inputs, weights, zeroGradients = [] }: LayerContract,
): void {
  const apply = (layer: layers.Layer, tensors: tf.Tensor[], training = false) =>
    asList(
      layer.apply(tensors.length === 1 ? (tensors[0] as tf.Tensor) : tensors, { training }) as
        | tf.Tensor
        | tf.Tensor[],
    );

  test(`${name}: weights by name and order`, () => {
    const layer = create();
    apply(layer, inputs());
    expect(layer.weights.map(({ originalName }) => originalName.replace(`${layer.name}/`, ''))).toEqual(
      weights,
    );
  });

  test(`${name}: symbolic shape equals eager shape`, () => {
    const tensors = inputs();
    const symbolic = functionalModel(create(), tensors).outputs.map(({ shape }) => shape.slice(1));
    expect(symbolic).toEqual(apply(create(), tensors).map(({ shape }) => shape.slice(1)));
  });

  test(`${name}: saves and reloads with difference 0`, async () => {
    const tensors = inputs();
    const built = functionalModel(create(), tensors);
    let artifacts: tf.io.ModelArtifacts = {};
    await built.save(
      tf.io.withSaveHandler(async (saved) => {
        artifacts = JSON.parse(JSON.stringify({ ...saved, weightData: undefined })) as tf.io.ModelArtifacts;
        artifacts.weightData = saved.weightData as ArrayBuffer;
        return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
      }),
    );
    const loaded = await loadLayersModel(tf.io.fromMemory(artifacts));
    const outputs = [built, loaded].map((each) =>
      asList(each.predict(tensors) as tf.Tensor).map((x) => x.dataSync()),
    );
    expect(outputs[1]).toEqual(outputs[0]);
    expect(loaded.layers.at(-1)?.getConfig()).toEqual(built.layers.at(-1)?.getConfig());
  });

  test(`${name}: each call keeps its outputs and nothing else`, () => {
    const layer = create();
    const tensors = inputs();
    tf.dispose(apply(layer, tensors, true));
    const before = tf.memory().numTensors;
    const outputs = apply(layer, tensors, true);
    expect(tf.memory().numTensors).toBe(before + outputs.length);
  });

  test(`${name}: the seed repeats outputs, in training too`, () => {
    const run = () => {
      const layer = create();
      return [false, true, true].map((training) =>
        apply(layer, inputs(), training).map((output) => output.dataSync()),
      );
    };
    expect(run()).toEqual(run());
  });

  if (weights.length === 0) return;
  test(`${name}: every weight gets a finite gradient`, () => {
    const layer = create();
    const tensors = inputs();
    apply(layer, tensors);
    // Zero weights would hide gradients behind them.
    layer.setWeights(
      layer.getWeights().map((weight, at) => tf.randomNormal(weight.shape, 0, 1, 'float32', 7 + at)),
    );
    const cotangents = apply(layer, tensors).map(({ shape }, at) =>
      tf.randomNormal(shape, 0, 1, 'float32', 70 + at),
    );
    const { grads } = tf.variableGrads(
      () =>
        tf.tidy(() => {
          const sums = apply(layer, tensors).map((output, at) =>
            tf.sum(tf.mul(output, cotangents[at] as tf.Tensor)),
          );
          return tf.addN(sums) as tf.Scalar;
        }),
      layer.trainableWeights.map((weight) => weight.read() as tf.Variable),
    );
    for (const [at, weight] of layer.trainableWeights.entries()) {
      const gradient = grads[(weight.read() as tf.Variable).name] as tf.Tensor;
      const largest = tf.max(tf.abs(gradient)).dataSync()[0] as number;
      expect(gradient.shape).toEqual(weight.shape);
      if (zeroGradients.includes(weights[at] as string)) expect(largest, weights[at]).toBeLessThan(1e-4);
      else expect(largest, weights[at]).toBeGreaterThan(1e-4);
      expect(Number.isFinite(largest)).toBe(true);
    }
  });
}
