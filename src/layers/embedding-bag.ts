import * as tf from '@tensorflow/tfjs-core';
import { initializers, layers, type Shape } from '@tensorflow/tfjs-layers';
import type { LayerArgs } from '@tensorflow/tfjs-layers/dist/engine/topology.js';
import type { LayerVariable } from '@tensorflow/tfjs-layers/dist/variables.js';
import { OptionError } from '../errors';
import { checkLayerArgs } from './layer-args';
import { embeddingBag as embeddingBagOp } from './ops/embedding-bag';

/** Arguments of {@link EmbeddingBag}. */
export interface EmbeddingBagArgs extends LayerArgs {
  /** Number of rows of the table; ids lie in [0, inputDim), and id 0 is padding. */
  readonly inputDim: number;
  /** Width of an embedding. */
  readonly outputDim: number;
  /**
   * Scale of the initial table: uniform in [-scale, scale]. 0 starts at zero, as a linear model does.
   * @defaultValue 0.05, as Keras' `Embedding`
   */
  readonly initialScale?: number;
  /**
   * Decides the initial table.
   * @defaultValue drawn at random
   */
  readonly seed?: number;
}

/**
 * The mean embedding of a bag of ids, or their weighted sum.
 *
 * Inputs:
 * - `ids` [batch, ...rest, bagSize], whole numbers in [0, inputDim); 0 = padding, which counts for nothing
 * - `weights` [batch, ...rest, bagSize], optional: then the output is the weighted sum instead of the mean
 *
 * Output: [batch, ...rest, outputDim]; a bag of padding alone gives zeros. Weight: table [inputDim, outputDim].
 *
 * @throws {@link OptionError} when an id is outside the table, on the backends that hold tensors in memory: cpu, wasm and tfjs-node.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { embeddingBag } from 'mvsa-fusion/layers';
 *
 * const ids = tf.tensor2d([[3, 5, 0], [7, 0, 0]], [2, 3], 'int32');
 * const bags = embeddingBag({ inputDim: 10, outputDim: 4 }).apply(ids) as tf.Tensor;
 * console.log(bags.shape); // [2, 4]
 * ```
 * @see torch.nn.EmbeddingBag (modes mean and sum with per-sample weights); Joulin et al. 2016, "Bag of Tricks for
 * Efficient Text Classification", section 2
 */
export class EmbeddingBag extends layers.Layer {
  /** The name under which tfjs saves and loads this layer. */
  static className = 'MvsaEmbeddingBag';

  private readonly inputDim: number;
  private readonly outputDim: number;
  private readonly initialScale: number;
  private readonly seed: number | undefined;
  private table!: LayerVariable;

  constructor(args: EmbeddingBagArgs) {
    super(args);
    this.inputDim = args.inputDim;
    this.outputDim = args.outputDim;
    this.initialScale = args.initialScale ?? 0.05;
    this.seed = args.seed ?? undefined;
  }

  override build(): void {
    const [minval, maxval] = [-this.initialScale, this.initialScale];
    const initializer =
      this.initialScale === 0
        ? initializers.zeros()
        : initializers.randomUniform({ minval, maxval, ...(this.seed !== undefined && { seed: this.seed }) });
    this.table = this.addWeight('table', [this.inputDim, this.outputDim], 'float32', initializer);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [ids, given] = (Array.isArray(inputs) ? inputs : [inputs]) as [tf.Tensor, tf.Tensor?];
      this.checkIds(ids);
      const bagSize = ids.shape.at(-1) as number;
      const rest = ids.shape.slice(0, -1);
      const flatIds = tf.cast(tf.reshape(ids, [-1, bagSize]), 'int32') as tf.Tensor2D;
      const isReal = tf.cast(tf.notEqual(flatIds, 0), 'float32');
      const weights = given
        ? tf.mul(tf.reshape(given, [-1, bagSize]), isReal)
        : tf.div(isReal, tf.maximum(tf.sum(isReal, 1, true), 1));
      const bags = embeddingBagOp(this.table.read() as tf.Tensor2D, flatIds, weights as tf.Tensor2D);
      return tf.reshape(bags, [...rest, this.outputDim]);
    });
  }

  /** Some backends read outside of the table, and give whatever lies there. To read from a GPU would make it wait. */
  private checkIds(ids: tf.Tensor): void {
    if (!['cpu', 'wasm', 'tensorflow'].includes(tf.getBackend())) return;
    const wrong = ids.dataSync().find((id) => !(id >= 0 && id < this.inputDim));
    if (wrong === undefined) return;
    throw new OptionError(
      `Layer ${this.name}: expected ids in [0, ${this.inputDim}), received ${wrong}. Encode texts with as many buckets as the table ` +
        'has rows.',
    );
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const ids = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape;
    return [...ids.slice(0, -1), this.outputDim];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      inputDim: this.inputDim,
      outputDim: this.outputDim,
      initialScale: this.initialScale,
      seed: this.seed ?? null,
    };
  }
}

tf.serialization.registerClass(EmbeddingBag);

/**
 * Creates an {@link EmbeddingBag} layer.
 *
 * @throws {@link OptionError} when an argument is unknown.
 */
export function embeddingBag(args: EmbeddingBagArgs): EmbeddingBag {
  checkLayerArgs('embeddingBag', args, { inputDim: true, outputDim: true, initialScale: true, seed: true });
  return new EmbeddingBag(args);
}
