import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = fileURLToPath(new URL('./src', import.meta.url));

// Files that need a process of their own: one that holds a single ONNX Runtime, whose backends they choose and break,
// whose modules they replace. The others take turns in two processes, which load TensorFlow.js and the library once.
const alone = [
  'test/{backend,cli,docs,examples,faults,package,tools}/**/*.test.ts',
  'test/classifier/find-frozen-streams.test.ts',
  'test/models/extractors/**/*.test.ts',
  'test/report/report-without-vega.test.ts',
  'test/training/interrupt-signal.test.ts',
];

export default defineConfig({
  resolve: {
    alias: [
      { find: /^mvsa-fusion\/(\w+)$/, replacement: `${source}/$1/index.ts` },
      { find: /^mvsa-fusion$/, replacement: `${source}/index.ts` },
    ],
  },
  test: {
    // Many tests wait for processes and disks: two files at a time fill two cores.
    maxWorkers: 2,
    testTimeout: 120_000,
    // Projects do not hear of --hookTimeout. Models with real weights and full-size networks take their time.
    hookTimeout: process.env.MODELS || process.env.LARGE ? 900_000 : 180_000,
    // In the order of their names: the long files first, so that both workers end together.
    projects: [
      { extends: true, test: { name: 'alone', include: alone } },
      {
        extends: true,
        test: { name: 'shared', include: ['test/**/*.test.ts'], exclude: alone, isolate: false },
      },
    ],
  },
});
