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
import { Command, InvalidArgumentError } from 'commander';
import { BACKEND_OPTIONS, selectBackend } from 'mvsa-fusion/backend';
import { CLASSIFIER_OPTIONS, prepareTraining, SentimentClassifier } from 'mvsa-fusion/classifier';
import {
  type LabelledPost,
  openTrainingData,
  type SkippedPost,
  TRAINING_DATA_OPTIONS,
  writeSplit,
} from 'mvsa-fusion/data';
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
const backendFlags = addFlags(program, BACKEND_OPTIONS);
program
  .option(
    '--auxiliary <weight>',
    "weight of the losses on text's and image's own label; 0: none",
    weight,
    0.5,
  )
  .option('--baselines', 'also train text-only and image-only models', false)
  .option('--out <dir>', 'where to write', 'runs/mvsa')
  .addHelpText(
    'after',
    '\nCtrl-C stops after the current step and writes what there is; --resume goes on from there, bit for bit. Features computed so far ' +
      'stay in the cache. What an earlier run left in OUT is replaced. OUT/splits holds the ids of each part; OUT/model is a classifier for `mvsa-fusion predict` and SentimentClassifier.load; OUT/logs holds a line of JSON ' +
      'for each step. Exit code 1: an error; 130: interrupted.',
  )
  .configureHelp({ helpWidth: 110 })
  .action(main);

function weight(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= 0 && value < Infinity) return value;
  throw new InvalidArgumentError('Expected a number of at least 0.');
}

async function main(flags: { out: string; auxiliary: number; baselines: boolean }) {
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
  await writeSplit(out, 'run', data.split, { overwrite: true });
  const backend = await timed('backend', () => selectBackend(backendFlags(flags)));
  say(`backend   ${backend.summary}`);

  // 3. The examples: texts and images go through their streams, once for all models.
  const { classNames } = data;
  const posts = { ...streams, classNames, validation, unreadable: 'skip', signal, onProgress } as const;
  const prepared = await timed('prepare', () => prepareTraining(train, { ...training, ...posts }));

  // 4. Training, and the classifier in OUT/model.
  const auxiliaryLosses = { textLabel: auxiliary, imageLabel: auxiliary };
  const trainOne = (fusion: FusionName) => {
    say(`\n${fusion}`);
    const options = { ...training, fusion, auxiliaryLosses, ...run.trainOptions(fusion) };
    return timed(`train ${fusion}`, () => SentimentClassifier.train(prepared, options));
  };
  const fusion = training.fusion as FusionName;
  const classifier = await trainOne(fusion);
  await classifier.save(join(out, 'model'));

  // 5. The result: written before the baselines train, so that an interruption loses nothing.
  const told = { data, prepared, classifier, backend, timing: run.timing, config: { ...flags } };
  const parts = { ...told, ...(await judge(classifier, test)) };
  await writeResult(out, makeExperimentResult(parts));
  const baseline = async (name: FusionName) => {
    if (!baselines || signal.aborted) return undefined;
    const alone = await trainOne(name);
    if (alone.run?.stoppedBy === 'signal') return undefined;
    return (await judge(alone, test)).test ?? alone.run?.validation ?? undefined;
  };
  const [textOnly, imageOnly] = [await baseline('text-only'), await baseline('image-only')];
  await prepared.close();
  const result = makeExperimentResult({ ...parts, baselines: { textOnly, imageOnly } });
  const files = [await writeResult(out, result), await writeReport(out, result), join(out, 'model')];

  console.log(`\n${formatScores(result, fusion).join('\n')}\n\n${files.join('\n')}`);
  if (!signal.aborted) return run.finish();
  console.error(`Interrupted: the same command with --resume goes on from ${run.checkpoints}.`);
  process.exitCode = 130;
}

/** Scores on the test posts, without those that cannot be read; null when the split has none. */
async function judge(classifier: SentimentClassifier, posts: readonly LabelledPost[]) {
  const testUnreadable: SkippedPost[] = [];
  const onSkip = (id: string, reason: string) => testUnreadable.push({ id, reason });
  const test = posts.length > 0 ? await classifier.evaluate(posts, { unreadable: 'skip', onSkip }) : null;
  return { test, testUnreadable };
}

// `npx mvsa-fusion train` brings its own way of starting and of telling errors.
if (/train-mvsa\.[mc]?[jt]s$/.test(process.argv[1] ?? '')) {
  await program.parseAsync().catch((error: Error) => {
    const isInterrupted = error.message === 'interrupted';
    if (!isInterrupted) console.error(`Error: ${process.env.DEBUG ? error.stack : error.message}`);
    process.exitCode = isInterrupted ? 130 : 1;
  });
}
