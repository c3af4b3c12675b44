import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { BACKEND_NAMES, type BackendName } from 'mvsa-fusion/backend';
import { LABEL_RULES, type LabelRule, type MvsaVariant } from 'mvsa-fusion/data';
import { COMPACT_IMAGE_OPTIONS, FUSION_OPTIONS, type FusionName } from 'mvsa-fusion/models';
import { addFlags } from 'mvsa-fusion/options';
import { TRAIN_OPTIONS } from 'mvsa-fusion/training';
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

/** What the command line gives: the flags of this program by name; those of the library are read by the functions below. */
export interface Options extends FrozenOptions {
  data?: string;
  sample?: number;
  variant?: MvsaVariant;
  labelRule: LabelRule;
  split?: string[];
  fusion: FusionName;
  auxiliary: number;
  baselines: boolean;
  imageSize: number;
  dim: number;
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
  .option(
    '--auxiliary <weight>',
    "weight of the losses on the text's and the image's own label; 0 turns them off",
    weight,
    0.5,
  )
  .option('--baselines', 'also train text-only and image-only models', false)
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

// Flags that are options of the library have its help, checks and defaults, save these: --epochs 6, --dim 64 and --heads 4 make a
// run of two minutes on two cores.
const short = { epochs: 6 };
const small = { projectionDim: 64, numHeads: 4 };
/** Options of `train` from the command line. */
export const trainFlags = addFlags(program, TRAIN_OPTIONS, { defaults: short });
/** Options of `fusionClassifier` from the command line. */
export const fusionFlags = addFlags(program, FUSION_OPTIONS, { defaults: small });
/** Options of `compactImageEncoder` from the command line. */
export const imageFlags = addFlags(program, COMPACT_IMAGE_OPTIONS);

/** Where a run that is not finished keeps what it needs to go on. */
export const checkpointsOf = ({ out }: Options) => join(out, 'checkpoints');

/** Refuses options that do not fit together, before anything is written. */
export function checkOptions(options: Options): void {
  if ((options.data === undefined) === (options.sample === undefined)) {
    throw new Error('Pass either --data DIR or --sample PAIRS; see --help.');
  }
  checkFrozenOptions(options);
  if ((options.revision?.length ?? 0) > 2)
    throw new Error(`--revision: expected one or two commits, received ${options.revision?.length}.`);
  if (options.imageSize % 7 !== 0)
    throw new Error(`--image-size: expected a multiple of 7, received ${options.imageSize}.`);
  const checkpoints = checkpointsOf(options);
  if (!options.resume && existsSync(checkpoints)) {
    throw new Error(
      `${checkpoints}: expected none, found those of a run that was stopped or killed. Go on with --resume, or delete the directory.`,
    );
  }
  if (options.resume && !existsSync(checkpoints) && existsSync(join(options.out, 'result.json'))) {
    throw new Error(
      `${options.out}: expected a run that was stopped, found a finished one. Leave --resume out to train anew.`,
    );
  }
}

/** Refuses options that would have no effect. */
function checkFrozenOptions({ textModel, imageModel }: Options): void {
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
