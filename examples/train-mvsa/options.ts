import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { BACKEND_NAMES, type BackendName } from 'mvsa-fusion/backend';
import { LABEL_RULES, type LabelRule, type MvsaVariant } from 'mvsa-fusion/data';
import { FUSION_NAMES, type FusionName } from 'mvsa-fusion/models';
import type { Schedule } from 'mvsa-fusion/training';
import { COMPACT, type FrozenOptions } from './frozen-features';

const integer = (least: number) => (text: string) => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least)
    throw new InvalidArgumentError(`Expected an integer >= ${least}.`);
  return value;
};
const weight = (text: string) => {
  const value = Number(text);
  if (text === '' || !(value >= 0 && value < Infinity))
    throw new InvalidArgumentError('Expected a number of at least 0.');
  return value;
};
const fraction = (text: string) => {
  const value = Number(text);
  if (text === '' || !(value >= 0 && value < 1))
    throw new InvalidArgumentError('Expected a number in [0, 1).');
  return value;
};
const positive = (text: string) => {
  const value = Number(text);
  if (!(value > 0 && value < Infinity)) throw new InvalidArgumentError('Expected a positive number.');
  return value;
};

/** Options of the command line. */
export interface Options extends FrozenOptions {
  data?: string;
  sample?: number;
  variant?: MvsaVariant;
  labelRule: LabelRule;
  split?: string[];
  fusion: FusionName;
  residual: boolean;
  auxiliary: number;
  classWeights: 'none' | 'balanced';
  baselines: boolean;
  monitor: 'macroF1' | 'weightedF1' | 'accuracy' | 'loss';
  epochs: number;
  patience: number;
  batchSize: number;
  accumulate: number;
  optimizer: 'adamw' | 'adam';
  learningRate: number;
  weightDecay: number;
  schedule: Schedule['kind'];
  warmup: number;
  clipNorm?: number;
  labelSmoothing: number;
  focalGamma: number;
  dropout: number;
  dim: number;
  heads: number;
  imageSize: number;
  seed: number;
  backend?: BackendName;
  out: string;
  resume: boolean;
  tensorboard: boolean;
  quiet: boolean;
}

