import { Tensor } from '@tensorflow/tfjs-core';
import { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { BackendError } from '../errors';

/**
 * Refuses inputs that were made by another copy of TensorFlow.js, where tfjs itself would fail far from the cause.
 *
 * @throws {@link BackendError} naming the package that is there twice and the command that shows it
 */
export function assertOneTfjs(layerName: string, inputs: unknown): void {
  for (const input of Array.isArray(inputs) ? inputs : [inputs]) {
    if (input instanceof SymbolicTensor || input instanceof Tensor) continue;
    const kind = (input as object | null)?.constructor?.name;
    // Minified builds lose class names, so a foreign symbolic tensor is also known by its fields.
    const isForeign =
      kind === 'SymbolicTensor' || (typeof input === 'object' && input !== null && 'sourceLayer' in input);
    if (isForeign) {
      throw new BackendError(
        `Layer ${layerName}: expected inputs made by the copy of @tensorflow/tfjs-layers that mvsa-fusion uses, ` +
          'received one made by another copy. Two copies are installed: run `npm ls @tensorflow/tfjs-layers`, then ' +
          'align the versions and run `npm dedupe`.',
      );
    }
  }
}
