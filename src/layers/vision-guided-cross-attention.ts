import * as tf from '@tensorflow/tfjs-core';
import { initializers, layers, type Shape, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Kwargs } from '@tensorflow/tfjs-layers/dist/types.js';
import type { LayerVariable } from '@tensorflow/tfjs-layers/dist/variables.js';
import { OptionError, ShapeError } from '../errors';
import { deriveSeed } from '../random';
import {
  ATTENTION_ARGS,
  type ResolvedWeightOptions,
  resolveWeightOptions,
  type VisionGuidedCrossAttentionArgs,
} from './attention-args';
import { assertPositiveInteger, checkLayerArgs } from './layer-args';
import { assertOneTfjs, checkAttentionShapes } from './layer-inputs';
import { scaledDotProductAttention } from './ops/scaled-dot-product-attention';
import { MaskSeeds } from './seeded-dropout';

/** The four projections, in the order of `getWeights()`. */
const PROJECTIONS = ['query', 'key', 'value', 'output'] as const;
type Projection = (typeof PROJECTIONS)[number];

interface ProjectionWeights {
  readonly kernel: LayerVariable;
  readonly bias: LayerVariable | undefined;
}

/**
 * Cross-attention in which image regions query the text tokens.
 *
 * softmax(Q K^T / sqrt(keyDim)) V per head, with Q from the regions, K and V from the tokens; heads are concatenated
 * and projected to `outputDim`.
 *
 * Inputs, in order:
 * - `query` [batch, regions, queryDim] or [batch, queryDim], float32
 * - `context` [batch, tokens, contextDim], float32; keys and values both come from it
 * - `paddingMask` [batch, tokens], optional, number or bool; 1 = attend, 0 = ignore (torch's `key_padding_mask` has
 *   the opposite polarity)
 *
 * Output: [batch, regions, outputDim], or [batch, outputDim] for a query without a regions axis; with
 * `returnAttentionScores` also [batch, numHeads, regions, tokens].
 *
 * Weights, in the order of `getWeights()`: query kernel [queryDim, numHeads * keyDim] and bias, key kernel
 * [contextDim, numHeads * keyDim] and bias, value kernel [contextDim, numHeads * keyDim] and bias, output kernel
 * [numHeads * keyDim, outputDim] and bias.
 *
 * @remarks
 * The mask is an explicit input because tfjs hands a layer the implicit mask of its first input only. A row whose
 * tokens are all padding attends to nothing: its output is the output bias. With a single key the softmax of one
 * number is 1, so the output does not depend on the query; the layer warns once when it is built so (`warnOfOneKey`).
 *
 * @throws {@link ShapeError} when ranks or batch sizes disagree: names the layer, what it expected and received.
 * @throws {@link OptionError} when `numHeads`, `keyDim`, `outputDim` or `dropout` is out of range.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-layers';
 * import { visionGuidedCrossAttention } from 'mvsa-fusion/layers';
 *
 * const regions = tf.input({ shape: [49, 256], name: 'regions' });
 * const tokens = tf.input({ shape: [64, 256], name: 'tokens' });
 * const paddingMask = tf.input({ shape: [64], name: 'paddingMask' });
 * const fused = visionGuidedCrossAttention({ numHeads: 8, dropout: 0.1 }).apply([regions, tokens, paddingMask]);
 * const pooled = tf.layers.globalAveragePooling1d({}).apply(fused) as tf.SymbolicTensor;
 * const model = tf.model({ inputs: [regions, tokens, paddingMask], outputs: pooled });
 * console.log(model.outputs[0]?.shape); // [null, 256]
 * ```
 * @see Vaswani et al. 2017, "Attention Is All You Need", section 3.2
 */
export class VisionGuidedCrossAttention extends layers.Layer {
  /** The name under which tfjs saves and loads this layer. */
  static className = 'VisionGuidedCrossAttention';

  private readonly numHeads: number;
  private readonly givenKeyDim: number | undefined;
  private readonly givenOutputDim: number | undefined;
  private readonly dropout: number;
  private readonly useBias: boolean;
  private readonly returnAttentionScores: boolean;
  private readonly warnsOfOneKey: boolean;
  private readonly seed: number | undefined;
  /** Decides the dropout's masks; a training loop tells it where it stands. */
  readonly maskSeeds: MaskSeeds;
  private readonly weightOptions: ResolvedWeightOptions;
  private readonly usesDefaultKernels: boolean;
  private readonly projections = {} as Record<Projection, ProjectionWeights>;
  private keyDim = 0;

