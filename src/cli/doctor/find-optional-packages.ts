import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OptionalPackage } from './diagnosis';
import { resolvePackage } from './resolve-package';

const PURPOSES = {
  '@tensorflow/tfjs-node': 'training in native code',
  '@tensorflow/tfjs-node-gpu': 'training on an NVIDIA GPU with CUDA 11.2',
  '@huggingface/transformers': 'BERT and ResNet50 as frozen extractors',
  '@xenova/transformers': 'the same on older models (one of the two is enough)',
  sharp: 'decoding images',
  vega: 'charts in reports',
} as const;

/** Every optional package, with the version that this package would load. */
export function findOptionalPackages(
  own: string = dirname(fileURLToPath(import.meta.url)),
): OptionalPackage[] {
  return Object.entries(PURPOSES).map(([name, purpose]) => ({
    name,
    version: resolvePackage(name, own)?.version ?? null,
    purpose,
  }));
}
