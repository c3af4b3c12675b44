import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { OptionError } from '../../errors';
import { firstPosition, maskedAveragePooling, seededDropout } from '../../layers';
import { deriveSeed } from '../../random';
import { dense } from '../dense';
import { fusionStrategies } from './fusion-strategies';
import type { FusionStrategy, FusionStreams } from './fusion-strategy';

/** The name of a fusion strategy. */
export type FusionName = keyof typeof fusionStrategies;

/** Every fusion strategy's name; the first is the default. */
export const FUSION_NAMES = Object.keys(fusionStrategies) as readonly FusionName[];

/** Options of {@link fusionClassifier}. */
export interface FusionClassifierOptions {
  /** Width of a token. */
  readonly textDim: number;
  /** Width of a region. */
  readonly imageDim: number;
  /**
   * Tokens of a text, when they are always as many.
   * @defaultValue any number
   */
  readonly numTokens?: number;
  /**
   * Regions of an image, when they are always as many.
   * @defaultValue any number
   */
  readonly numRegions?: number;
  /**
   * How the streams meet: which one asks (`vision-guided` or `text-guided`), no attention (`concat`), or one stream
   * alone (`text-only`, `image-only`).
   * @defaultValue 'vision-guided'
   */
  readonly fusion?: FusionName;
  /**
   * What the text gives: all tokens, or the first ([CLS]) alone as in the article's code.
   * @defaultValue 'sequence'
   */
  readonly tokens?: 'sequence' | 'cls';
  /**
   * What the image gives: all regions, or their mean alone as in the article's code.
   * @defaultValue 'grid'
   */
  readonly regions?: 'grid' | 'pooled';
  /**
   * Add the query to what attention gives. The article has none.
   * @defaultValue true
   */
  readonly residual?: boolean;
  /**
   * Activation after each stream's projection: the article's code has `relu`, its formula none.
   * @defaultValue 'relu'
   */
  readonly projectionActivation?: 'relu' | 'linear';
  /**
   * Width of both streams after projection, and of the fused vector.
   * @defaultValue 256, as the article
   */
  readonly projectionDim?: number;
  /**
   * Attention heads; must divide `projectionDim`.
   * @defaultValue 8
   */
  readonly numHeads?: number;
  /**
   * Share dropped after each projection, of the attention scores and before the head, in [0, 1).
   * @defaultValue 0.1
   */
  readonly dropout?: number;
  /**
   * Number of classes.
   * @defaultValue 3
   */
  readonly numClasses?: number;
  /**
   * Also classify each stream alone, for losses on the text's and the image's own labels.
   * @defaultValue false
   */
  readonly auxiliaryHeads?: boolean;
  /**
   * Decides the initial weights and the dropout masks.
   * @defaultValue 0
   */
  readonly seed?: number;
  /**
   * Name of the model and prefix of its layers.
   * @defaultValue 'fusion'
   */
  readonly name?: string;
}

/**
 * Builds the classifier that fuses a text's tokens with an image's regions.
 *
 * Each stream is projected to `projectionDim`; the strategy makes one vector of both; a linear head gives the logits.
 *
 * Inputs, by name (a strategy that reads one stream has only that stream's):
 * - `tokens` [batch, tokens, textDim]
 * - `paddingMask` [batch, tokens]; 1 = real, 0 = padding
 * - `regions` [batch, regions, imageDim]
 *
 * Outputs: `logits` [batch, numClasses]; with `auxiliaryHeads` also `textLogits` and `imageLogits`, for the streams
 * that the strategy reads.
 *
 * @remarks
 * With `tokens: 'cls'` (vision-guided) or `regions: 'pooled'` (text-guided) attention has one key: its output does
 * not depend on the query, and without a residual the model ignores the query's stream. The attention layer says so.
 *
 * @throws {@link OptionError} when `fusion` is no strategy's name or `numHeads` does not divide `projectionDim`.
 * @example
 * ```ts
 * import { fusionClassifier } from 'mvsa-fusion/models';
 *
 * const classifier = fusionClassifier({ textDim: 768, imageDim: 2048, numTokens: 64, numRegions: 49 });
 * console.log(classifier.inputNames, classifier.outputs[0]?.shape); // [tokens, paddingMask, regions], [null, 3]
 * ```
 */
