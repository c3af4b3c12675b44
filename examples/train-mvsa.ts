/**
 * Trains an image + text sentiment model on MVSA, or on a sample data set that needs no download, and reports how
 * good it is.
 *
 *   node --import tsx examples/train-mvsa.ts --data ./MVSA_Single --split clmlf-fold-1    about 2 minutes on two cores
 *   node --import tsx examples/train-mvsa.ts --sample 8000 --baselines --out runs/demo    the same as `npm run demo`
 *   node --import tsx examples/train-mvsa.ts --data ./MVSA_Single --text-model Xenova/bert-base-uncased \
 *     --image-model microsoft/resnet-50      frozen models, as in the article; their features are computed once
 *
 * Expected on the sample: test accuracy about 0.96, where no model can pass 0.969; text or image alone reach 0.80.
 * Writes OUT/result.json, OUT/report.html and OUT/model; docs/results.md shows what the runs gave.
 */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { selectBackend } from 'mvsa-fusion/backend';
import type { MvsaPair } from 'mvsa-fusion/data';
import { type FusionName, saveCompactText, saveModel } from 'mvsa-fusion/models';
import { type ExperimentResult, writeReport, writeResult } from 'mvsa-fusion/report';
import {
  type Evaluation,
  evaluate,
  evaluateProbabilities,
  jsonlLog,
  majorityProbabilities,
  progressBar,
  type TrainingRun,
  tensorBoardLog,
  train,
} from 'mvsa-fusion/training';
import { buildModel } from './train-mvsa/build-model';
import { type FrozenFeatures, frozenFeatures } from './train-mvsa/frozen-features';
import { openData } from './train-mvsa/open-data';
import { checkOptions, checkpointsOf, type Options, program, trainFlags } from './train-mvsa/options';
import { type PreparedSplit, prepareExamples } from './train-mvsa/prepare-examples';
import { type Run, startRun } from './train-mvsa/run';

async function main(options: Options): Promise<void> {
  checkOptions(options);
  const run = startRun(options.quiet);
  const { say, timed, signal, timing } = run;

  // 1. The data: opened before anything is written.
  const { directory, dataset, split } = await openData(options, run);
  const { kept, dropped, encoding } = dataset.summary();
  const { train: forTraining, validation, test } = split;
  say(`data      ${directory}: ${kept} posts kept, ${dropped} dropped (${options.labelRule}), ${encoding}`);
  say(`split     ${forTraining.length} train, ${validation.length} validation, ${test.length} test`);
  const { backend, summary } = await timed('backend', () =>
    selectBackend(options.backend ? { backend: options.backend } : {}),
  );
  say(`backend   ${summary}`);

  // 2. The examples: features of frozen models, all posts at once; else texts to hashed n-grams, images to pixels.
  const frozen = await timed('features', () =>
    frozenFeatures([...forTraining, ...validation, ...test], options, run),
  );
  const examples = await prepareExamples(split, frozen, options.imageSize, run);
  const judged = examples.test ?? examples.validation;
  const skipped = [...dataset.skipped, ...examples.unreadable];
  if (skipped.length > 0)
    say(`skipped   ${skipped.length} posts with missing or damaged files; result.json lists them`);

  // 3. Training.
  const { model, trained } = await trainModel(options.fusion, examples, frozen, options, run);
  const extractors = await saveClassifier(model, examples, frozen, join(options.out, 'model'));

  // 4. The result: written before the baselines train, so that an interruption loses nothing.
  const { label } = examples.train.labels;
  const majority = evaluateProbabilities(judged.labels.label, majorityProbabilities(label, judged.size));
  const result: ExperimentResult = {
    dataset: {
      name: directory,
      variant: options.sample ? 'sample' : dataset.variant,
      labelRule: dataset.labelRule,
      encoding,
      splits: {
        train: countClasses(examples.train.pairs),
        validation: countClasses(examples.validation.pairs),
        test: examples.test && countClasses(examples.test.pairs),
      },
      dropped,
      skipped,
    },
    config: { ...options, extractors },
    backend: { backend, summary },
    epochs: trained.epochs,
    bestEpoch: trained.bestEpoch,
    stoppedBy: trained.stoppedBy,
    validation: trained.validation,
    test: examples.test && (await evaluate(model, examples.test)),
    baselines: { majority },
    timing,
  };
  await writeResult(options.out, result);
  const more = trained.stoppedBy === 'signal' ? {} : await trainBaselines(examples, frozen, options, run);
  const complete = { ...result, baselines: { majority, ...more } };
  const files = [await writeResult(options.out, complete), await writeReport(options.out, complete)];
  await frozen?.close();

  printScores(
    complete,
    options.fusion,
    `${examples.test ? 'Test' : 'Validation'} of ${judged.size} posts`,
    signal,
  );
  console.log(`\n${files.join('\n')}`);
  if (signal.aborted) {
    console.error(`Interrupted: the same command with --resume goes on from ${checkpointsOf(options)}.`);
    process.exitCode = 130;
    return;
  }
  // What they were for is done; checkpoints in OUT stand for a run that is not finished.
  await rm(checkpointsOf(options), { recursive: true, force: true });
}

