import { getBackend } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { LabelledPost, SkippedPost } from '../data';
import { fileSource } from '../data/posts/file-source';
import { hasImage, type PostSource, textOf } from '../data/posts/post-source';
import { OptionError } from '../errors';
import type { ImageStream, TextStream } from '../models';
import { kindOf } from '../options/check-option-names';
import { type OptionTable, resolveOptions } from '../options/option-table';
import { type TrainingRun, train } from '../training';
import { folderReader, writeClassifier } from './classifier-folder';
import { UNCALIBRATED } from './core/calibration';
import { ClassifierCore, type ClassifierParts } from './core/classifier-core';
import { fingerprintOf } from './core/fingerprint';
import { readClassifier } from './core/read-classifier';
import type { TrainingSummary } from './core/saved-classifier';
import { frozenStreamFinder } from './find-frozen-streams';
import { buildModel } from './training/build-model';
import { calibratePatterns } from './training/calibrate-patterns';
import {
  type ClassifierOptions,
  type ClassifierSettings,
  resolveClassifierOptions,
  trainOptionsOf,
} from './training/classifier-options';
import { type PreparedTraining, prepare } from './training/prepare-training';

/** Options of `SentimentClassifier.load`. */
export interface LoadClassifierOptions {
  /** The stream of the texts, where the one that the folder names cannot be found from here. */
  readonly text?: TextStream;
  /** The stream of the images, where the one that the folder names cannot be found from here. */
  readonly image?: ImageStream;
  /**
   * Where the images of posts come from.
   * @defaultValue files, by their paths
   */
  readonly source?: PostSource;
}

const LOAD_OPTIONS = {
  text: {},
  image: {},
  source: { default: fileSource },
} as const satisfies OptionTable<LoadClassifierOptions>;

/** What was learnt beside the parts. */
interface Learnt {
  readonly run: TrainingRun | null;
  readonly training: TrainingSummary;
  readonly unreadable: readonly SkippedPost[];
}

/**
 * Sentiment of raw posts: train, ask, score, save, load.
 *
 * Made by {@link train} or {@link load}. Select a backend first (`selectBackend`).
 *
 * @example
 * ```ts
 * import { type LabelledPost, selectBackend, SentimentClassifier } from 'mvsa-fusion';
 *
 * async function first(split: Record<'train' | 'validation' | 'test', readonly LabelledPost[]>) {
 *   await selectBackend();
 *   const classifier = await SentimentClassifier.train(split.train, { validation: split.validation, seed: 7 });
 *   console.log((await classifier.evaluate(split.test)).macroF1);
 *   await classifier.save('./model');
 *
 *   const mine = await SentimentClassifier.load('./model'); // another process, another machine
 *   console.log(await mine.predict({ text: 'what a day', imagePath: 'photo.jpg' }));
 * }
 * ```
 */
export class SentimentClassifier extends ClassifierCore {
  /** What training did; null of a classifier that was loaded. */
  readonly run: TrainingRun | null;
  /** How it was trained, as its card tells it. */
  readonly training: TrainingSummary;
  /** Posts that were left out in training because they cannot be used. */
  readonly unreadable: readonly SkippedPost[];

  private constructor(parts: ClassifierParts, source: PostSource, learnt: Learnt) {
    super(parts, source);
    this.run = learnt.run;
    this.training = learnt.training;
    this.unreadable = learnt.unreadable;
  }

  /**
   * Trains a classifier on labelled posts.
   *
   * The best epoch is chosen, and the probabilities calibrated, on `validation`. A signal that aborts while it trains ends training
   * after the step in flight: the classifier then has the weights of the best epoch so far, `run.stoppedBy` is `'signal'`, and its
   * probabilities are not calibrated.
   *
   * @param posts labelled posts, or what `prepareTraining` made of them
   * @throws {@link OptionError} when an option is unknown or out of range, posts are none or have no label, or there are fewer than two classes
   * @throws {@link DataError} for posts that cannot be used, unless they are to be skipped: names them
   * @throws {@link TrainingError} as `train` does
   * @throws the signal's reason when it aborts before training has begun
   */
  static async train(
    posts: readonly LabelledPost[] | PreparedTraining,
    options: ClassifierOptions = {},
  ): Promise<SentimentClassifier> {
    const settings = resolveClassifierOptions('SentimentClassifier.train', options);
    const given = isPrepared(posts) ? posts : null;
    if (given) checkPreparedOptions(options);
    const prepared = given ?? (await prepare(posts as readonly LabelledPost[], settings));
    try {
      return await trainOn(prepared, settings, (...made) => new SentimentClassifier(...made));
    } finally {
      if (!given) await prepared.close();
    }
  }

