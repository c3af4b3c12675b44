/**
 * Trains an image + text sentiment model on MVSA, or on a sample data set that needs no download, and reports how
 * good it is.
 *
 *   npx tsx examples/train-mvsa.ts --data ./MVSA_Single --split clmlf-fold-1    about 2 minutes on two cores
 *   npx tsx examples/train-mvsa.ts --sample 8000 --baselines --out runs/demo    the same as `npm run demo`
 *   npx tsx examples/train-mvsa.ts --data ./MVSA_Single --text-model Xenova/bert-base-uncased \
 *     --image-model microsoft/resnet-50      frozen models, as in the article; their features are computed once
 *
 * Expected on the sample: test accuracy about 0.96, where no model can pass 0.969; text or image alone reach 0.80.
 * Writes OUT/result.json, OUT/report.html and OUT/model; docs/results.md shows what the runs gave.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { BACKEND_NAMES, type BackendName, selectBackend } from 'mvsa-fusion/backend';
import {
  checkSplitClasses,
  createSampleMvsa,
  findDuplicates,
  LABEL_RULES,
  type LabelRule,
  type MvsaPair,
  type MvsaVariant,
  openMvsa,
  readSplit,
  type SplitFiles,
  splitPairs,
} from 'mvsa-fusion/data';
import {
  type CompactText,
  compactImageEncoder,
  compactTextEncoder,
  FUSION_NAMES,
  type FusionName,
  fitCompactText,
  fusionClassifier,
  joinExamples,
  multimodalModel,
  type PostExamples,
  prepareCompactExamples,
  saveCompactText,
  saveModel,
  wideTextClassifier,
} from 'mvsa-fusion/models';
import { type ExperimentResult, writeReport, writeResult } from 'mvsa-fusion/report';
import {
  createProgressLine,
  type Evaluation,
  evaluate,
  evaluateProbabilities,
  majorityProbabilities,
  type TrainingRun,
  train,
} from 'mvsa-fusion/training';
import {
  COMPACT,
  type FrozenFeatures,
  type FrozenOptions,
  frozenFeatures,
} from './train-mvsa/frozen-features';

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

interface Options extends FrozenOptions {
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
  epochs: number;
  patience: number;
  batchSize: number;
  learningRate: number;
  dropout: number;
  dim: number;
  heads: number;
  imageSize: number;
  seed: number;
  backend?: BackendName;
  out: string;
  quiet: boolean;
}

const program = new Command('train-mvsa')
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
  .option('--learning-rate <rate>', "Adam's learning rate", positive, 0.001)
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
  .option('--quiet', 'print only the result', false)
  .addHelpText(
    'after',
    '\nCtrl-C stops after the current step and writes what there is; features computed so far stay in the cache. Exit code 1: an error; 130: interrupted.',
  )
  .configureHelp({ helpWidth: 110 });

/** Stages of the run and their seconds, for `result.json`. */
const timing: Record<string, number> = {};
async function timed<T>(stage: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await work();
  timing[stage] = (timing[stage] ?? 0) + (performance.now() - started) / 1000;
  return result;
}

/** Ctrl-C stops at the next safe place; a second one ends at once. */
function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  process.on('SIGINT', () => {
    if (controller.signal.aborted) process.exit(130);
    console.error('\nStopping after this step; once more to end at once.');
    controller.abort(new Error('interrupted'));
  });
  return controller.signal;
}