  constructor(args: VisionGuidedCrossAttentionArgs) {
    super(args);
    const {
      numHeads,
      keyDim,
      outputDim,
      dropout = 0,
      useBias = true,
      returnAttentionScores = false,
      seed,
    } = args;
    assertPositiveInteger(this.name, 'numHeads', numHeads);
    if (keyDim != null) assertPositiveInteger(this.name, 'keyDim', keyDim);
    if (outputDim != null) assertPositiveInteger(this.name, 'outputDim', outputDim);
    if (!(dropout >= 0 && dropout < 1)) {
      throw new OptionError(`Layer ${this.name}: expected dropout in [0, 1), received ${dropout}.`);
    }
    this.numHeads = numHeads;
    this.givenKeyDim = keyDim ?? undefined;
    this.givenOutputDim = outputDim ?? undefined;
    this.dropout = dropout;
    this.useBias = useBias;
    this.returnAttentionScores = returnAttentionScores;
    this.warnsOfOneKey = args.warnOfOneKey ?? true;
    this.seed = seed ?? undefined;
    this.maskSeeds = new MaskSeeds(this.seed);
    this.weightOptions = resolveWeightOptions(args);
    this.usesDefaultKernels = args.kernelInitializer == null;
    this.supportsMasking = true;
  }

  override build(inputShape: Shape | Shape[]): void {
    const [query, context] = checkAttentionShapes(this.name, inputShape);
    const queryDim = this.lastAxis(query, 'query');
    const contextDim = this.lastAxis(context, 'context');
    const outputDim = this.givenOutputDim ?? queryDim;
    if (this.givenKeyDim === undefined && outputDim % this.numHeads !== 0) {
      throw new OptionError(
        `Layer ${this.name}: expected outputDim to be a multiple of numHeads, received outputDim ${outputDim} and ` +
          `numHeads ${this.numHeads}. Pass keyDim, or other numbers.`,
      );
    }
    this.keyDim = this.givenKeyDim ?? outputDim / this.numHeads;
    const innerDim = this.numHeads * this.keyDim;
    this.addProjection('query', queryDim, innerDim);
    this.addProjection('key', contextDim, innerDim);
    this.addProjection('value', contextDim, innerDim);
    this.addProjection('output', innerDim, outputDim);
    if (context[1] === 1 && this.warnsOfOneKey) this.warnOfOneKey();
    this.built = true;
  }

  private addProjection(projection: Projection, inputDim: number, outputDim: number): void {
    const options = this.weightOptions;
    // One seed for all four would start equally shaped kernels with equal numbers.
    const kernelInitializer =
      this.usesDefaultKernels && this.seed !== undefined
        ? initializers.glorotUniform({ seed: deriveSeed(this.seed, projection) })
        : options.kernelInitializer;
    this.projections[projection] = {
      kernel: this.addWeight(
        `${projection}_kernel`,
        [inputDim, outputDim],
        'float32',
        kernelInitializer,
        options.kernelRegularizer,
        true,
        options.kernelConstraint,
      ),
      bias: this.useBias
        ? this.addWeight(
            `${projection}_bias`,
            [outputDim],
            'float32',
            options.biasInitializer,
            options.biasRegularizer,
            true,
            options.biasConstraint,
          )
        : undefined,
    };
  }

  override apply(
    inputs: tf.Tensor | tf.Tensor[] | SymbolicTensor | SymbolicTensor[],
    kwargs?: Kwargs,
  ): tf.Tensor | tf.Tensor[] | SymbolicTensor | SymbolicTensor[] {
    assertOneTfjs(this.name, inputs);
    return super.apply(inputs, kwargs);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Kwargs): tf.Tensor | tf.Tensor[] {
    return tf.tidy(() => {
      const tensors = Array.isArray(inputs) ? inputs : [inputs];
      checkAttentionShapes(
        this.name,
        tensors.map((tensor) => tensor.shape),
      );
      const [query, context, mask] = tensors as [tf.Tensor, tf.Tensor3D, tf.Tensor2D?];
      const regions = (query.rank === 2 ? tf.expandDims(query, 1) : query) as tf.Tensor3D;
      const { output, attentionScores } = scaledDotProductAttention(
        this.splitHeads(this.project('query', regions)),
        this.splitHeads(this.project('key', context)),
        this.splitHeads(this.project('value', context)),
        {
          paddingMask: mask && (tf.cast(mask, 'float32') as tf.Tensor2D),
          dropout:
            kwargs?.training && this.dropout > 0
              ? { rate: this.dropout, seed: this.maskSeeds.next() }
              : undefined,
        },
      );
      const [batch, , regionCount] = output.shape;
      const joined = tf.reshape(tf.transpose(output, [0, 2, 1, 3]), [
        batch,
        regionCount,
        this.numHeads * this.keyDim,
      ]);
      const projected = this.project('output', joined as tf.Tensor3D); // [batch, regions, outputDim]
      const result = query.rank === 2 ? tf.squeeze(projected, [1]) : projected;
      return this.returnAttentionScores ? [result, attentionScores] : result;
    });
  }