export function fusionClassifier(options: FusionClassifierOptions): LayersModel {
  const {
    fusion = 'vision-guided',
    projectionDim = 256,
    numHeads = 8,
    residual = true,
    dropout = 0.1,
  } = options;
  const { numClasses = 3, auxiliaryHeads = false, seed = 0, name = 'fusion' } = options;
  if (!Object.hasOwn(fusionStrategies, fusion)) {
    throw new OptionError(
      `fusionClassifier: expected fusion to be one of ${FUSION_NAMES.join(', ')}, received '${fusion}'.`,
    );
  }
  if (projectionDim % numHeads !== 0) {
    throw new OptionError(
      `fusionClassifier: expected projectionDim to be a multiple of numHeads, received ${projectionDim} and ${numHeads}.`,
    );
  }

  const strategy: FusionStrategy = fusionStrategies[fusion];
  const tokens = input({ shape: [options.numTokens ?? null, options.textDim], name: 'tokens' });
  const paddingMask = input({ shape: [options.numTokens ?? null], name: 'paddingMask' });
  const regions = input({ shape: [options.numRegions ?? null, options.imageDim], name: 'regions' });
  const streams = {
    ...textStream(tokens, paddingMask, { ...options, name }),
    regions: imageStream(regions, { ...options, name }),
  };

  const classify = (vector: SymbolicTensor, head: string) => {
    const dropped = seededDropout({
      name: `${name}/${head}Dropout`,
      rate: dropout,
      seed: deriveSeed(seed, head),
    });
    const logits = dense({ name: `${name}/${head}`, units: numClasses, seed });
    return logits.apply(dropped.apply(vector) as SymbolicTensor) as SymbolicTensor;
  };
  const fused = strategy.fuse(streams, { name, dim: projectionDim, numHeads, residual, dropout, seed });
  const outputs = [classify(fused, 'logits')];
  if (auxiliaryHeads && strategy.usesText) outputs.push(classify(textMean(streams, name), 'textLogits'));
  if (auxiliaryHeads && strategy.usesImage) outputs.push(classify(imageMean(streams, name), 'imageLogits'));

  const inputs = [
    ...(strategy.usesText ? [tokens, paddingMask] : []),
    ...(strategy.usesImage ? [regions] : []),
  ];
  return model({ inputs, outputs, name });
}

type StreamOptions = FusionClassifierOptions & { readonly name: string };

/** Linear, activation, dropout: the article's projection of either stream. */
function project(x: SymbolicTensor, stream: string, options: StreamOptions): SymbolicTensor {
  const { projectionDim = 256, projectionActivation = 'relu', dropout = 0.1, seed = 0, name } = options;
  const layerName = `${name}/${stream}_projection`;
  const projection = dense({ name: layerName, units: projectionDim, activation: projectionActivation, seed });
  const dropped = seededDropout({
    name: `${layerName}/dropout`,
    rate: dropout,
    seed: deriveSeed(seed, layerName),
  });
  return dropped.apply(projection.apply(x) as SymbolicTensor) as SymbolicTensor;
}

function textStream(tokens: SymbolicTensor, paddingMask: SymbolicTensor, options: StreamOptions) {
  if (options.tokens !== 'cls') return { tokens: project(tokens, 'text', options), paddingMask };
  const first = firstPosition({ name: `${options.name}/cls` }).apply(tokens) as SymbolicTensor;
  return {
    tokens: project(first, 'text', options),
    paddingMask: firstPosition({ name: `${options.name}/cls_mask` }).apply(paddingMask) as SymbolicTensor,
  };
}

function imageStream(regions: SymbolicTensor, options: StreamOptions): SymbolicTensor {
  if (options.regions !== 'pooled') return project(regions, 'image', options);
  const mean = layers.globalAveragePooling1d({ name: `${options.name}/region_mean` }).apply(regions);
  const oneRegion = layers.reshape({
    name: `${options.name}/one_region`,
    targetShape: [1, options.imageDim],
  });
  return project(oneRegion.apply(mean) as SymbolicTensor, 'image', options);
}

function textMean({ tokens, paddingMask }: FusionStreams, name: string): SymbolicTensor {
  return maskedAveragePooling({ name: `${name}/textLogitsMean` }).apply([
    tokens,
    paddingMask,
  ]) as SymbolicTensor;
}

function imageMean({ regions }: FusionStreams, name: string): SymbolicTensor {
  return layers.globalAveragePooling1d({ name: `${name}/imageLogitsMean` }).apply(regions) as SymbolicTensor;
}
