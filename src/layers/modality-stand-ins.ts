import * as tf from '@tensorflow/tfjs-core';
import { initializers, layers, type Shape } from '@tensorflow/tfjs-layers';
import type { LayerArgs } from '@tensorflow/tfjs-layers/dist/engine/topology.js';
import type { Kwargs } from '@tensorflow/tfjs-layers/dist/types.js';
import type { LayerVariable } from '@tensorflow/tfjs-layers/dist/variables.js';
import { OptionError } from '../errors';
import { SHARE_BELOW_1 } from '../options/rules';
import { createRandom, deriveSeed } from '../random';
import { checkLayerArgs } from './layer-args';
import { checkHalfShapes } from './layer-inputs';
import { replaceRows } from './ops/replace-rows';
import { MaskSeeds } from './seeded-dropout';

/** Arguments of {@link ModalityStandIns}. */
export interface ModalityStandInsArgs extends LayerArgs {
  /** Share of the posts with both halves that lose one in training, in [0, 1): half of them the text, half the image. */
  readonly rate: number;
  /**
   * Decides the initial stand-ins, and which posts lose which half.
   * @defaultValue drawn at random
   */
  readonly seed?: number;
}

/**
 * Puts learned stand-ins where a post has no text or no image, so that what follows answers it all the same.
 *
 * In training it also takes one half away from some posts that have both; otherwise a model would never meet a post of one half.
 *
 * Inputs, in order:
 * - `tokens` [batch, tokens, textDim], at least one token
 * - `paddingMask` [batch, tokens]; 1 = real, 0 = padding
 * - `regions` [batch, regions, imageDim]
 * - `textPresent` [batch, 1]; 1 = there, 0 = missing
 * - `imagePresent` [batch, 1]; the same of the image
 *
 * Outputs, in order:
 * - `tokens`: of a missing text the first is the stand-in, the others are zero
 * - `paddingMask`: of a missing text 1 for the stand-in, 0 for the others
 * - `regions`: of a missing image each is the stand-in
 * - `textPresent` [batch, 1] after what training took away, for whatever else reads the text
 *
 * Weights: text_stand_in [textDim], image_stand_in [imageDim].
 *
 * @remarks
 * A text without a real token is missing too. What a missing half holds has no effect, be it NaN, and gets a gradient of exactly
 * zero; an encoder before this layer turns NaN into gradients that are NaN all the same (0 times NaN), so give it zeros. A
 * post without either half gets both stand-ins: whether that is an answer is for the caller to say.
 *
 * @throws {@link OptionError} when `rate` is outside [0, 1).
 * @throws {@link ShapeError} when ranks, batch sizes or numbers of tokens disagree: names the layer, what it expected and received.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { modalityStandIns } from 'mvsa-fusion/layers';
 *
 * const post = [tf.ones([1, 5, 8]), tf.tensor2d([[1, 1, 1, 0, 0]]), tf.ones([1, 49, 4])];
 * const [textPresent, imagePresent] = [tf.zeros([1, 1]), tf.ones([1, 1])];
 * const standIns = modalityStandIns({ rate: 0.3, seed: 7 });
 * const [, paddingMask] = standIns.apply([...post, textPresent, imagePresent]) as tf.Tensor[];
 * console.log(paddingMask?.arraySync()); // [[1, 0, 0, 0, 0]]
 * ```
 * @see Neverova et al. 2016, "ModDrop: Adaptive Multi-modal Gesture Recognition"
 */
export class ModalityStandIns extends layers.Layer {
  /** The name under which tfjs saves and loads this layer. */
  static className = 'MvsaModalityStandIns';

  private readonly rate: number;
  private readonly seed: number | undefined;
  /** Decides which posts lose a half; a training loop tells it where it stands. */
  readonly maskSeeds: MaskSeeds;
  private textStandIn!: LayerVariable;
  private imageStandIn!: LayerVariable;

  constructor(args: ModalityStandInsArgs) {
    super(args);
    if (!SHARE_BELOW_1.accepts(args.rate)) {
      throw new OptionError(`Layer ${this.name}: expected rate in [0, 1), received ${args.rate}.`);
    }
    this.rate = args.rate;
    this.seed = args.seed ?? undefined;
    this.maskSeeds = new MaskSeeds(this.seed);
  }

