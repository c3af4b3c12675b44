import { type LabelledPostExamples, postExamples } from '../../data/batches/post-examples';
import { checkPairs } from '../../data/mvsa/mvsa-dataset';
import { checkLabelSpelling, classNamesOf } from '../../data/posts/class-names';
import { fileSource } from '../../data/posts/file-source';
import type { LabelledPost } from '../../data/posts/post';
import { OptionError } from '../../errors';
import {
  compactImageStream,
  compactTextStream,
  fitCompactText,
  type ImageStream,
  type TextStream,
} from '../../models';
import { kindOf } from '../../options/check-option-names';
import { halvesRead } from './build-model';
import {
  type ClassifierOptions,
  type ClassifierSettings,
  resolveClassifierOptions,
} from './classifier-options';
import { holdOut } from './hold-out';

/** Posts made ready once, for one training or several, such as that of a model and of its baselines. */
export interface PreparedTraining {
  /** Posts to learn from. They give the inputs of the halves that `fusion` reads, which is both unless the options say otherwise. */
  readonly train: LabelledPostExamples;
  /** Posts to choose and calibrate by. */
  readonly validation: LabelledPostExamples;
  /** Where the validation posts came from. */
  readonly validationFrom: 'given' | 'held out';
  /** The stream of the texts. */
  readonly text: TextStream;
  /** The stream of the images. */
  readonly image: ImageStream;
  /** The classes, in the order of every class axis. */
  readonly classNames: readonly string[];
  /** Lets go of files. The streams stay: they are the classifiers'. */
  close(): Promise<void>;
}

/**
 * Makes posts ready for `SentimentClassifier.train`, which does so itself when it is given posts: call this to train several models on
 * the same posts without reading them again.
 *
 * @param posts labelled posts, such as the training part of a split
 * @throws {@link OptionError} when an option is unknown or out of range, posts are none or have no label, or there are fewer than two classes
 * @throws {@link DataError} for posts that cannot be used, unless they are to be skipped: names them
 * @throws the signal's reason when it aborts
 * @example
 * ```ts
 * import type { LabelledPost } from 'mvsa-fusion/data';
 * import { prepareTraining, SentimentClassifier } from 'mvsa-fusion/classifier';
 *
 * async function compare(posts: readonly LabelledPost[]) {
 *   const prepared = await prepareTraining(posts, { seed: 7 });
 *   for (const fusion of ['vision-guided', 'text-only'] as const) {
 *     const { run } = await SentimentClassifier.train(prepared, { fusion, seed: 7 });
 *     console.log(fusion, run?.validation?.macroF1);
 *   }
 * }
 * ```
 */
export async function prepareTraining(
  posts: readonly LabelledPost[],
  options: ClassifierOptions = {},
): Promise<PreparedTraining> {
  return prepare(posts, resolveClassifierOptions('prepareTraining', options));
}

/** The same with options that are checked. */
export async function prepare(
  posts: readonly LabelledPost[],
  settings: ClassifierSettings,
): Promise<PreparedTraining> {
  checkPairs('train', posts);
  if (settings.validation) checkPairs('validation', settings.validation);
  const [forTraining, forValidation] = settings.validation
    ? [posts, settings.validation]
    : await holdOut(posts, settings);
  for (const [name, part] of Object.entries({ train: forTraining, validation: forValidation })) {
    if (part.length > 0) continue;
    throw new OptionError(
      `train: expected ${name} posts, received none of ${posts.length} posts, copies of which stay together. Give more posts, or validation posts of their own.`,
    );
  }
  const classNames = settings.classNames ?? classesOf([...forTraining, ...forValidation]);
  const { text, image } = streamsOf(forTraining, settings);
  const reads = halvesRead({ text, image }, settings);
  const { unreadable, modalityDropout, source = fileSource, onProgress, signal } = settings;
  // A model needs all that it reads, unless it learns to do without one of both halves.
  const missing = reads.text && reads.image && modalityDropout > 0 ? 'keep' : 'refuse';
  const make = async (name: string, part: readonly LabelledPost[]) =>
    (await postExamples(part, {
      text: reads.text ? text : undefined,
      image: reads.image ? image : undefined,
      source,
      classNames,
      missing,
      unreadable,
      signal,
      onProgress: (state) => onProgress?.({ ...state, stage: `${name} ${state.stage}` }),
    })) as LabelledPostExamples;
  const train = await make('train', forTraining);
  try {
    const validation = await make('validation', forValidation);
    return {
      train,
      validation,
      validationFrom: settings.validation ? 'given' : 'held out',
      text,
      image,
      classNames,
      close: async () => {
        await Promise.all([train.close(), validation.close()]);
      },
    };
  } catch (error) {
    await train.close();
    throw error;
  }
}

function streamsOf(
  posts: readonly LabelledPost[],
  { text, image, projectionDim: dim, imageSize }: ClassifierSettings,
): { readonly text: TextStream; readonly image: ImageStream } {
  const texts = posts.flatMap((post) => (typeof Object(post).text === 'string' ? [post.text as string] : []));
  return {
    text: text === 'compact' ? compactTextStream(fitCompactText(texts), { dim }) : checkStream('text', text),
    image: image === 'compact' ? compactImageStream({ imageSize, dim }) : checkStream('image', image),
  };
}

function checkStream<AnyStream extends TextStream | ImageStream>(name: string, stream: AnyStream): AnyStream {
  const { prepare: prepares, build, inputNames } = Object(stream) as Partial<TextStream>;
  if (typeof prepares === 'function' && typeof build === 'function' && Array.isArray(inputNames))
    return stream;
  const isExtractor = typeof Object(stream).run === 'function';
  throw new OptionError(
    `train: expected ${name} to be 'compact' or a stream, received ${isExtractor ? `an extractor. Wrap it: frozen${name === 'text' ? 'Text' : 'Image'}Stream(extractor)` : kindOf(stream)}.`,
  );
}

function classesOf(posts: readonly LabelledPost[]): readonly string[] {
  const labels = posts.flatMap((post) => (typeof Object(post).label === 'string' ? [post.label] : []));
  checkLabelSpelling('train', labels);
  const classNames = classNamesOf(labels);
  if (classNames.length >= 2) return classNames;
  throw new OptionError(
    `train: expected labelled posts of two or more classes, received ${classNames.length === 0 ? 'none with a label' : `the label ${classNames[0]} alone`}.`,
  );
}