  /**
   * Loads a classifier that {@link save} wrote.
   *
   * Frozen models are not in the folder: they are opened from where they came, and must be the same, by their hashes.
   *
   * @throws {@link DataError} when a file is missing, damaged, changed, or of a newer version of this library; when a frozen model cannot
   * be found, or is another
   * @throws {@link OptionError} when an option is unknown, and when `directory` is no path
   */
  static async load(directory: string, options: LoadClassifierOptions = {}): Promise<SentimentClassifier> {
    checkDirectory('SentimentClassifier.load', directory);
    const { source, text, image } = resolveOptions('SentimentClassifier.load', options, LOAD_OPTIONS);
    const finder = frozenStreamFinder(directory, { ...(text && { text }), ...(image && { image }) });
    const { parts, saved } = await readClassifier(folderReader(directory), directory, finder);
    return new SentimentClassifier(parts, source, { run: null, training: saved.training, unreadable: [] });
  }

  /**
   * Saves the classifier to a folder: weights, classes, preprocessing, calibration, how it was trained, and a model card.
   *
   * Frozen models are not copied: the folder says which they are, and where they came from.
   *
   * @param directory created when absent; a classifier in it is replaced
   * @throws {@link MvsaFusionError} when the file system refuses: names the file and the cause
   */
  async save(directory: string): Promise<void> {
    checkDirectory('save', directory);
    await this.use(() => writeClassifier(directory, this.parts, this.training));
  }

  /** The SHA-256, in hexadecimal, of what decides the answers: equal for a classifier and one that was loaded from where it was saved. */
  async fingerprint(): Promise<string> {
    return fingerprintOf(this.parts);
  }
}

function checkDirectory(where: string, directory: unknown): void {
  if (typeof directory === 'string' && directory !== '') return;
  throw new OptionError(
    `${where}: expected the path of a folder, received ${kindOf(directory) || 'an empty one'}.`,
  );
}

function isPrepared(posts: readonly LabelledPost[] | PreparedTraining): posts is PreparedTraining {
  return !Array.isArray(posts) && typeof Object(posts).validationFrom === 'string';
}

/** Options that are without effect on posts that are ready would be believed to have one. */
function checkPreparedOptions(options: ClassifierOptions): void {
  const decided = ['validation', 'text', 'image', 'classNames', 'unreadable', 'source'] as const;
  const late = decided.find((name) => options[name] !== undefined);
  if (late === undefined) return;
  throw new OptionError(
    `SentimentClassifier.train: expected ${late} to be given to prepareTraining, received it with posts that are prepared.`,
  );
}

/** A model without stand-ins would read zeros in place of a missing half. */
function checkHalves(model: LayersModel, posts: readonly LabelledPost[]): void {
  const isHalf = (post: LabelledPost) => textOf(post) === null || !hasImage(post);
  if (model.inputNames.includes('textPresent') || !posts.some(isHalf)) return;
  throw new OptionError(
    'SentimentClassifier.train: expected modalityDropout above 0, since some of the prepared posts have no text or no image, received 0. ' +
      'Give modalityDropout: 0 to prepareTraining, which then names them.',
  );
}

async function trainOn<Made>(
  prepared: PreparedTraining,
  settings: ClassifierSettings,
  make: (parts: ClassifierParts, source: PostSource, learnt: Learnt) => Made,
): Promise<Made> {
  const { signal, source = fileSource } = settings;
  const { train: examples, validation, classNames, text, image } = prepared;
  const model = buildModel(prepared, settings);
  try {
    const run = await train(model, examples, { ...trainOptionsOf(settings), validation });
    const isRead = (stream: TextStream | ImageStream) =>
      stream.inputNames.some((name) => model.inputNames.includes(name));
    const reads = { text: isRead(text), image: isRead(image) };
    if (reads.text && reads.image) checkHalves(model, [...examples.posts, ...validation.posts]);
    const isWhole = run.stoppedBy !== 'signal';
    const calibrations = isWhole ? await calibratePatterns(model, validation, reads, signal) : UNCALIBRATED;
    const parts = {
      model,
      text: reads.text ? text : null,
      image: reads.image ? image : null,
      classNames,
      calibrations,
    };
    const unreadable = [...examples.unreadable, ...validation.unreadable].map(({ id, reason }) => ({
      id,
      reason,
    }));
    return make(parts, source, { run, training: summaryOf(prepared, settings, run), unreadable });
  } catch (error) {
    model.dispose();
    throw error;
  }
}

function summaryOf(
  { train: examples, validation, validationFrom, classNames }: PreparedTraining,
  settings: ClassifierSettings,
  run: TrainingRun,
): TrainingSummary {
  const count = ({ labels }: PreparedTraining['train']) =>
    Object.fromEntries(
      classNames.map((name, index) => [name, labels.label.filter((label) => label === index).length]),
    );
  const { accuracy, macroF1, ci95 } = run.validation ?? {};
  const decides = Object.entries(settings).filter(
    ([, value]) => ['string', 'number', 'boolean'].includes(typeof value) || Array.isArray(value),
  );
  const left = ['validation', 'callbacks', 'unreadable', 'classNames'];
  return {
    date: new Date().toISOString(),
    posts: { train: count(examples), validation: count(validation) },
    validation: validationFrom,
    epochs: run.epochs.length,
    bestEpoch: run.bestEpoch,
    scores: accuracy === undefined ? null : ({ accuracy, macroF1, ci95 } as TrainingSummary['scores']),
    options: Object.fromEntries(decides.filter(([name]) => !left.includes(name))),
    backend: getBackend(),
  };
}
