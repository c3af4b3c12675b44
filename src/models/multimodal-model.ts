import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { OptionError, ShapeError } from '../errors';
import { checkOptionNames, kindOf } from '../options/check-option-names';

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
}

/**
 * Joins encoders and a classifier into one model that is trained end to end.
 *
 * Inputs: for each stream that the classifier reads those of its encoder, or without one the classifier's own
 * (`tokens`, `regions`); `paddingMask` [batch, tokens] if it reads text; and those of the wide path. Outputs: `logits`
 * [batch, numClasses] and the classifier's auxiliary logits, if it has any. The wide path adds to `logits` and to `textLogits`.
 *
 * @throws {@link OptionError} when a part is unknown, missing or no model.
 * @throws {@link ShapeError} when an encoder gives other positions or widths than the classifier reads, or the wide path other classes.
 * @example
 * ```ts
 * import { compactImageEncoder, compactTextEncoder, fusionClassifier, multimodalModel } from 'mvsa-fusion/models';
 *
 * const model = multimodalModel({
 *   textEncoder: compactTextEncoder({ gramsPerToken: 12, buckets: 4096 }),
 *   imageEncoder: compactImageEncoder(),
 *   classifier: fusionClassifier({ textDim: 64, imageDim: 64, numTokens: 32, numRegions: 49, projectionDim: 64 }),
 * });
 * console.log(model.inputNames); // [gramIds, paddingMask, image]
 * ```
 */
export function multimodalModel(parts: MultimodalParts): LayersModel {
  checkOptionNames('multimodalModel', parts, {
    textEncoder: true,
    imageEncoder: true,
    classifier: true,
    wideTextClassifier: true,
  });
  for (const [name, part] of Object.entries({ ...parts, classifier: parts.classifier }))
    checkPart(name, part);
  const { textEncoder, imageEncoder, classifier, wideTextClassifier } = parts;
  const inputs: SymbolicTensor[] = [];
  const encoders: Readonly<Record<string, LayersModel | undefined>> = {
    tokens: textEncoder,
    regions: imageEncoder,
  };
  const classifierInputs = classifier.inputNames.map((name, index) => {
    const encoder = encoders[name];
    if (encoder) checkFits(`the encoder's ${name}`, encoder.outputs[0], classifier.inputs[index]);
    const own = encoder ? inputsLike(encoder) : inputsLike(classifier, [index]);
    inputs.push(...own);
    return encoder ? (encoder.apply(own) as SymbolicTensor) : (own[0] as SymbolicTensor);
  });
  const logits = classifier.apply(classifierInputs) as SymbolicTensor | SymbolicTensor[];

  let wideLogits: SymbolicTensor | undefined;
  if (wideTextClassifier) {
    checkFits("the wide path's logits", wideTextClassifier.outputs[0], classifier.outputs[0]);
    const wideInputs = inputsLike(wideTextClassifier);
    inputs.push(...wideInputs);
    wideLogits = wideTextClassifier.apply(wideInputs) as SymbolicTensor;
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
