import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { layerNorm, maskedAveragePooling, visionGuidedCrossAttention } from '../../layers';
import { checkOptionNames } from '../../options/check-option-names';
import { deriveSeed } from '../../random';
import { dense } from '../dense';

/** The two projected streams that a strategy fuses. */
export interface FusionStreams {
  /** [batch, tokens, dim] */
  readonly tokens: SymbolicTensor;
  /** [batch, tokens]; 1 = real, 0 = padding */
  readonly paddingMask: SymbolicTensor;
  /** [batch, regions, dim] */
  readonly regions: SymbolicTensor;
}

/** What a strategy may choose. */
export interface FusionSettings {
  /** Prefix of every layer name. */
  readonly name: string;
  /** Width of the streams and of the fused vector. */
  readonly dim: number;
  /** Attention heads. */
  readonly numHeads: number;
  /** Whether the query is added to what attention gives. */
  readonly residual: boolean;
  /** Share dropped of the attention scores, in [0, 1). */
  readonly dropout: number;
  /** Decides the initial weights and the dropout masks. */
  readonly seed: number;
}

/**
 * One way to make a single vector out of both streams: one of {@link FUSION_NAMES}, or an object of your own for `fusionClassifier`.
 *
 * @example
 * ```ts
 * import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
 * import { maskedAveragePooling } from 'mvsa-fusion/layers';
 * import { type FusionStrategy, fusionClassifier } from 'mvsa-fusion/models';
 *
 * // The product of both means: large only where both streams agree.
 * const product: FusionStrategy = {
 *   usesText: true,
 *   usesImage: true,
 *   fuse({ tokens, paddingMask, regions }, { name }) {
 *     const text = maskedAveragePooling({ name: `${name}/text` }).apply([tokens, paddingMask]);
 *     const image = layers.globalAveragePooling1d({ name: `${name}/image` }).apply(regions);
 *     return layers.multiply({ name: `${name}/fused` }).apply([text, image] as SymbolicTensor[]) as SymbolicTensor;
 *   },
 * };
 * const classifier = fusionClassifier({ textDim: 768, imageDim: 2048, fusion: product });
 * console.log(classifier.outputs[0]?.shape); // [null, 3]
 * ```
 */
export interface FusionStrategy {
  /** Whether it reads the tokens. */
  readonly usesText: boolean;
  /** Whether it reads the regions. */
  readonly usesImage: boolean;
  /** Builds the fused vector [batch, dim]. */
  fuse(streams: FusionStreams, settings: FusionSettings): SymbolicTensor;
}

/**
 * Lets one stream attend to another, for strategies: LayerNorm(query + attention), or LayerNorm(attention) without the residual.
 *
 * @param query [batch, queries, dim]
 * @param context [batch, keys, dim], with its padding mask [batch, keys] if it has padding
 * @returns [batch, queries, dim]
 */
export function crossAttend(
  query: SymbolicTensor,
  context: readonly SymbolicTensor[],
  settings: FusionSettings,
): SymbolicTensor {
  checkOptionNames('crossAttend', settings, {
    name: true,
    dim: true,
    numHeads: true,
    residual: true,
    dropout: true,
    seed: true,
  });
  const { name, numHeads, residual, dropout, seed } = settings;
  const attention = visionGuidedCrossAttention({
    name: `${name}/attention`,
    numHeads,
    dropout,
    // The residual keeps the query alive.
    ...(residual && context[0]?.shape[1] === 1 && { warnOfOneKey: false }),
    seed: deriveSeed(seed, 'attention'),
  }).apply([query, ...context]) as SymbolicTensor;
  const sum = residual
    ? (layers.add({ name: `${name}/residual` }).apply([query, attention]) as SymbolicTensor)
    : attention;
  return layerNorm({ name: `${name}/norm`, epsilon: 1e-5 }).apply(sum) as SymbolicTensor;
}

/** The image asks, the text answers: regions are queries, tokens are keys and values; then the mean over regions. */
const visionGuided: FusionStrategy = {
  usesText: true,
  usesImage: true,
  fuse({ tokens, paddingMask, regions }, settings) {
    const attended = crossAttend(regions, [tokens, paddingMask], settings);
    return layers
      .globalAveragePooling1d({ name: `${settings.name}/fused` })
      .apply(attended) as SymbolicTensor;
  },
};

/** The text asks, the image answers: tokens are queries, regions are keys and values; then the mean over real tokens. */
const textGuided: FusionStrategy = {
  usesText: true,
  usesImage: true,
  fuse({ tokens, paddingMask, regions }, settings) {
    const attended = crossAttend(tokens, [regions], settings);
    return maskedAveragePooling({ name: `${settings.name}/fused` }).apply([
      attended,
      paddingMask,
    ]) as SymbolicTensor;
  },
};

/** No attention: both streams are averaged, joined and projected. */
const concat: FusionStrategy = {
  usesText: true,
  usesImage: true,
  fuse({ tokens, paddingMask, regions }, { name, dim, seed }) {
    const text = maskedAveragePooling({ name: `${name}/text_mean` }).apply([tokens, paddingMask]);
    const image = layers.globalAveragePooling1d({ name: `${name}/image_mean` }).apply(regions);
    const joined = layers.concatenate({ name: `${name}/joined` }).apply([text, image] as SymbolicTensor[]);
    const fused = dense({ name: `${name}/fused`, units: dim, activation: 'relu', seed });
    return fused.apply(joined as SymbolicTensor) as SymbolicTensor;
  },
};

/** The mean over real tokens; the image is not read. */
const textOnly: FusionStrategy = {
  usesText: true,
  usesImage: false,
  fuse({ tokens, paddingMask }, { name }) {
    return maskedAveragePooling({ name: `${name}/fused` }).apply([tokens, paddingMask]) as SymbolicTensor;
  },
};

/** The mean over regions; the text is not read. */
const imageOnly: FusionStrategy = {
  usesText: false,
  usesImage: true,
  fuse({ regions }, { name }) {
    return layers.globalAveragePooling1d({ name: `${name}/fused` }).apply(regions) as SymbolicTensor;
  },
};

/** Every fusion strategy by name; the first is the default. To add one: write it above, name it here. */
export const fusionStrategies = {
  'vision-guided': visionGuided,
  'text-guided': textGuided,
  concat,
  'text-only': textOnly,
  'image-only': imageOnly,
} as const satisfies Readonly<Record<string, FusionStrategy>>;

/** The name of a fusion strategy. */
export type FusionName = keyof typeof fusionStrategies;

/** Every fusion strategy's name; the first is the default. */
export const FUSION_NAMES = Object.keys(fusionStrategies) as readonly FusionName[];
