/**
 * Measures the library against its competitors in the same run: npm run bench -- NAME...
 *
 * MVSA_DIR names the real MVSA-Single (without it, made-up data of the same size is used where that makes sense), and
 * REFERENCE_PYTHON a Python with the packages of tools/reference/README.md (without it, the other side is left out, which is said).
 */
import { cpus } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';

const BENCHMARKS = {
  data: ['./data', './images', './metrics'],
  extract: ['./extract'],
  images: ['./images'],
  metrics: ['./metrics'],
  predict: ['./predict'],
  train: ['./train'],
} as const;

/** Options, and the environment variables that do the same. */
const VARIABLES = {
  rounds: 'BENCH_ROUNDS',
  steps: 'BENCH_STEPS',
  memorySteps: 'BENCH_MEMORY_STEPS',
  posts: 'BENCH_POSTS',
} as const;

const names = Object.keys(BENCHMARKS);
const program = new Command('bench')
  .description('Measures the library against its competitors, in the same run.')
  .argument('<name...>', `what to measure: ${names.join(', ')}`)
  .option('--rounds <count>', 'extract, predict, train: how often all take their turn', wholeNumber)
  .option('--steps <count>', 'train: timed passes over the batches in each turn', wholeNumber)
  .option('--posts <count>', 'predict: how many posts', wholeNumber)
  .option('--memory-steps <count>', 'train: steps of the memory check', wholeNumber)
  .addHelpText(
    'after',
    '\nMVSA_DIR: the folder of MVSA-Single. REFERENCE_PYTHON: a Python with the packages of tools/reference/README.md.',
  )
  .parse();

for (const name of program.args) {
  if (!names.includes(name)) program.error(`${name}: expected one of ${names.join(', ')}.`);
}
// Benchmarks read them when they are loaded.
for (const [option, variable] of Object.entries(VARIABLES)) {
  const value = program.opts()[option];
  if (value !== undefined) process.env[variable] = value;
}
console.log(`${cpus().length} cores, ${cpus()[0]?.model}, Node ${process.versions.node}`);
for (const name of program.args) {
  for (const file of BENCHMARKS[name as keyof typeof BENCHMARKS]) {
    const { run } = (await import(file)) as { run(): Promise<void> };
    await run();
  }
}

function wholeNumber(text: string): string {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('Expected a whole number of at least 1.');
  return text;
}