  override build(inputShape: Shape | Shape[]): void {
    const { textDim, imageDim } = checkHalfShapes(this.name, inputShape);
    this.textStandIn = this.addStandIn('text_stand_in', textDim);
    this.imageStandIn = this.addStandIn('image_stand_in', imageDim);
    this.built = true;
  }

  /** Small and random, as mask tokens begin; a projection with a relu would give zeros no gradient to leave by. */
  private addStandIn(name: string, dim: number): LayerVariable {
    const seed = this.seed !== undefined && { seed: deriveSeed(this.seed, name) };
    const initializer = initializers.randomNormal({ mean: 0, stddev: 0.02, ...seed });
    return this.addWeight(name, [dim], 'float32', initializer);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Kwargs): tf.Tensor[] {
    return tf.tidy(() => {
      const given = Array.isArray(inputs) ? inputs : [inputs];
      checkHalfShapes(
        this.name,
        given.map(({ shape }) => shape),
      );
      const [tokens, , regions] = given as [tf.Tensor3D, tf.Tensor2D, tf.Tensor3D];
      const [, paddingMask, , textPresent, imagePresent] = given.map((x) => tf.cast(x, 'float32'));
      const [batch, tokenCount, textDim] = tokens.shape;

      const isThere = (present: tf.Tensor) => tf.reshape(tf.greater(present, 0), [batch]);
      const hasRealToken = tf.any(tf.greater(paddingMask as tf.Tensor, 0), 1);
      let hasText: tf.Tensor = tf.logicalAnd(isThere(textPresent as tf.Tensor), hasRealToken);
      let hasImage: tf.Tensor = isThere(imagePresent as tf.Tensor);
      if (kwargs?.training && this.rate > 0) {
        // Never both: of a post with one half, nothing is taken.
        const [keepsText, keepsImage] = this.drawKept(batch);
        [hasText, hasImage] = [
          tf.logicalAnd(hasText, tf.logicalOr(keepsText, tf.logicalNot(hasImage))),
          tf.logicalAnd(hasImage, tf.logicalOr(keepsImage, tf.logicalNot(hasText))),
        ];
      }

      const [lacksText, lacksImage] = [hasText, hasImage].map((has) =>
        tf.cast(tf.logicalNot(has), 'float32'),
      ) as [tf.Tensor1D, tf.Tensor1D];
      const padding = tokenCount - 1;
      const standInText = tf.concat([
        tf.reshape(this.textStandIn.read(), [1, textDim]),
        tf.zeros([padding, textDim]),
      ]);
      const standInMask = tf.concat([tf.ones([1]), tf.zeros([padding])]);
      const standInImage = tf.add(tf.zeros([regions.shape[1], 1]), this.imageStandIn.read());
      return [
        replaceRows(tokens, lacksText, standInText),
        replaceRows(paddingMask as tf.Tensor, lacksText, standInMask),
        replaceRows(regions, lacksImage, standInImage),
        tf.reshape(tf.sub(1, lacksText), [batch, 1]),
      ];
    });
  }

  /** Whether each post of a batch keeps its text and its image; at least one of them. */
  private drawKept(batch: number): [keepsText: tf.Tensor, keepsImage: tf.Tensor] {
    const { uniform } = createRandom(this.maskSeeds.next());
    const draws = Array.from({ length: batch }, uniform);
    const half = this.rate / 2;
    return [
      tf.tensor1d(
        draws.map((draw) => draw >= half),
        'bool',
      ),
      tf.tensor1d(
        draws.map((draw) => draw < half || draw >= this.rate),
        'bool',
      ),
    ];
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape[] {
    return (inputShape as Shape[]).slice(0, 4);
  }

  override computeMask(): tf.Tensor {
    return null as never;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), rate: this.rate, seed: this.seed ?? null };
  }
}

tf.serialization.registerClass(ModalityStandIns);

/**
 * Creates a {@link ModalityStandIns} layer.
 *
 * @throws {@link OptionError} when an argument is unknown or out of range.
 */
export function modalityStandIns(args: ModalityStandInsArgs): ModalityStandIns {
  checkLayerArgs('modalityStandIns', args, { rate: true, seed: true });
  return new ModalityStandIns(args);
}
