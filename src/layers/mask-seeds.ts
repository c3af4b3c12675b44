import { deriveSeed } from '../random';

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