/** Compact encoders are trained along; features of frozen models go straight into the classifier. */
function buildModel(
  fusion: FusionName,
  compactText: CompactText,
  frozen: FrozenFeatures | null,
  options: Options,
) {
  const { dim, heads, dropout, seed, imageSize, residual, auxiliary } = options;
  const [text, image] = [frozen?.text, frozen?.image];
  const trainsText = fusion !== 'image-only' && !text;
  const trainsImage = fusion !== 'text-only' && !image;
  const numTokens = text ? text.length : compactText.maxTokens;
  const numRegions = image ? image.length : 49;
  return multimodalModel({
    ...(trainsText && { textEncoder: compactTextEncoder({ ...compactText, dim, seed }) }),
    ...(trainsImage && { imageEncoder: compactImageEncoder({ imageSize, dim, seed }) }),
    ...(trainsText && {
      wideTextClassifier: wideTextClassifier({
        buckets: compactText.wideBuckets,
        maxGrams: compactText.maxGrams,
      }),
    }),
    classifier: fusionClassifier({
      textDim: text?.dim ?? dim,
      imageDim: image?.dim ?? dim,
      ...(numTokens !== null && { numTokens }),
      ...(numRegions !== null && { numRegions }),
      projectionDim: dim,
      numHeads: heads,
      auxiliaryHeads: auxiliary > 0,
      fusion,
      residual,
      dropout,
      seed,
    }),
  });
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

function countClasses(pairs: readonly MvsaPair[]) {
  const count = (label: MvsaPair['label']) => pairs.filter((pair) => pair.label === label).length;
  return { positive: count('positive'), neutral: count('neutral'), negative: count('negative') };
}

const points = (value: number) => value.toFixed(3);
const scoreLine = (name: string, { accuracy, macroF1, ci95 }: Evaluation) =>
  `${name.padEnd(14)} accuracy ${points(accuracy)} [${ci95.accuracy.map(points).join(', ')}]  ` +
  `macro-F1 ${points(macroF1)} [${ci95.macroF1.map(points).join(', ')}]`;

async function main(options: Options): Promise<void> {
  if ((options.data === undefined) === (options.sample === undefined)) {
    throw new Error('Pass either --data DIR or --sample PAIRS; see --help.');
  }
  checkFrozenOptions(options);
  if ((options.revision?.length ?? 0) > 2)
    throw new Error(`--revision: expected one or two commits, received ${options.revision?.length}.`);
  if (options.imageSize % 7 !== 0)
    throw new Error(`--image-size: expected a multiple of 7, received ${options.imageSize}.`);
  const progress = createProgressLine();
  const say = (line: string) => options.quiet || progress.print(line);
  const show: typeof progress.update = (...state) => options.quiet || progress.update(...state);
  const signal = interruptSignal();

  // 1. The data: opened before anything is written.
  const directory = options.data ?? join(options.out, 'sample');
  if (options.sample !== undefined) {
    const { sample: pairs, seed } = options;
    await timed('sample', () =>
      createSampleMvsa(directory, { pairs, seed, onProgress: (done, total) => show('sample', done, total) }),
    );
  }
  const dataset = await timed('open', () =>
    openMvsa(directory, {
      ...(options.variant && { variant: options.variant }),
      labelRule: options.labelRule,
    }),
  );
  const { seed } = options;
  const { split: names = [] } = options;
  const [name] = names;
  // Copies of a post must not stand on both sides of a split of our own; drawn faces look alike and are no copies.
  const copies = () =>
    findDuplicates(dataset.pairs, {
      images: options.sample ? 'bytes' : 'near',
      signal,
      onProgress: (done, total) => show('compare images', done, total),
    });
  const split =
    name === undefined
      ? splitPairs(dataset.pairs, {
          ratios: options.sample ? [0.6, 0.1, 0.3] : [0.7, 0.15, 0.15],
          groupDuplicates: await timed('copies', copies),
          seed,
        })
      : // How many files there are is for readSplit to check.
        await readSplit(dataset, names.length === 1 ? name : (names as readonly string[] as SplitFiles));
  for (const name of ['train', 'validation'] as const) {
    if (split[name].length === 0)
      throw new Error(`${directory}: the ${name} split is empty; it needs posts to train on.`);
  }
  checkSplitClasses({ train: split.train, validation: split.validation, test: split.test });
  const { kept, dropped, encoding } = dataset.summary();
  say(`data      ${directory}: ${kept} posts kept, ${dropped} dropped (${options.labelRule}), ${encoding}`);
  say(
    `split     ${split.train.length} train, ${split.validation.length} validation, ${split.test.length} test`,
  );

  const backend = await timed('backend', () =>
    selectBackend(options.backend ? { backend: options.backend } : {}),
  );
  say(`backend   ${backend.summary}`);

  // 2. The features: of frozen models, all posts at once and through the cache; else texts to hashed n-grams, images to pixels.
  const frozen = await timed('features', () =>
    frozenFeatures([...split.train, ...split.validation, ...split.test], options, {
      signal,
      onDownload: ({ file, bytes, totalBytes }) => show(`download ${file}`, bytes, totalBytes ?? bytes),
      onProgress: ({ stage, done, total, rate }) => show(stage, done, total, `${rate.toFixed(1)} a second`),
    }),
  );
  const compactText = fitCompactText(split.train.map(({ text }) => text));
  const unreadable = new Map(frozen?.features.unreadable.map(({ id, reason }) => [id, reason]));
  const prepare = async (name: string, pairs: readonly MvsaPair[]): Promise<PostExamples> => {
    if (frozen?.text && frozen.image) return joinExamples(pairs, frozen.features);
    const compact = await timed('prepare', () =>
      prepareCompactExamples(pairs, {
        compactText,
        imageSize: options.imageSize,
        signal,
        onProgress: (done, total) => show(`prepare ${name}`, done, total),
      }),
    );
    for (const { id, reason } of compact.unreadable) unreadable.set(id, reason);
    return frozen ? joinExamples(pairs, frozen.features, compact) : compact;
  };
  const trainSet = await prepare('train', split.train);
  const validationSet = await prepare('validation', split.validation);
  const testSet = split.test.length > 0 ? await prepare('test', split.test) : null;
  const judged = testSet ?? validationSet;
  const skipped = [...dataset.skipped, ...Array.from(unreadable, ([id, reason]) => ({ id, reason }))];
  if (skipped.length > 0)
    say(`skipped   ${skipped.length} posts with missing or damaged files; result.json lists them`);
  const extractors = { text: frozen?.text ?? null, image: frozen?.image ?? null };

  // 3. Training.
  const trainModel = async (fusion: FusionName) => {
    const model = buildModel(fusion, compactText, frozen, options);
    say(`\n${fusion}: ${model.countParams().toLocaleString('en')} weights`);
    const { epochs, patience, batchSize, learningRate, classWeights, auxiliary } = options;
    const run = await timed(`train ${fusion}`, () =>
      train(model, trainSet, {
        validation: validationSet,
        epochs,
        patience,
        batchSize,
        learningRate,
        classWeights,
        auxiliaryLosses: { textLabel: auxiliary, imageLabel: auxiliary },
        seed,
        signal,
        onStep: ({ epoch, step, steps, loss }) =>
          show(`epoch ${epoch}/${epochs}`, step, steps, `loss ${points(loss)}`),
        onEpoch: (log, isBest) =>
          say(
            `epoch ${String(log.epoch).padStart(2)}  loss ${points(log.loss)}  validation: loss ${points(log.valLoss)}  ` +
              `accuracy ${points(log.valAccuracy)}  macro-F1 ${points(log.valMacroF1)}  ${log.seconds.toFixed(1)} s${isBest ? '  best' : ''}`,
          ),
      }),
    );
    return { model, run };
  };
  const { model, run } = await trainModel(options.fusion);
  await saveModel(model, join(options.out, 'model'));
  if (!frozen?.text) await saveCompactText(compactText, join(options.out, 'model'));
  // The frozen models are not copied: the file says which they are. Null stands for a compact stream.
  await writeFile(join(options.out, 'model', 'extractors.json'), `${JSON.stringify(extractors, null, 2)}\n`);

  // 4. The result: written before the baselines train, so that an interruption loses nothing.
  const majority = evaluateProbabilities(
    judged.labels.label,
    majorityProbabilities(trainSet.labels.label, judged.size),
  );
  const result: ExperimentResult = {
    dataset: {
      name: directory,
      variant: options.sample ? 'sample' : dataset.variant,
      labelRule: dataset.labelRule,
      encoding,
      splits: {
        train: countClasses(trainSet.pairs),
        validation: countClasses(validationSet.pairs),
        test: testSet && countClasses(testSet.pairs),
      },
      dropped,
      skipped,
    },
    config: { ...options, extractors },
    backend: { backend: backend.backend, summary: backend.summary },
    epochs: run.epochs,
    bestEpoch: run.bestEpoch,
    stoppedBy: run.stoppedBy,
    validation: run.validation,
    test: testSet && (await evaluate(model, testSet)),
    baselines: { majority },
    timing,
  };
  await writeResult(options.out, result);

  const baselines = { ...result.baselines, ...(await trainBaselines(options, run, trainModel, judged)) };
  const resultPath = await writeResult(options.out, { ...result, baselines, timing });
  const reportPath = await writeReport(options.out, { ...result, baselines, timing });
  await frozen?.close();

  const fused = result.test ?? result.validation;
  console.log(`\n${testSet ? 'Test' : 'Validation'} of ${judged.size} posts, with 95% intervals`);
  if (fused) console.log(scoreLine(options.fusion, fused));
  if (baselines.textOnly) console.log(scoreLine('text-only', baselines.textOnly));
  if (baselines.imageOnly) console.log(scoreLine('image-only', baselines.imageOnly));
  console.log(scoreLine('majority', majority));
  console.log(`\n${resultPath}\n${reportPath}`);
  if (signal.aborted) process.exitCode = 130;
}

/** Text-only and image-only models on the same posts; none after an interruption. */
async function trainBaselines(
  options: Options,
  run: TrainingRun,
  trainModel: (fusion: FusionName) => Promise<{ model: Parameters<typeof evaluate>[0]; run: TrainingRun }>,
  judged: PostExamples,
): Promise<{ textOnly?: Evaluation; imageOnly?: Evaluation }> {
  if (!options.baselines || run.stoppedBy === 'signal') return {};
  const score = async (fusion: FusionName) => {
    const { model, run: baseline } = await trainModel(fusion);
    return baseline.stoppedBy === 'signal' ? undefined : evaluate(model, judged);
  };
  const textOnly = await score('text-only');
  const imageOnly = textOnly && (await score('image-only'));
  return { ...(textOnly && { textOnly }), ...(imageOnly && { imageOnly }) };
}

try {
  await main(program.parse().opts<Options>());
} catch (error) {
  const interrupted = (error as Error).message === 'interrupted';
  if (!interrupted)
    console.error(`Error: ${process.env.DEBUG ? (error as Error).stack : (error as Error).message}`);
  process.exitCode = interrupted ? 130 : 1;
}
