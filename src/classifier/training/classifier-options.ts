import type { LabelledPost } from '../../data/posts/post';
import type { PostSource } from '../../data/posts/post-source';
import {
  FUSION_OPTIONS,
  type FusionClassifierOptions,
  type ImageStream,
  type TextStream,
} from '../../models';
import { COMPACT_IMAGE_OPTIONS } from '../../models/compact/compact-image-encoder';
import { type OptionTable, resolveOptions } from '../../options/option-table';
import { oneOf, SHARE_BELOW_1 } from '../../options/rules';
import { TRAIN_OPTIONS, type TrainOptions } from '../../training';
import { checkClassNames } from '../../training/evaluation/class-names';
import type { Progress } from '../../types';

/** How the two streams are fused: options of `fusionClassifier`. */
type FusionChoices = Pick<
  FusionClassifierOptions,
  'fusion' | 'residual' | 'projectionDim' | 'numHeads' | 'dropout'
>;

/** Options of `SentimentClassifier.train`: those of `train`, of the fusion, and of the streams. */
export interface ClassifierOptions extends Omit<TrainOptions, 'validation'>, FusionChoices {
  /**
   * Posts that choose the best epoch and calibrate the probabilities.
   * @defaultValue 15% of the posts, held out by `seed`, stratified, copies of a post kept together
   */
  readonly validation?: readonly LabelledPost[];
  /**
   * What texts go through: `'compact'` is trained along and needs no download, or a stream such as `frozenTextStream` makes.
   * @defaultValue `'compact'`
   */
  readonly text?: 'compact' | TextStream;
  /**
   * What images go through: `'compact'` is trained along and needs no download, or a stream such as `frozenImageStream` makes.
   * @defaultValue `'compact'`
   */
  readonly image?: 'compact' | ImageStream;
  /**
   * The classes, in the order of every class axis.
   * @defaultValue the labels of the posts: positive, neutral, negative in this order, any others by their names
   */
  readonly classNames?: readonly string[];
  /**
   * Passes over the training posts, at most.
   * @defaultValue 6: with the two below, two minutes on 4,000 posts on two cores; docs/results.md was measured so
   */
  readonly epochs?: number;
  /**
   * Width of both streams after projection, and of compact ones.
   * @defaultValue 64
   */
  readonly projectionDim?: number;
  /**
   * Attention heads; must divide `projectionDim`.
   * @defaultValue 4
   */
  readonly numHeads?: number;
  /**
   * Height and width of the images of the compact stream, a multiple of 7.
   * @defaultValue 56
   */
  readonly imageSize?: number;
  /**
   * Share of the training posts that lose their text or their image in a step, so that posts of one half can be answered. With 0 they
   * cannot. It has no effect where the fusion reads one half alone.
   * @defaultValue 0.1, see docs/results.md for what it costs on full posts
   */
  readonly modalityDropout?: number;
  /**
   * What happens to posts that cannot be used: one error that names them, or they are left out and listed in the classifier's `unreadable`.
   * @defaultValue `'error'`
   */
  readonly unreadable?: 'error' | 'skip';
  /**
   * Where the images of posts come from.
   * @defaultValue files, by their paths
   */
  readonly source?: PostSource;
  /** Called as posts are read, stage `'texts'` or `'images'`; training itself tells `callbacks`. */
  readonly onProgress?: (progress: Progress) => void;
}

const { validation: _validation, ...trainRows } = TRAIN_OPTIONS;

/** All options of `SentimentClassifier.train`: their defaults and checks, and the flags of command lines. */
export const CLASSIFIER_OPTIONS: OptionTable<ClassifierOptions> = {
  validation: {},
  text: { default: 'compact' },
  image: { default: 'compact' },
  classNames: {},
  fusion: FUSION_OPTIONS.fusion,
  residual: FUSION_OPTIONS.residual,
  projectionDim: { ...FUSION_OPTIONS.projectionDim, default: 64 },
  numHeads: { ...FUSION_OPTIONS.numHeads, default: 4 },
  dropout: FUSION_OPTIONS.dropout,
  imageSize: COMPACT_IMAGE_OPTIONS.imageSize,
  modalityDropout: {
    default: 0.1,
    rule: SHARE_BELOW_1,
    help: 'share of posts that lose one half in training, so that half a post can be answered',
  },
  ...trainRows,
  epochs: { ...TRAIN_OPTIONS.epochs, default: 6 },
  seed: { ...TRAIN_OPTIONS.seed, help: 'decides split, initial weights, order and dropout' },
  unreadable: { default: 'error', rule: oneOf('error', 'skip') },
  source: {},
  onProgress: {},
};

/** Options with their defaults. */
export type ClassifierSettings = ClassifierOptions &
  Required<
    Pick<
      ClassifierOptions,
      | 'text'
      | 'image'
      | 'projectionDim'
      | 'imageSize'
      | 'modalityDropout'
      | 'unreadable'
      | 'seed'
      | 'fusion'
      | 'epochs'
    >
  > & { readonly auxiliaryLosses: { readonly textLabel: number; readonly imageLabel: number } };

/** @throws {@link OptionError} for an option that is unknown or out of range: names it. */
export function resolveClassifierOptions(where: string, options: ClassifierOptions): ClassifierSettings {
  const settings = resolveOptions(where, options, CLASSIFIER_OPTIONS) as unknown as ClassifierSettings;
  if (settings.classNames) checkClassNames(`${where}: classNames`, settings.classNames);
  return settings;
}

/** The options that `train` takes, out of all. */
export function trainOptionsOf(settings: ClassifierSettings): Omit<TrainOptions, 'validation'> {
  const names = Object.keys(trainRows) as (keyof typeof trainRows)[];
  return Object.fromEntries(
    names.flatMap((name) => (settings[name] === undefined ? [] : [[name, settings[name]]])),
  );
}
