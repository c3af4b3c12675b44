import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { OptionError, ShapeError } from '../errors';
import { modalityStandIns } from '../layers';
import { kindOf } from '../options/check-option-names';
import { type OptionTable, type ResolvedOptions, resolveOptions } from '../options/option-table';
import { INTEGER, SHARE_BELOW_1 } from '../options/rules';
import { deriveSeed } from '../random';

/** The parts of a {@link multimodalModel}. */
export interface MultimodalParts {
  /** Gives `tokens` [batch, tokens, textDim]. Without it the model takes `tokens` as an input, such as frozen features. */
  readonly textEncoder?: LayersModel;
  /** Gives `regions` [batch, regions, imageDim]. Without it the model takes `regions` as an input, such as frozen features. */
  readonly imageEncoder?: LayersModel;
  /** Fuses both into logits; see `fusionClassifier`. */
  readonly classifier: LayersModel;
  /** A second path from the text straight to the logits, added to them; see `wideTextClassifier`. */
  readonly wideTextClassifier?: LayersModel;
  /**
   * Share of the posts that lose their text or their image in training, in [0, 1), so that the model learns to answer a post with one
   * of them missing. Without effect where the classifier reads one stream.
   * @defaultValue 0: every post has both
   */
  readonly modalityDropout?: number;
  /**
   * Decides the initial stand-ins of missing halves, and which posts lose which half.
   * @defaultValue 0
   */
  readonly seed?: number;
}

const TABLE = {
  // What they are is said better by checkPart.
  textEncoder: {},
  imageEncoder: {},
  classifier: {},
  wideTextClassifier: {},
  modalityDropout: { default: 0, rule: SHARE_BELOW_1 },
  seed: { default: 0, rule: INTEGER },
} as const satisfies OptionTable<MultimodalParts>;

/**
 * Joins encoders and a classifier into one model that is trained end to end.
 *
 * Inputs: for each stream that the classifier reads those of its encoder, or without one the classifier's own
 * (`tokens`, `regions`); `paddingMask` [batch, tokens] if it reads text; those of the wide path; and, with
 * `modalityDropout` and a classifier that reads both streams, `textPresent` and `imagePresent` [batch, 1], 1 where a post has a
 * text, an image. Outputs: `logits` [batch, numClasses] and the classifier's auxiliary logits, if it has any. The wide
 * path adds to `logits` and to `textLogits`.
 *
 * @remarks
 * What the inputs of a missing half hold has no effect on an answer. In training give zeros: an encoder turns NaN in its inputs into
 * gradients that are NaN, though nothing reads what it makes of them. A wide path is multiplied by 0, so its weights must be finite.
 *
 * @throws {@link OptionError} when a part is unknown, missing or no model, or `modalityDropout` is out of range.
 * @throws {@link ShapeError} when an encoder gives other positions or widths than the classifier reads, or the wide path other classes.
 * @example
 * ```ts
 * import { compactImageEncoder, compactTextEncoder, fusionClassifier, multimodalModel, wideTextClassifier } from 'mvsa-fusion/models';
 *
 * // Texts as encodeCompactText(fitCompactText(texts), text) gives them.
 * const model = multimodalModel({
 *   textEncoder: compactTextEncoder(),
 *   imageEncoder: compactImageEncoder(),
 *   classifier: fusionClassifier({ textDim: 64, imageDim: 64, numRegions: 49, projectionDim: 64 }),
 *   wideTextClassifier: wideTextClassifier(),
 *   modalityDropout: 0.2,
 * });
 * console.log(model.inputNames); // [gramIds, paddingMask, image, wideIds, wideWeights, textPresent, imagePresent]
 * ```
 */
