import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = fileURLToPath(new URL('./src', import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^mvsa-fusion\/(\w+)$/, replacement: `${source}/$1/index.ts` },
      { find: /^mvsa-fusion$/, replacement: `${source}/index.ts` },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    // Many tests wait for processes and disks: two files at a time fill two cores.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
