import { defineConfig } from 'tsup';

const folders = [
  'backend',
  'classifier',
  'data',
  'layers',
  'metrics',
  'models',
  'onnx',
  'options',
  'report',
  'safetensors',
  'training',
];

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'cli/index': 'src/cli/index.ts',
    ...Object.fromEntries(folders.map((folder) => [`${folder}/index`, `src/${folder}/index.ts`])),
  },
  format: 'esm',
  target: 'node20',
  platform: 'neutral',
  // One chunk graph for all entries, so that a class exists once however it is imported. The chunk that registers the
  // layers is named by a hash, so package.json's `sideEffects` names them all, and `layers/index.js` for the bare import.
  splitting: true,
  // Maps lines and names of a stack trace; the sources themselves would double the package.
  sourcemap: true,
  esbuildOptions(options) {
    options.sourcesContent = false;
  },
  clean: true,
  // tsup 8.5 hands its dts builder a `baseUrl`, which TypeScript 6 reports as deprecated.
  dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
});