/** Builds a model and trains it, or goes on with it from its checkpoints. */
async function trainModel(
  fusion: FusionName,
  examples: PreparedSplit,
  frozen: FrozenFeatures | null,
  options: Options,
  { say, timed, signal }: Run,
) {
  const { auxiliary, quiet, seed, out } = options;
  const model = buildModel(fusion, examples.compactText, frozen, options);
  say(`\n${fusion}: ${model.countParams().toLocaleString('en')} weights`);
  const trained: TrainingRun = await timed(`train ${fusion}`, () =>
    train(model, examples.train, {
      ...trainFlags(options),
      validation: examples.validation,
      auxiliaryLosses: { textLabel: auxiliary, imageLabel: auxiliary },
      seed,
      signal,
      checkpoints: { directory: join(checkpointsOf(options), fusion), resume: true },
      callbacks: [
        progressBar({ quiet }),
        jsonlLog(join(out, 'logs', `${fusion}.jsonl`)),
        ...(options.tensorboard ? [tensorBoardLog(join(out, 'tensorboard', fusion))] : []),
      ],
    }),
  );
  return { model, trained };
}

/** Saves the model and what its inputs are made with; the frozen models are not copied, the file says which they are. */
async function saveClassifier(
  model: LayersModel,
  { compactText }: PreparedSplit,
  frozen: FrozenFeatures | null,
  directory: string,
) {
  // Null stands for a compact stream.
  const extractors = { text: frozen?.text ?? null, image: frozen?.image ?? null };
  await saveModel(model, directory);
  if (!frozen?.text) await saveCompactText(compactText, directory);
  await writeFile(join(directory, 'extractors.json'), `${JSON.stringify(extractors, null, 2)}\n`);
  return extractors;
}

/** Text-only and image-only models on the same posts, if they are asked for; none after an interruption. */
async function trainBaselines(
  examples: PreparedSplit,
  frozen: FrozenFeatures | null,
  options: Options,
  run: Run,
): Promise<{ textOnly?: Evaluation; imageOnly?: Evaluation }> {
  if (!options.baselines) return {};
  const score = async (fusion: FusionName) => {
    const { model, trained } = await trainModel(fusion, examples, frozen, options, run);
    if (trained.stoppedBy === 'signal') return undefined;
    return evaluate(model, examples.test ?? examples.validation);
  };
  const textOnly = await score('text-only');
  const imageOnly = textOnly && (await score('image-only'));
  return { ...(textOnly && { textOnly }), ...(imageOnly && { imageOnly }) };
}

function countClasses(pairs: readonly MvsaPair[]) {
  const count = (label: MvsaPair['label']) => pairs.filter((pair) => pair.label === label).length;
  return { positive: count('positive'), neutral: count('neutral'), negative: count('negative') };
}

function printScores(
  { test, validation, epochs, baselines }: ExperimentResult,
  fusion: FusionName,
  judged: string,
  { aborted }: AbortSignal,
): void {
  const interrupted = aborted ? `Interrupted after ${epochs.length} epochs: ` : '';
  console.log(`\n${interrupted}${judged}, with 95% intervals`);
  const points = (value: number) => value.toFixed(3);
  const { textOnly, imageOnly, majority } = baselines;
  const scores = [
    [fusion, test ?? validation],
    ['text-only', textOnly],
    ['image-only', imageOnly],
    ['majority', majority],
  ] as const;
  for (const [name, score] of scores) {
    if (!score) continue;
    const { accuracy, macroF1, ci95 } = score;
    console.log(
      `${name.padEnd(14)} accuracy ${points(accuracy)} [${ci95.accuracy.map(points).join(', ')}]  ` +
        `macro-F1 ${points(macroF1)} [${ci95.macroF1.map(points).join(', ')}]`,
    );
  }
}

try {
  await main(program.parse().opts<Options>());
} catch (error) {
  const interrupted = (error as Error).message === 'interrupted';
  if (!interrupted)
    console.error(`Error: ${process.env.DEBUG ? (error as Error).stack : (error as Error).message}`);
  process.exitCode = interrupted ? 130 : 1;
}
