import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type AnyLayer, allLayers } from './all-layers';

/** What does not change the numbers of a run whose weights are there already, or stands elsewhere in its configuration. */
const LEFT_OUT = /^(name|trainable|dtype|batch_?input_?shape|.*_?initializer)$/i;

/** A line for each layer of a model, nested ones included: its class, and the arguments that are not null, as JSON. */
export function describeLayers(model: LayersModel): string[] {
  return allLayers(model)
    .filter((layer) => layer.layers === undefined)
    .map((layer) => `${layer.getClassName()} ${argumentsOf(layer)}`);
}

function argumentsOf(layer: AnyLayer): string {
  try {
    return JSON.stringify(layer.getConfig(), (name, value) =>
      LEFT_OUT.test(name) || value === null ? undefined : value,
    );
  } catch {
    // A layer that cannot be saved can be trained all the same.
    return '{}';
  }
}