export function multimodalModel(parts: MultimodalParts): LayersModel {
  const settings = resolveOptions('multimodalModel', parts, TABLE);
  const { textEncoder, imageEncoder, classifier, wideTextClassifier } = settings;
  for (const [name, part] of Object.entries({ textEncoder, imageEncoder, classifier, wideTextClassifier }))
    checkPart(name, part);
  const inputs: SymbolicTensor[] = [];
  const encoders: Readonly<Record<string, LayersModel | undefined>> = {
    tokens: textEncoder,
    regions: imageEncoder,
  };
  const encoded = classifier.inputNames.map((name, index) => {
    const encoder = encoders[name];
    if (encoder) checkFits(`the encoder's ${name}`, encoder.outputs[0], classifier.inputs[index]);
    const own = encoder ? inputsLike(encoder) : inputsLike(classifier, [index]);
    inputs.push(...own);
    return encoder ? (encoder.apply(own) as SymbolicTensor) : (own[0] as SymbolicTensor);
  });
  let wideInputs: SymbolicTensor[] = [];
  if (wideTextClassifier) {
    checkFits("the wide path's logits", wideTextClassifier.outputs[0], classifier.outputs[0]);
    wideInputs = inputsLike(wideTextClassifier);
    inputs.push(...wideInputs);
  }

  const standIns = settings.modalityDropout > 0 ? withStandIns(encoded, settings) : undefined;
  inputs.push(...(standIns?.inputs ?? []));
  const logits = classifier.apply(standIns?.encoded ?? encoded) as SymbolicTensor | SymbolicTensor[];
  let wideLogits = wideTextClassifier?.apply(wideInputs) as SymbolicTensor | undefined;
  if (wideLogits && standIns) {
    const present = layers.multiply({ name: 'wide_text_present' });
    wideLogits = present.apply([wideLogits, standIns.textPresent]) as SymbolicTensor;
  }
  const outputs = (Array.isArray(logits) ? logits : [logits]).map((deep, index) => {
    const name = (classifier.outputNames[index] as string).split('/').at(-1) as string;
    if (wideLogits && name !== 'imageLogits') {
      return layers.add({ name }).apply([deep, wideLogits]) as SymbolicTensor;
    }
    return layers.activation({ name, activation: 'linear' }).apply(deep) as SymbolicTensor;
  });
  return model({ inputs, outputs, name: 'multimodal' });
}

/** What the classifier reads, with stand-ins for missing halves; none where it does not read both. */
function withStandIns(
  encoded: readonly SymbolicTensor[],
  { classifier, modalityDropout, seed }: ResolvedOptions<MultimodalParts, typeof TABLE>,
) {
  const places = ['tokens', 'paddingMask', 'regions'].map((name) => classifier.inputNames.indexOf(name));
  if (places.includes(-1)) return undefined;
  const inputs = ['textPresent', 'imagePresent'].map((name) => input({ shape: [1], name }));
  const halves = places.map((place) => encoded[place] as SymbolicTensor);
  const layer = modalityStandIns({
    name: 'stand_ins',
    rate: modalityDropout,
    seed: deriveSeed(seed, 'stand_ins'),
  });
  const stood = layer.apply([...halves, ...inputs]) as SymbolicTensor[];
  return {
    inputs,
    encoded: encoded.map((one, index) => stood[places.indexOf(index)] ?? one),
    textPresent: stood[3] as SymbolicTensor,
  };
}

function checkPart(name: string, part: unknown): void {
  // A part that is not given may be undefined, save the classifier. `instanceof` would refuse models of another copy of tfjs
  // without saying so; the layers do.
  if (part === undefined && name !== 'classifier') return;
  const { inputs, outputs } = Object(part) as Partial<LayersModel>;
  if (Array.isArray(inputs) && Array.isArray(outputs)) return;
  throw new OptionError(`multimodalModel: expected ${name} to be a tfjs model, received ${kindOf(part)}.`);
}

/** Refuses what one part gives and another does not read; unknown axes fit anything. */
function checkFits(what: string, given?: SymbolicTensor, read?: SymbolicTensor): void {
  const [from = [], to = []] = [given?.shape, read?.shape];
  const fits =
    from.length === to.length && from.every((size, axis) => [null, to[axis] ?? size].includes(size));
  if (fits) return;
  const show = (shape: readonly (number | null)[]) => `[${shape.map((size) => size ?? '?').join(', ')}]`;
  throw new ShapeError(
    `multimodalModel: expected ${what} to be ${show(to)}, as the classifier has it, received ${show(from)}.`,
  );
}

/** Fresh inputs of the same names, shapes and types as some of a model's own. */
function inputsLike(part: LayersModel, indices = part.inputs.map((_, index) => index)): SymbolicTensor[] {
  return indices.map((index) => {
    const { shape, dtype } = part.inputs[index] as SymbolicTensor;
    return input({ shape: shape.slice(1), dtype, name: part.inputNames[index] as string });
  });
}
