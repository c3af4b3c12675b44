import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import type { LayerArgs } from '@tensorflow/tfjs-layers/dist/engine/topology.js';
import type { Kwargs } from '@tensorflow/tfjs-layers/dist/types.js';
import { OptionError } from '../errors';
import { deriveSeed } from '../random';
import { checkLayerArgs } from './layer-args';
import { single } from './layer-inputs';
import { seededDropout as seededDropoutOp } from './ops/seeded-dropout';

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

/**
 * Creates a {@link SeededDropout} layer.
 *
 * @throws {@link OptionError} when an argument is unknown.
 */
export function seededDropout(args: SeededDropoutArgs): SeededDropout {
  checkLayerArgs('seededDropout', args, { rate: true, seed: true });
  return new SeededDropout(args);
}

/**
 * The seeds of a layer's dropout masks: a function of the layer's seed, the training step and the use within the step.
 *
 * Nothing else is remembered, so a training run that is interrupted goes on with the very masks that it would have drawn.
 * A loop that never calls {@link startStep}, as tfjs' own `fit`, draws a new mask at each call all the same.
 *
 * @example
 * ```ts
 * import { seededDropout } from 'mvsa-fusion/layers';
 *
 * const layer = seededDropout({ rate: 0.5, seed: 7 });
 * for (let step = 0; step < 3; step++) {
 *   layer.maskSeeds.startStep(step, 0);
 *   // layer.apply(x, { training: true }) drops what it dropped in this step of any earlier run
 * }
 * ```
 */
export class MaskSeeds {
  private stepSeed: number;
  private uses = 0;

  /**
   * @param seed the layer's own seed; when absent, random until {@link startStep} gives one
   */
  constructor(
    /** The layer's own seed, if it has one. */
    readonly seed: number | undefined,
  ) {
    this.stepSeed = deriveSeed(seed ?? Math.floor(Math.random() * 2 ** 31), 'dropout');
  }

  /**
   * Begins a training step.
   *
   * @param step any integer that no other step has
   * @param seedIfNone stands in for the layer's own seed where it has none
   */
  startStep(step: number, seedIfNone: number): void {
    this.stepSeed = deriveSeed(deriveSeed(this.seed ?? seedIfNone, 'dropout'), step);
    this.uses = 0;
  }

  /** The seed of the next mask. */
  next(): number {
    return deriveSeed(this.stepSeed, this.uses++);
  }
}
