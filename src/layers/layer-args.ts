import type { LayerArgs } from '@tensorflow/tfjs-layers/dist/engine/topology.js';
import { OptionError } from '../errors';
import { checkOptionNames } from '../options/check-option-names';

/** What tfjs takes for any layer. */
const LAYER_ARGS: Readonly<Record<keyof LayerArgs, true>> = {
  name: true,
  trainable: true,
  inputShape: true,
  batchInputShape: true,
  batchSize: true,
  dtype: true,
  inputDType: true,
  weights: true,
};

/**
 * Refuses arguments that neither a layer nor tfjs reads. For factories: constructors also get what tfjs adds when it loads a model.
 *
 * @param factory what messages call the function
 * @param own the layer's own arguments, as the keys of an object; its type makes the compiler find one that is missing
 * @throws {@link OptionError} naming the unknown argument
 */
export function checkLayerArgs<Args extends LayerArgs>(
  factory: string,
  args: Args,
  own: Readonly<Record<Exclude<keyof Args, keyof LayerArgs>, true>>,
): void {
  checkOptionNames<object>(factory, args, { ...own, ...LAYER_ARGS });
}

/**
 * Refuses a count that is none.
 *
 * @throws {@link OptionError} naming the layer and the argument
 */
export function assertPositiveInteger(layer: string, option: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new OptionError(
      `Layer ${layer}: expected ${option} to be an integer of at least 1, received ${value}.`,
    );
  }
}
