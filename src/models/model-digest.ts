import type { io } from '@tensorflow/tfjs-core';

/**
 * The text of a `model.json` that decides what a model computes; hashed after the weights.
 *
 * It is the same before writing and after reading, however the file is indented.
 */
export function descriptionText({
  modelTopology,
  weightsManifest,
}: Pick<io.ModelJSON, 'modelTopology' | 'weightsManifest'>): string {
  return JSON.stringify([modelTopology, weightsManifest]);
}