/** The command line: `program.parse().opts<Options>()`. */
export const program = new Command('train-mvsa')
  .description('Trains an image + text sentiment model on MVSA and reports how good it is.')
  .option('--data <dir>', 'MVSA directory: labelResultAll.txt beside data/ID.jpg and data/ID.txt')
  .option(
    '--sample <pairs>',
    'write and use a sample data set of so many posts instead; needs no download',
    integer(100),
  )
  .addOption(
    new Option('--variant <name>', 'which MVSA (default: what the labels file says)').choices([
      'single',
      'multiple',
    ]),
  )
  .addOption(
    new Option('--label-rule <name>', "how a post's label is made of its text's and its image's")
      .choices(LABEL_RULES)
      .default('merged'),
  )
  .option(
    '--split <name|file...>',
    'DIR/splits/NAME.{train,validation,test}.txt, or 2 or 3 files of ids (default: 70/15/15, stratified)',
  )
  .option(
    '--text-model <compact|dir|id>',
    'compact (trained along), or a frozen model: folder or hub id',
    COMPACT,
  )
  .option(
    '--image-model <compact|dir|id>',
    'compact (trained along), or a frozen model: folder or hub id',
    COMPACT,
  )
  .addOption(
    new Option(
      '--tokens <detail>',
      'what a frozen text model gives: a vector per token, or one per text (faster)',
    )
      .choices(['sequence', 'pooled'])
      .default('sequence'),
  )
  .addOption(
    new Option(
      '--regions <detail>',
      'what a frozen image model gives: a vector per region, or one per image (faster)',
    )
      .choices(['grid', 'pooled'])
      .default('grid'),
  )
  .option('--max-length <n>', 'tokens of a text for a frozen model, at most', integer(3), 64)
  .addOption(
    new Option('--pooling <rule>', "a text's one vector: of its first token, or the mean")
      .choices(['cls', 'mean'])
      .default('cls'),
  )
  .option(
    '--revision <commit...>',
    "of the hub models: one for both, or the text model's and the image model's",
  )
  .option('--offline', 'take hub models from earlier downloads only', false)
  .option('--cache <dir>', 'where features are kept from run to run', join('.cache', 'features'))
  .addOption(
    new Option('--fusion <name>', 'how text and image meet').choices(FUSION_NAMES).default('vision-guided'),
  )
  .option('--no-residual', 'leave out the residual around the attention, as the article does')
  .option(
    '--auxiliary <weight>',
    "weight of the losses on the text's and the image's own label; 0 turns them off",
    weight,
    0.5,
  )
  .addOption(
    new Option('--class-weights <rule>', 'weights of the classes in the loss')
      .choices(['none', 'balanced'])
      .default('none'),
  )
  .option('--baselines', 'also train text-only and image-only models', false)
  .option('--epochs <n>', 'passes over the training posts, at most', integer(1), 6)
  .option('--patience <n>', 'stop after so many epochs without a better one', integer(1), 3)
  .option('--batch-size <n>', 'posts in one step', integer(1), 32)
  .option('--accumulate <n>', 'batches whose gradients make one step', integer(1), 1)
  .addOption(
    new Option('--optimizer <name>', 'decay beside the gradient (adamw) or through it (adam)')
      .choices(['adamw', 'adam'])
      .default('adamw'),
  )
  .option('--learning-rate <rate>', 'learning rate, at its peak', positive, 0.001)
  .option('--weight-decay <share>', 'decay of weight matrices; biases and norms are spared', weight, 0)
  .addOption(
    new Option('--schedule <kind>', 'how the learning rate falls over all epochs')
      .choices(['constant', 'linear', 'cosine'])
      .default('constant'),
  )
  .option('--warmup <share>', 'share of all steps over which the learning rate rises', fraction, 0)
  .option('--clip-norm <norm>', 'largest norm of all gradients together (default: no limit)', positive)
  .option('--label-smoothing <share>', "share of a label's weight spread over all classes", fraction, 0)
  .option('--focal-gamma <gamma>', 'focus on posts that are still wrong; 2 is usual', weight, 0)
  .addOption(
    new Option('--monitor <figure>', 'validation figure that decides the best epoch')
      .choices(['macroF1', 'weightedF1', 'accuracy', 'loss'])
      .default('macroF1'),
  )
  .option('--dropout <share>', 'share dropped in training', fraction, 0.3)
  .option('--dim <n>', 'width of tokens and regions', integer(1), 64)
  .option('--heads <n>', 'attention heads', integer(1), 4)
  .option('--image-size <n>', 'height and width of the decoded image, a multiple of 7', integer(7), 56)
  .option('--seed <n>', 'decides split, initial weights, order and dropout', integer(0), 7)
  .addOption(
    new Option('--backend <name>', 'TensorFlow.js backend (default: the fastest that works)').choices(
      BACKEND_NAMES,
    ),
  )
  .option('--out <dir>', 'where to write', 'runs/mvsa')
  .option('--resume', 'go on with the run in OUT that was stopped or killed', false)
  .option('--tensorboard', 'also write OUT/tensorboard, for tensorboard --logdir', false)
  .option('--quiet', 'print only the result', false)
  .addHelpText(
    'after',
    '\nCtrl-C stops after the current step and writes what there is; --resume goes on from there, bit for bit. Features ' +
      'computed so far stay in the cache. OUT/logs holds a line of JSON for each step. Exit code 1: an error; 130: interrupted.',
  )
  .configureHelp({ helpWidth: 110 });

/** Refuses options that would have no effect. */
export function checkFrozenOptions({ textModel, imageModel }: Options): void {
  const ofFrozen = [
    { model: '--text-model', isFrozen: textModel !== COMPACT, names: ['tokens', 'maxLength', 'pooling'] },
    { model: '--image-model', isFrozen: imageModel !== COMPACT, names: ['regions'] },
  ];
  for (const { model, isFrozen, names } of ofFrozen) {
    const useless = names.find((name) => !isFrozen && program.getOptionValueSource(name) === 'cli');
    if (useless === undefined) continue;
    const flag = program.options.find((option) => option.attributeName() === useless)?.long;
    throw new Error(
      `${flag}: expected a frozen ${model}, received compact; leave ${flag} out or name a model.`,
    );
  }
}
