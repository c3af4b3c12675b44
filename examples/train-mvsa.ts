/**
 * Trains an image + text sentiment model on MVSA, on posts of your own, or on a sample that needs no download, and reports how good it is.
 *
 *   node --import tsx examples/train-mvsa.ts --data ./MVSA_Single --split clmlf-fold-1    about 2 minutes on two cores
 *   node --import tsx examples/train-mvsa.ts --data ./posts.csv --out runs/mine           columns text, image, label
 *   node --import tsx examples/train-mvsa.ts --sample 8000 --baselines --out runs/demo    the same as `npm run demo`
 *   node --import tsx examples/train-mvsa.ts --data ./MVSA_Single --text-model Xenova/bert-base-uncased \
 *     --image-model microsoft/resnet-50      frozen models, as in the article; their features are computed once
 *
 * Expected on the sample: test accuracy about 0.96, where no model can pass 0.969; text or image alone reach 0.80.
 * Writes OUT/result.json, OUT/report.html and OUT/model; docs/results.md shows what the runs gave. `npx mvsa-fusion train` is this program.
 */
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { BACKEND_NAMES, type BackendName, selectBackend } from 'mvsa-fusion/backend';
import { CLASSIFIER_OPTIONS, prepareTraining, SentimentClassifier } from 'mvsa-fusion/classifier';
import { openTrainingData, type SkippedPost, TRAINING_DATA_OPTIONS } from 'mvsa-fusion/data';
import { type FusionName, openStreams, STREAM_OPTIONS } from 'mvsa-fusion/models';
import { addFlags } from 'mvsa-fusion/options';
import { formatScores, makeExperimentResult, writeReport, writeResult } from 'mvsa-fusion/report';
import { openRunFolder, RUN_FOLDER_OPTIONS } from 'mvsa-fusion/training';

// The command line. Flags that are options of the library have its help, checks and defaults.
export const program = new Command('train-mvsa').description(
  'Trains an image + text sentiment model on MVSA, or on posts of your own, and reports how good it is.',
);
const dataFlags = addFlags(program, TRAINING_DATA_OPTIONS);
const streamFlags = addFlags(program, STREAM_OPTIONS, { defaults: { cache: join('.cache', 'features') } });
const trainFlags = addFlags(program, CLASSIFIER_OPTIONS, { defaults: { seed: 7 } });
const runFlags = addFlags(program, RUN_FOLDER_OPTIONS);
program
  .option(
    '--auxiliary <weight>',
    "weight of the losses on the text's and the image's own label; 0: none",
    weight,
    0.5,
  )
  .option('--baselines', 'also train text-only and image-only models', false)
  .addOption(
    new Option('--backend <name>', 'TensorFlow.js backend (default: the fastest that works)').choices(
      BACKEND_NAMES,
    ),
  )
  .option('--out <dir>', 'where to write', 'runs/mvsa')
  .addHelpText(
    'after',
    '\nCtrl-C stops after the current step and writes what there is; --resume goes on from there, bit for bit. Features computed so far ' +
      'stay in the cache. OUT/model is a classifier for `mvsa-fusion predict` and SentimentClassifier.load; OUT/logs holds a line of JSON ' +
      'for each step. Exit code 1: an error; 130: interrupted.',
  )
  .configureHelp({ helpWidth: 110 })
  .action(main);

function weight(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= 0 && value < Infinity) return value;
  throw new InvalidArgumentError('Expected a number of at least 0.');
}

