import { input, type LayersModel, layers, model, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { OptionError } from '../../errors';
import { firstPosition, maskedAveragePooling, seededDropout } from '../../layers';
import { kindOf, nearestOf } from '../../options/check-option-names';
import { type OptionTable, type ResolvedOptions, resolveOptions } from '../../options/option-table';
import { BOOLEAN, INTEGER, integerFrom, oneOf, rule, SHARE_BELOW_1, TEXT } from '../../options/rules';
import { deriveSeed } from '../../random';
import { dense } from '../dense';
import {
  FUSION_NAMES,
  type FusionName,
  type FusionStrategy,
  type FusionStreams,
  fusionStrategies,
} from './fusion-strategies';

/** Options of {@link fusionClassifier}. */
export interface FusionClassifierOptions {
  /** Width of a token. */
  readonly textDim: number;
  /** Width of a region. */
  readonly imageDim: number;
  /**
   * Tokens of a text, when they are always as many. Batches of compact texts are as long as their longest: leave it out for them.
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
   * alone (`text-only`, `image-only`); or a strategy of your own.
   * @defaultValue 'vision-guided'
   */
  readonly fusion?: FusionName | FusionStrategy;
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
   * @defaultValue 0.3, with which docs/results.md was measured
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

const TABLE = {
  textDim: { isRequired: true, rule: integerFrom(1) },
  imageDim: { isRequired: true, rule: integerFrom(1) },
  numTokens: { rule: integerFrom(1) },
  numRegions: { rule: integerFrom(1) },
  fusion: {
    default: 'vision-guided',
    rule: rule('a name or a strategy', () => true, FUSION_NAMES),
    help: 'how text and image meet',
  },
  tokens: { default: 'sequence', rule: oneOf('sequence', 'cls') },
  regions: { default: 'grid', rule: oneOf('grid', 'pooled') },
  residual: {
    default: true,
    rule: BOOLEAN,
    help: 'leave out the residual around the attention, as the article does',
  },
  projectionActivation: { default: 'relu', rule: oneOf('relu', 'linear') },
  projectionDim: { default: 256, rule: integerFrom(1), help: 'width of tokens and regions', flag: 'dim' },
  numHeads: { default: 8, rule: integerFrom(1), help: 'attention heads', flag: 'heads' },
  dropout: { default: 0.3, rule: SHARE_BELOW_1, help: 'share dropped in training' },
  numClasses: { default: 3, rule: integerFrom(2) },
  auxiliaryHeads: { default: false, rule: BOOLEAN },
  seed: { default: 0, rule: INTEGER },
  name: { default: 'fusion', rule: TEXT },
} as const satisfies OptionTable<FusionClassifierOptions>;

/** All options of {@link fusionClassifier}: their defaults and checks, and the flags of command lines. */
export const FUSION_OPTIONS: OptionTable<FusionClassifierOptions> = TABLE;

type FusionClassifierSettings = ResolvedOptions<FusionClassifierOptions, typeof TABLE>;

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
 * @throws {@link OptionError} when an option is unknown or out of range, `fusion` is neither a strategy nor the name of one, a strategy gives
 * something else than one vector a post, or `numHeads` does
 * not divide `projectionDim`.
 * @example
 * ```ts
 * import { fusionClassifier } from 'mvsa-fusion/models';
 *
 * const classifier = fusionClassifier({ textDim: 768, imageDim: 2048, numRegions: 49 });
 * console.log(classifier.inputNames, classifier.outputs[0]?.shape); // [tokens, paddingMask, regions], [null, 3]
 * ```
 */
export function fusionClassifier(options: FusionClassifierOptions): LayersModel {
  const settings = resolveOptions('fusionClassifier', options, TABLE);
  const { projectionDim, numHeads, residual, dropout, numClasses, auxiliaryHeads, seed, name } = settings;
  const strategy = strategyOf(settings.fusion);
  if (projectionDim % numHeads !== 0) {
    throw new OptionError(
      `fusionClassifier: expected projectionDim to be a multiple of numHeads, received ${projectionDim} and ${numHeads}.`,
    );
  }

  const tokens = input({ shape: [options.numTokens ?? null, options.textDim], name: 'tokens' });
  const paddingMask = input({ shape: [options.numTokens ?? null], name: 'paddingMask' });
  const regions = input({ shape: [options.numRegions ?? null, options.imageDim], name: 'regions' });
  // Made when it is read: weights of a stream that no output depends on would belong to no model, and never be freed.
  const text = once(() => textStream(tokens, paddingMask, settings));
  const image = once(() => imageStream(regions, settings));
  const streams: FusionStreams = {
    get tokens() {
      return text().tokens;
    },
    get paddingMask() {
      return text().paddingMask;
    },
    get regions() {
      return image();
    },
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
  checkFused(fused);
  const outputs = [classify(fused, 'logits')];
  if (auxiliaryHeads && strategy.usesText) outputs.push(classify(textMean(streams, name), 'textLogits'));
  if (auxiliaryHeads && strategy.usesImage) outputs.push(classify(imageMean(streams, name), 'imageLogits'));

  const inputs = [
    ...(strategy.usesText ? [tokens, paddingMask] : []),
    ...(strategy.usesImage ? [regions] : []),
  ];
  try {
    return model({ inputs, outputs, name });
  } catch (cause) {
    if (!/Graph disconnected/.test((cause as Error).message)) throw cause;
    throw new OptionError(
      `fusionClassifier: the strategy reads a stream that it does not declare: usesText is ${strategy.usesText}, usesImage ${strategy.usesImage}.`,
      { cause },
    );
  }
}

function strategyOf(fusion: FusionName | FusionStrategy): FusionStrategy {
  if (typeof fusion === 'string') {
    if (Object.hasOwn(fusionStrategies, fusion)) return fusionStrategies[fusion];
    const near = nearestOf(fusion, FUSION_NAMES);
    throw new OptionError(
      `fusionClassifier: expected fusion to be one of ${FUSION_NAMES.join(', ')}, or a strategy { usesText, usesImage, fuse }, ` +
        `received '${fusion}'.${near === undefined ? '' : ` Did you mean ${near}?`}`,
    );
  }
  const { usesText, usesImage, fuse } = Object(fusion) as Partial<FusionStrategy>;
  const areBoolean = [usesText, usesImage].every(BOOLEAN.accepts);
  if (areBoolean && typeof fuse === 'function' && (usesText || usesImage)) return fusion;
  throw new OptionError(
    `fusionClassifier: expected fusion to be one of ${FUSION_NAMES.join(', ')}, or a strategy { usesText, usesImage, fuse } with two ` +
      `booleans, at least one of them true, and a function, received ${kindOf(fusion)}: usesText ${usesText}, usesImage ${usesImage}, ` +
      `fuse ${typeof fuse}.`,
  );
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Refuses what a strategy of somebody's own may give in place of one vector a post. */
function checkFused(fused: unknown): void {
  const shape = fused instanceof SymbolicTensor ? fused.shape : null;
  if (shape?.length === 2 && shape[1] !== null) return;
  throw new OptionError(
    `fusionClassifier: expected the strategy's fuse to return a symbolic tensor [batch, dim], received ` +
      `${shape ? `one of shape [${shape.map((size) => size ?? '?').join(', ')}]` : kindOf(fused)}.`,
  );
}

/** Linear, activation, dropout: the article's projection of either stream. */
function project(x: SymbolicTensor, stream: string, options: FusionClassifierSettings): SymbolicTensor {
  const { projectionDim, projectionActivation, dropout, seed, name } = options;
  const layerName = `${name}/${stream}_projection`;
  const projection = dense({ name: layerName, units: projectionDim, activation: projectionActivation, seed });
  const dropped = seededDropout({
    name: `${layerName}/dropout`,
    rate: dropout,
    seed: deriveSeed(seed, layerName),
  });
  return dropped.apply(projection.apply(x) as SymbolicTensor) as SymbolicTensor;
}

function textStream(tokens: SymbolicTensor, paddingMask: SymbolicTensor, options: FusionClassifierSettings) {
  if (options.tokens !== 'cls') return { tokens: project(tokens, 'text', options), paddingMask };
  const first = firstPosition({ name: `${options.name}/cls` }).apply(tokens) as SymbolicTensor;
  return {
    tokens: project(first, 'text', options),
    paddingMask: firstPosition({ name: `${options.name}/cls_mask` }).apply(paddingMask) as SymbolicTensor,
  };
}

function imageStream(regions: SymbolicTensor, options: FusionClassifierSettings): SymbolicTensor {
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
