/**
 * A million predictions through the metrics, and through scikit-learn on the same data in the same run.
 *
 * Every value must equal scikit-learn's, or the benchmark fails. Also alone: npx tsx tools/bench/metrics.ts
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  accuracyScore,
  brierScoreLoss,
  classificationReport,
  cohenKappaScore,
  confusionMatrix,
  confusionMatrixAccumulator,
  expectedCalibrationError,
  f1Score,
  logLoss,
  matthewsCorrcoef,
  mcnemarTest,
  rocAucScore,
} from '../../src/metrics';
import { createRandom } from '../../src/random';

const SAMPLES = 1_000_000;
const CLASSES = 3;
const BATCH = 64;
const ROUNDS = 3;

type Value = number | string | readonly number[];

interface Timed {
  readonly seconds: number;
  readonly value: Value;
}

interface Reference {
  readonly versions: string;
  readonly results: Readonly<Record<string, Timed>>;
}

export async function run(): Promise<void> {
  const data = makeData();
  const reference = await runReference(data);
  console.log(
    `\nmetrics of ${SAMPLES.toLocaleString('en')} samples, ${CLASSES} classes, median of ${ROUNDS}`,
  );
  if (reference) console.log(`beside ${reference.versions}; every value is equal within 1e-9`);
  console.log(`${'ms'.padStart(46)} ${'scikit-learn, ms'.padStart(18)}`);
  for (const [name, work] of Object.entries(tasks(data))) {
    const { seconds, value } = measure(work);
    const other = reference?.results[name];
    if (other) expectEqual(name, value, other.value);
    const theirs = other ? (1000 * other.seconds).toFixed(0) : '-';
    console.log(`${name.padEnd(38)} ${(1000 * seconds).toFixed(0).padStart(7)} ${theirs.padStart(18)}`);
  }
}

type Data = ReturnType<typeof makeData>;

/** Probabilities of a model that is right most of the time, and a second model's labels. */
function makeData() {
  const random = createRandom(7);
  const trueLabels = Int32Array.from({ length: SAMPLES }, () => random.integer(CLASSES));
  const flat = new Float64Array(SAMPLES * CLASSES);
  for (let sample = 0; sample < SAMPLES; sample++) {
    const row = flat.subarray(sample * CLASSES, (sample + 1) * CLASSES);
    for (let column = 0; column < CLASSES; column++) {
      row[column] = random.uniform() ** 2 + (column === trueLabels[sample] ? 0.4 : 0.01);
    }
    const sum = row.reduce((total, value) => total + value, 0);
    for (let column = 0; column < CLASSES; column++) row[column] = (row[column] as number) / sum;
  }
  const probabilities = Array.from({ length: SAMPLES }, (_, sample) =>
    flat.subarray(sample * CLASSES, (sample + 1) * CLASSES),
  );
  const predictedLabels = Int32Array.from(probabilities, (row) => row.indexOf(Math.max(...row)));
  const otherLabels = predictedLabels.map((label, sample) =>
    random.uniform() < 0.01 ? (trueLabels[sample] as number) : label,
  );
  return { trueLabels, predictedLabels, otherLabels, flat, probabilities };
}

/** What is measured; the names of those with a counterpart are the keys in metrics.py. */
function tasks({
  trueLabels,
  predictedLabels,
  otherLabels,
  probabilities,
}: Data): Record<string, () => Value> {
  const numClasses = CLASSES;
  return {
    'accumulator, one update a sample': () => {
      const counted = confusionMatrixAccumulator({ numClasses });
      for (let sample = 0; sample < SAMPLES; sample++) {
        counted.update(trueLabels[sample] as number, predictedLabels[sample] as number);
      }
      return counted.matrix().flat();
    },
    [`accumulator, batches of ${BATCH}`]: () => {
      const counted = confusionMatrixAccumulator({ numClasses });
      for (let start = 0; start < SAMPLES; start += BATCH) {
        const end = start + BATCH;
        counted.update(trueLabels.subarray(start, end), predictedLabels.subarray(start, end));
      }
      return counted.matrix().flat();
    },
    confusionMatrix: () => confusionMatrix(trueLabels, predictedLabels, { numClasses }).flat(),
    accuracyScore: () => accuracyScore(trueLabels, predictedLabels),
    'f1Score, macro': () => f1Score(trueLabels, predictedLabels, { average: 'macro' }),
    classificationReport: () => classificationReport(trueLabels, predictedLabels),
    'cohenKappaScore, quadratic': () =>
      cohenKappaScore(trueLabels, predictedLabels, { weights: 'quadratic' }),
    matthewsCorrcoef: () => matthewsCorrcoef(trueLabels, predictedLabels),
    logLoss: () => logLoss(trueLabels, probabilities),
    brierScoreLoss: () => brierScoreLoss(trueLabels, probabilities),
    'rocAucScore, one-vs-rest': () => rocAucScore(trueLabels, probabilities),
    expectedCalibrationError: () => expectedCalibrationError(trueLabels, probabilities),
    mcnemarTest: () => mcnemarTest(trueLabels, predictedLabels, otherLabels).pValue,
  };
}

function measure(work: () => Value): Timed {
  const seconds: number[] = [];
  let value: Value = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    value = work();
    seconds.push((performance.now() - started) / 1000);
  }
  return { seconds: seconds.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] as number, value };
}

/** scikit-learn's times and values on the same data, or null without a Python that has it. */
async function runReference(data: Data): Promise<Reference | null> {
  const python = process.env.REFERENCE_PYTHON;
  if (!python) {
    console.log(
      'scikit-learn: left out, because REFERENCE_PYTHON is not set (see tools/reference/README.md)',
    );
    return null;
  }
  const folder = await mkdtemp(join(tmpdir(), 'mvsa-bench-'));
  try {
    await writeFile(join(folder, 'true.int32'), data.trueLabels);
    await writeFile(join(folder, 'predicted.int32'), data.predictedLabels);
    await writeFile(join(folder, 'other.int32'), data.otherLabels);
    await writeFile(join(folder, 'probabilities.float64'), data.flat);
    const script = join(import.meta.dirname, 'metrics.py');
    const { stdout } = await promisify(execFile)(python, [script, folder, String(ROUNDS)]);
    return JSON.parse(stdout) as Reference;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function expectEqual(name: string, mine: Value, theirs: Value): void {
  const isEqual =
    typeof mine === 'string' || typeof theirs === 'string'
      ? mine === theirs
      : [mine].flat().length === [theirs].flat().length &&
        [mine].flat().every((value, index) => Math.abs(value - ([theirs].flat()[index] as number)) < 1e-9);
  if (!isEqual) throw new Error(`${name}: ${mine}, but scikit-learn says ${theirs}.`);
}

if (process.argv[1] === import.meta.filename) await run();
