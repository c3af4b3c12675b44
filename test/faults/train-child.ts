/**
 * A training run in a process of its own, to be killed: `train-child.ts DIRECTORY BACKEND`.
 *
 * Prints `step N` after each step, and at the end one line of JSON with a hash of the weights.
 */
import { type BackendName, selectBackend } from '../../src/backend';
import { interruptSignal, train } from '../../src/training';
import { hashOfWeights, toyAttentionModel, toyExamples } from '../support/toy-training';

const [directory, backend] = process.argv.slice(2) as [string, BackendName];
await selectBackend({ backend });
const model = toyAttentionModel(7);
const signal = interruptSignal();
const run = await train(model, toyExamples(300, 1), {
  validation: toyExamples(90, 2),
  epochs: 6,
  seed: 3,
  batchSize: 20,
  accumulationSteps: 2,
  weightDecay: 0.01,
  schedule: { kind: 'cosine', warmupShare: 0.2 },
  clipNorm: 1,
  // "-" runs straight through.
  ...(directory !== '-' && { checkpoints: { directory, resume: true, everySteps: 3 } }),
  callbacks: [{ onStepEnd: ({ globalStep }) => void process.stdout.write(`step ${globalStep}\n`) }],
  signal,
});
const epochs = run.epochs.map(({ seconds, ...log }) => log);
process.stdout.write(`${JSON.stringify({ weights: hashOfWeights(model), ...run, epochs })}\n`);
if (signal.aborted) process.exitCode = 130;
