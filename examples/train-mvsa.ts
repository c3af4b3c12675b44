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
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from 'mvsa-fusion';
import { selectBackend } from 'mvsa-fusion/backend';
import {
  checkSplitClasses,
  createSampleMvsa,
  findDuplicates,
  type MvsaPair,
  openMvsa,
  readSplit,
  type SplitFiles,
  splitPairs,
} from 'mvsa-fusion/data';
import {
  type FusionName,
  fitCompactText,
  joinExamples,
  type PostExamples,
  prepareCompactExamples,
  saveCompactText,
  saveModel,
} from 'mvsa-fusion/models';
import { type ExperimentResult, writeReport, writeResult } from 'mvsa-fusion/report';
import {
  createProgressLine,
  type Evaluation,
  evaluate,
  evaluateProbabilities,
  interruptSignal,
  jsonlLog,
  majorityProbabilities,
  progressBar,
  type TrainingRun,
  tensorBoardLog,
  train,
} from 'mvsa-fusion/training';
import { buildModel } from './train-mvsa/build-model';
import { frozenFeatures } from './train-mvsa/frozen-features';
import { checkFrozenOptions, type Options, program, trainFlags } from './train-mvsa/options';

/** Stages of the run and their seconds, for `result.json`. */
const timing: Record<string, number> = {};
async function timed<T>(stage: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await work();
  timing[stage] = (timing[stage] ?? 0) + (performance.now() - started) / 1000;
  return result;
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
  const checkpoints = join(options.out, 'checkpoints');
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
  const progress = createProgressLine();
  const say = (line: string) => options.quiet || progress.print(line);
  const onProgress = (state: Progress) => options.quiet || progress.update(state);
  const signal = interruptSignal();

  // 1. The data: opened before anything is written.
  const directory = options.data ?? join(options.out, 'sample');
  if (options.sample !== undefined) {
    const { sample: pairs, seed } = options;
    await timed('sample', () => createSampleMvsa(directory, { pairs, seed, onProgress }));
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
      onProgress,
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
    frozenFeatures([...split.train, ...split.validation, ...split.test], options, { signal, onProgress }),
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
        onProgress: (state) => onProgress({ ...state, stage: `prepare ${name}` }),
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
    const { auxiliary, quiet } = options;
    const run = await timed(`train ${fusion}`, () =>
      train(model, trainSet, {
        ...trainFlags(options),
        validation: validationSet,
        auxiliaryLosses: { textLabel: auxiliary, imageLabel: auxiliary },
        seed,
        signal,
        checkpoints: { directory: join(checkpoints, fusion), resume: true },
        callbacks: [
          progressBar({ quiet }),
          jsonlLog(join(options.out, 'logs', `${fusion}.jsonl`)),
          ...(options.tensorboard ? [tensorBoardLog(join(options.out, 'tensorboard', fusion))] : []),
        ],
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
  console.log(
    `\n${signal.aborted ? `Interrupted after ${run.epochs.length} epochs: ` : ''}${testSet ? 'Test' : 'Validation'} of ${judged.size} posts, with 95% intervals`,
  );
  if (fused) console.log(scoreLine(options.fusion, fused));
  if (baselines.textOnly) console.log(scoreLine('text-only', baselines.textOnly));
  if (baselines.imageOnly) console.log(scoreLine('image-only', baselines.imageOnly));
  console.log(scoreLine('majority', majority));
  console.log(`\n${resultPath}\n${reportPath}`);
  if (signal.aborted) {
    console.error(`Interrupted: the same command with --resume goes on from ${checkpoints}.`);
    process.exitCode = 130;
    return;
  }
  // What they were for is done; checkpoints in OUT stand for a run that is not finished.
  await rm(checkpoints, { recursive: true, force: true });
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