async function main(flags: { out: string; auxiliary: number; baselines: boolean; backend?: BackendName }) {
  const { out, auxiliary, baselines } = flags;
  const run = openRunFolder(out, runFlags(flags));
  const { say, timed, signal, onProgress } = run;
  const training = trainFlags(flags);

  // 1. The streams: frozen models, where some are named, are opened before anything is written.
  const streams = await openStreams({ ...streamFlags(flags), signal, onProgress });

  // 2. The data, and the backend.
  const sampleDirectory = join(out, 'sample');
  const { seed = 7 } = training;
  const data = await timed('open', () =>
    openTrainingData({ ...dataFlags(flags), sampleDirectory, seed, signal, onProgress }),
  );
  const { train, validation, test } = data.split;
  say(`data      ${data.name}: ${data.summary}`);
  say(`split     ${train.length} train, ${validation.length} validation, ${test.length} test`);
  const backend = await timed('backend', () =>
    selectBackend(flags.backend ? { backend: flags.backend } : {}),
  );
  say(`backend   ${backend.summary}`);

  // 3. The examples: texts and images go through their streams, once for all models.
  const { classNames } = data;
  const posts = {
    ...streams,
    classNames,
    validation,
    unreadable: 'skip',
    signal,
    onProgress,
  } as const;
  const prepared = await timed('prepare', () => prepareTraining(train, { ...training, ...posts }));

  // 4. Training, and the classifier in OUT/model.
  const auxiliaryLosses = { textLabel: auxiliary, imageLabel: auxiliary };
  const trainOne = (fusion: FusionName) => {
    say(`\n${fusion}`);
    const options = { ...training, fusion, auxiliaryLosses, ...run.trainOptions(fusion) };
    return timed(`train ${fusion}`, () => SentimentClassifier.train(prepared, options));
  };
  const unreadable = new Map<string, SkippedPost>();
  const score = async (classifier: SentimentClassifier) => {
    if (test.length === 0) return classifier.run?.validation ?? null;
    const onSkip = (id: string, reason: string) => unreadable.set(id, { id, reason });
    return timed('evaluate', () => classifier.evaluate(test, { unreadable: 'skip', onSkip, onProgress }));
  };
  const fusion = training.fusion as FusionName;
  const classifier = await trainOne(fusion);
  await classifier.save(join(out, 'model'));

  // 5. The result: written before the baselines train, so that an interruption loses nothing.
  const scores = await score(classifier);
  const result = (alone = {}) =>
    makeExperimentResult({
      ...{ data, prepared, classifier, backend, baselines: alone, timing: run.timing, config: { ...flags } },
      ...{ test: test.length > 0 ? scores : null, testUnreadable: [...unreadable.values()] },
    });
  await writeResult(out, result());
  const alone: Record<string, unknown> = {};
  for (const [key, name] of [
    ['textOnly', 'text-only'],
    ['imageOnly', 'image-only'],
  ] as const) {
    if (!baselines || signal.aborted) break;
    const baseline = await trainOne(name);
    if (baseline.run?.stoppedBy !== 'signal') alone[key] = await score(baseline);
  }
  await prepared.close();
  const files = [await writeResult(out, result(alone)), await writeReport(out, result(alone))];

  const judged = `${test.length > 0 ? 'Test' : 'Validation'} of ${(test.length || validation.length) - unreadable.size} posts`;
  const interrupted = signal.aborted ? `Interrupted after ${classifier.run?.epochs.length} epochs: ` : '';
  console.log(
    `\n${interrupted}${judged}, with 95% intervals\n${formatScores(result(alone), fusion).join('\n')}`,
  );
  console.log(`\n${[...files, join(out, 'model')].join('\n')}`);
  if (!signal.aborted) return run.finish();
  console.error(`Interrupted: the same command with --resume goes on from ${run.checkpoints}.`);
  process.exitCode = 130;
}

// `npx mvsa-fusion train` brings its own way of starting and of telling errors.
if (/train-mvsa\.[mc]?[jt]s$/.test(process.argv[1] ?? '')) {
  await program.parseAsync().catch((error: Error) => {
    const isInterrupted = error.message === 'interrupted';
    if (!isInterrupted) console.error(`Error: ${process.env.DEBUG ? error.stack : error.message}`);
    process.exitCode = isInterrupted ? 130 : 1;
  });
}
