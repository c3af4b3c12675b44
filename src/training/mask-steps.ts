import type { LayersModel, layers as tfjsLayers } from '@tensorflow/tfjs-layers';
import { MaskSeeds } from '../layers';
import { deriveSeed } from '../random';

type Layer = tfjsLayers.Layer & {
  readonly layers?: readonly Layer[];
  readonly layer?: Layer;
  readonly maskSeeds?: unknown;
};

/** tfjs' own layers that draw from `Math.random`, or repeat one mask for ever. */
const UNSEEDABLE = new Set([
  'Dropout',
  'SpatialDropout1D',
  'GaussianNoise',
  'GaussianDropout',
  'AlphaDropout',
]);

/** What a training step tells a model's random layers; see {@link maskSteps}. */
export interface MaskSteps {
  /** Sets all masks for a forward pass; `step` is unique in the run. */
  start(step: number): void;
  /** The layers' own seeds by the layers' names; null for a layer without one. */
  readonly seeds: Readonly<Record<string, number | null>>;
  /** Names of layers whose masks do not follow from a seed. */
  readonly unseedable: readonly string[];
}

/**
 * Finds the layers of a model that draw masks in training, nested models included.
 *
 * @param seed stands in where a layer has no seed of its own
 */
export function maskSteps(model: LayersModel, seed: number): MaskSteps {
  const found = [...new Set(allLayers(model as unknown as Layer))];
  const seeded = found.flatMap(({ name, maskSeeds }) =>
    maskSeeds instanceof MaskSeeds ? [{ name, maskSeeds, seed: deriveSeed(seed, name) }] : [],
  );
  return {
    start(step) {
      for (const layer of seeded) layer.maskSeeds.startStep(step, layer.seed);
    },
    seeds: Object.fromEntries(seeded.map(({ name, maskSeeds }) => [name, maskSeeds.seed ?? null])),
    unseedable: found.filter((layer) => UNSEEDABLE.has(layer.getClassName())).map(({ name }) => name),
  };
}

function allLayers(layer: Layer): Layer[] {
  const inner = [...(layer.layers ?? []), ...(layer.layer ? [layer.layer] : [])];
  return [layer, ...inner.flatMap(allLayers)];
}