  /** [batch, length, inputDim] to [batch, length, projectedDim] */
  private project(projection: Projection, x: tf.Tensor3D): tf.Tensor3D {
    const { kernel, bias } = this.projections[projection];
    const [batch, length, inputDim] = x.shape;
    const rows = tf.matMul(tf.reshape(x, [batch * length, inputDim]), kernel.read() as tf.Tensor2D);
    return tf.reshape(bias ? tf.add(rows, bias.read()) : rows, [batch, length, kernel.shape[1] as number]);
  }

  /** [batch, length, numHeads * keyDim] to [batch, numHeads, length, keyDim] */
  private splitHeads(x: tf.Tensor3D): tf.Tensor4D {
    const [batch, length] = x.shape;
    return tf.transpose(tf.reshape(x, [batch, length, this.numHeads, this.keyDim]), [0, 2, 1, 3]);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    const [query, context] = checkAttentionShapes(this.name, inputShape);
    const outputDim = this.givenOutputDim ?? this.lastAxis(query, 'query');
    const output = [...query.slice(0, -1), outputDim];
    if (!this.returnAttentionScores) return output;
    const regions = query.length === 2 ? 1 : (query[1] ?? null);
    return [output, [query[0] ?? null, this.numHeads, regions, context[1] ?? null]];
  }

  override computeMask(
    _inputs: tf.Tensor | tf.Tensor[],
    mask?: tf.Tensor | tf.Tensor[],
  ): tf.Tensor | tf.Tensor[] {
    const queryMask = (Array.isArray(mask) ? mask[0] : mask) ?? null;
    return (this.returnAttentionScores ? [queryMask, null] : queryMask) as tf.Tensor;
  }

  private lastAxis(shape: Shape, input: string): number {
    const size = shape.at(-1);
    if (size == null) {
      throw new ShapeError(
        `Layer ${this.name}: expected the last axis of ${input} to be known, received null.`,
      );
    }
    return size;
  }

  private warnOfOneKey(): void {
    console.warn(
      `Layer ${this.name}: one key: the output does not depend on the query (softmax of one number is 1), and ` +
        'without a residual everything before the query gets no gradient. Pass a sequence as context, or add the query to the ' +
        'output and pass warnOfOneKey: false.',
    );
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { config } = this.weightOptions;
    return {
      ...super.getConfig(),
      ...config,
      // Null keeps the default that derives a seed for each projection.
      kernelInitializer: this.usesDefaultKernels ? null : (config.kernelInitializer ?? null),
      numHeads: this.numHeads,
      keyDim: this.givenKeyDim ?? null,
      outputDim: this.givenOutputDim ?? null,
      dropout: this.dropout,
      useBias: this.useBias,
      returnAttentionScores: this.returnAttentionScores,
      ...(!this.warnsOfOneKey && { warnOfOneKey: false }),
      seed: this.seed ?? null,
    };
  }
}

tf.serialization.registerClass(VisionGuidedCrossAttention);

/**
 * Creates a {@link VisionGuidedCrossAttention} layer, as tfjs' own `tf.layers.*` functions do.
 *
 * @throws {@link OptionError} when an argument is unknown or out of range.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { visionGuidedCrossAttention } from 'mvsa-fusion/layers';
 *
 * const attention = visionGuidedCrossAttention({ numHeads: 2, returnAttentionScores: true });
 * const [fused, scores] = attention.apply([tf.ones([3, 5, 8]), tf.ones([3, 7, 4])]) as tf.Tensor[];
 * console.log(fused?.shape, scores?.shape); // [3, 5, 8], [3, 2, 5, 7]
 * ```
 */
export function visionGuidedCrossAttention(args: VisionGuidedCrossAttentionArgs): VisionGuidedCrossAttention {
  checkLayerArgs('visionGuidedCrossAttention', args, ATTENTION_ARGS);
  return new VisionGuidedCrossAttention(args);
}
