import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { LabelledPostExamples } from '../../data';
import {
  type FusionClassifierOptions,
  fusionClassifier,
  type ImageStream,
  multimodalModel,
  type TextStream,
} from '../../models';
import type { ClassifierSettings } from './classifier-options';

/** The streams of a model. */
interface Streams {
  readonly text: TextStream;
  readonly image: ImageStream;
}

/** Joins the trained parts of both streams, the fusion and the wide path into one model with fresh weights. */
export function buildModel(
  { text, image, train }: Streams & { readonly train: LabelledPostExamples },
  settings: ClassifierSettings,
): LayersModel {
  const { seed, auxiliaryLosses, modalityDropout } = settings;
  const numClasses = (train.classNames as readonly string[]).length;
  const { textLabel, imageLabel } = train.labels;
  const classifier = buildFusion({ text, image }, settings, {
    numClasses,
    auxiliaryHeads:
      (textLabel !== undefined && auxiliaryLosses.textLabel > 0) ||
      (imageLabel !== undefined && auxiliaryLosses.imageLabel > 0),
  });
  const reads = readBy(classifier);
  const textParts = reads.text ? text.build({ seed, numClasses }) : {};
  const imageParts = reads.image ? image.build({ seed, numClasses }) : {};
  return multimodalModel({
    ...(textParts.encoder && { textEncoder: textParts.encoder }),
    ...(imageParts.encoder && { imageEncoder: imageParts.encoder }),
    ...(textParts.wide && { wideTextClassifier: textParts.wide }),
    classifier,
    modalityDropout,
    seed,
  });
}

/**
 * Which halves of a post the fusion reads, before anything is read or computed.
 *
 * @throws {@link OptionError} when there is no such fusion, or its heads do not divide its width
 */
export function halvesRead(
  streams: Streams,
  settings: ClassifierSettings,
): { readonly text: boolean; readonly image: boolean } {
  const trial = buildFusion(streams, settings, { numClasses: 2 });
  const reads = readBy(trial);
  trial.dispose();
  return reads;
}

const readBy = ({ inputNames }: LayersModel) => ({
  text: inputNames.includes('tokens'),
  image: inputNames.includes('regions'),
});

function buildFusion(
  { text, image }: Streams,
  { fusion, residual, projectionDim, numHeads, dropout, seed }: ClassifierSettings,
  heads: Pick<FusionClassifierOptions, 'numClasses' | 'auxiliaryHeads'>,
): LayersModel {
  return fusionClassifier({
    textDim: text.dim,
    imageDim: image.dim,
    ...(text.positions !== null && { numTokens: text.positions }),
    ...(image.positions !== null && { numRegions: image.positions }),
    ...defined({ fusion, residual, projectionDim, numHeads, dropout }),
    ...heads,
    seed,
  });
}

/** The options that are given. */
function defined<Options extends object>(
  options: Options,
): { [Name in keyof Options]: NonNullable<Options[Name]> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}
