import type { LayersModel } from '@tensorflow/tfjs-layers';
import { MaskSeeds } from '../../layers/seeded-dropout';
import { deriveSeed } from '../../random';
import { type AnyLayer, allLayers } from './model-layers';

/** tfjs' own layers that draw from `Math.random`, or repeat one mask for ever. */
const UNSEEDABLE = new Set([
  'Dropout',
  'SpatialDropout1D',
  'GaussianNoise',
  'GaussianDropout',
  'AlphaDropout',
]);

/** What a training step tells a model's random layers; see {@link maskSteps}. */
interface MaskSteps {
  /** Sets all masks for a forward pass; `step` is unique in the run. */
  start(step: number): void;
  /** The layers' own seeds, in the model's order; null for a layer without one. */
  readonly seeds: readonly (number | null)[];
  /** Names of layers whose masks do not follow from a seed. */
  readonly unseedable: readonly string[];
}

/**
 * Finds the layers of a model that draw masks in training, nested models included.
 *
 * @param seed stands in where a layer has no seed of its own, with the layer's place among them: names that tfjs makes up
 * count on with every model, and may repeat in nested ones
 */
export function maskSteps(model: LayersModel, seed: number): MaskSteps {
  const found = allLayers(model);
  const seeded = found
    .map((layer) => (layer as { readonly maskSeeds?: unknown }).maskSeeds)
    .filter((maskSeeds) => maskSeeds instanceof MaskSeeds);
  return {
    start(step) {
      for (const [place, maskSeeds] of seeded.entries())
        maskSeeds.startStep(step, deriveSeed(seed, `mask ${place}`));
    },
    seeds: seeded.map((maskSeeds) => maskSeeds.seed ?? null),
    unseedable: found.filter(isUnseedable).map(({ name }) => name),
  };
}

function isUnseedable(layer: AnyLayer): boolean {
  if (UNSEEDABLE.has(layer.getClassName())) return true;
  // The dropout of recurrent layers is one of tfjs' own, too.
  const { cell } = layer;
  return [cell, ...(cell?.cells ?? [])].some((one) => {
    const { dropout, recurrentDropout } = (one ?? {}) as Readonly<Record<string, unknown>>;
    return Number(dropout) > 0 || Number(recurrentDropout) > 0;
  });
}
