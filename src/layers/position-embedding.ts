import * as tf from '@tensorflow/tfjs-core';
import { initializers, layers, type Shape } from '@tensorflow/tfjs-layers';
import type { LayerArgs } from '@tensorflow/tfjs-layers/dist/engine/topology.js';
import type { LayerVariable } from '@tensorflow/tfjs-layers/dist/variables.js';
import { checkLayerArgs } from './layer-args';
import { single } from './layer-inputs';

/** Arguments of {@link PositionEmbedding}. */
export interface PositionEmbeddingArgs extends LayerArgs {
  /**
   * Decides the initial embeddings.
   * @defaultValue drawn at random
   */
  readonly seed?: number;
}

/**
 * Adds a learned vector to each position of a sequence.
 *
 * Input and output: [batch, positions, dim]. Weight: embeddings [positions, dim].
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { positionEmbedding } from 'mvsa-fusion/layers';
 *
 * const placed = positionEmbedding({ seed: 7 }).apply(tf.zeros([2, 49, 64])) as tf.Tensor;
 * console.log(placed.shape); // [2, 49, 64]
 * ```
 * @see Dosovitskiy et al. 2020, "An Image is Worth 16x16 Words", section 3.1
 */
export class PositionEmbedding extends layers.Layer {
  /** The name under which tfjs saves and loads this layer. */
  static className = 'MvsaPositionEmbedding';

  private readonly seed: number | undefined;
  private embeddings!: LayerVariable;

  constructor(args: PositionEmbeddingArgs = {}) {
    super(args);
    this.seed = args.seed ?? undefined;
    this.supportsMasking = true;
  }

  override build(inputShape: Shape | Shape[]): void {
    const [positions, dim] = (inputShape as Shape).slice(1) as [number, number];
    const initializer = initializers.randomNormal({
      mean: 0,
      stddev: 0.02,
      ...(this.seed !== undefined && { seed: this.seed }),
    });
    this.embeddings = this.addWeight('embeddings', [positions, dim], 'float32', initializer);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.add(single(inputs), this.embeddings.read());
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), seed: this.seed ?? null };
  }
}

tf.serialization.registerClass(PositionEmbedding);

/**
 * Creates a {@link PositionEmbedding} layer.
 *
 * @throws {@link OptionError} when an argument is unknown.
 */
export function positionEmbedding(args: PositionEmbeddingArgs = {}): PositionEmbedding {
  checkLayerArgs('positionEmbedding', args, { seed: true });
  return new PositionEmbedding(args);
}
