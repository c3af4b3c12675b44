/**
 * Measures the library against its competitors in the same run: npm run bench -- NAME...
 *
 * MVSA_DIR names the real MVSA-Single (without it, made-up data of the same size is used where that makes sense), and
 * REFERENCE_PYTHON a Python with the packages of tools/reference/README.md (without it, the other side is left out, which is said).
 */
import { cpus } from 'node:os';
import { Command } from 'commander';

const BENCHMARKS = {
  data: ['./data', './images', './metrics'],
  extract: ['./extract'],
  images: ['./images'],
  metrics: ['./metrics'],
} as const;

const names = Object.keys(BENCHMARKS);
const program = new Command('bench')
  .description('Measures the library against its competitors, in the same run.')
  .argument('<name...>', `what to measure: ${names.join(', ')}`)
  .addHelpText(
    'after',
    '\nMVSA_DIR: the folder of MVSA-Single. REFERENCE_PYTHON: a Python with the packages of tools/reference/README.md.',
  )
  .parse();

for (const name of program.args) {
  if (!names.includes(name)) program.error(`${name}: expected one of ${names.join(', ')}.`);
}
console.log(`${cpus().length} cores, ${cpus()[0]?.model}, Node ${process.versions.node}`);
for (const name of program.args) {
  for (const file of BENCHMARKS[name as keyof typeof BENCHMARKS]) {
    const { run } = (await import(file)) as { run(): Promise<void> };
    await run();
  }
}
