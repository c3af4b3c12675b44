import type { LayersModel } from '@tensorflow/tfjs-layers';
import { fusionClassifier, multimodalModel } from '../../models';
import type { ClassifierSettings } from './classifier-options';
import type { PreparedTraining } from './prepare-training';

/** Joins the trained parts of both streams, the fusion and the wide path into one model with fresh weights. */
export function buildModel(
  { text, image, train }: PreparedTraining,
  settings: ClassifierSettings,
): LayersModel {
  const { fusion, residual, projectionDim, numHeads, dropout, seed, auxiliaryLosses, modalityDropout } =
    settings;
  const numClasses = (train.classNames as readonly string[]).length;
  const { textLabel, imageLabel } = train.labels;
  const classifier = fusionClassifier({
    textDim: text.dim,
    imageDim: image.dim,
    ...(text.positions !== null && { numTokens: text.positions }),
    ...(image.positions !== null && { numRegions: image.positions }),
    ...defined({ fusion, residual, projectionDim, numHeads, dropout }),
    numClasses,
    auxiliaryHeads:
      (textLabel !== undefined && auxiliaryLosses.textLabel > 0) ||
      (imageLabel !== undefined && auxiliaryLosses.imageLabel > 0),
    seed,
  });
  const reads = (name: string) => classifier.inputNames.includes(name);
  const textParts = reads('tokens') ? text.build({ seed, numClasses }) : {};
  const imageParts = reads('regions') ? image.build({ seed, numClasses }) : {};
  return multimodalModel({
    ...(textParts.encoder && { textEncoder: textParts.encoder }),
    ...(imageParts.encoder && { imageEncoder: imageParts.encoder }),
    ...(textParts.wide && { wideTextClassifier: textParts.wide }),
    classifier,
    modalityDropout,
    seed,
  });
}

/** The options that are given. */
function defined<Options extends object>(
  options: Options,
): { [Name in keyof Options]: NonNullable<Options[Name]> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}
