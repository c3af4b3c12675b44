import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import type { LayerArgs } from '@tensorflow/tfjs-layers/dist/engine/topology.js';
import type { Kwargs } from '@tensorflow/tfjs-layers/dist/types.js';
import { OptionError } from '../errors';
import { MaskSeeds } from './mask-seeds';
import { seededDropout as seededDropoutOp } from './ops/seeded-dropout';
import { single } from './single';

/** Arguments of {@link SeededDropout}. */
export interface SeededDropoutArgs extends LayerArgs {
  /** Share of elements dropped in training, in [0, 1). */
  readonly rate: number;
  /**
   * Decides the masks: the n-th training call of a seed always drops the same elements.
   * @defaultValue drawn at random
   */
  readonly seed?: number;
}

/**
 * Dropout that repeats exactly for a seed and yet draws a new mask at every training step.
 *
 * Input and output: any shape. tfjs' own seeded dropout repeats one mask for ever.
 *
 * @throws {@link OptionError} when `rate` is outside [0, 1).
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { seededDropout } from 'mvsa-fusion/layers';
 *
 * const dropped = seededDropout({ rate: 0.5, seed: 7 }).apply(tf.ones([2, 4]), { training: true }) as tf.Tensor;
 * console.log(dropped.shape); // [2, 4], elements 0 or 2
 * ```
 * @see Srivastava et al. 2014, "Dropout: A Simple Way to Prevent Neural Networks from Overfitting"
 */
export class SeededDropout extends layers.Layer {
  /** The name under which tfjs saves and loads this layer. */
  static className = 'MvsaSeededDropout';

  private readonly rate: number;
  private readonly seed: number | undefined;
  /** Decides the masks; a training loop tells it where it stands. */
  readonly maskSeeds: MaskSeeds;

  constructor(args: SeededDropoutArgs) {
    super(args);
    if (!(args.rate >= 0 && args.rate < 1)) {
      throw new OptionError(`Layer ${this.name}: expected rate in [0, 1), received ${args.rate}.`);
    }
    this.rate = args.rate;
    this.seed = args.seed ?? undefined;
    this.maskSeeds = new MaskSeeds(this.seed);
    this.supportsMasking = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Kwargs): tf.Tensor {
    const x = single(inputs);
    if (!kwargs?.training || this.rate === 0) return tf.clone(x);
    return seededDropoutOp(x, this.rate, this.maskSeeds.next());
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), rate: this.rate, seed: this.seed ?? null };
  }
}

tf.serialization.registerClass(SeededDropout);

/** Creates a {@link SeededDropout} layer. */
export function seededDropout(args: SeededDropoutArgs): SeededDropout {
  return new SeededDropout(args);
}
