import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WritableTensor } from '../../../src/files/safetensors';
import { fixtures, type Packed } from '../extractors/onnx/run-onnx';

type NamedShape = readonly [name: string, shape: readonly number[]];

/** What the reference script knows of ResNet-50: names, and outputs for weights of noise. */
export const resnet50 = JSON.parse(readFileSync(join(fixtures, 'resnet50.json'), 'utf8')) as {
  readonly names: {
    readonly torchvision: readonly NamedShape[];
    readonly huggingface: readonly NamedShape[];
  };
  readonly cases: readonly {
    readonly size: readonly [batch: number, height: number, width: number];
    readonly gridShape: readonly number[];
    readonly gridStep: number;
    readonly pooledStep: number;
    readonly grid: Packed;
    readonly pooled: Packed;
  }[];
};

/** The same numbers as `noise` of tools/reference/onnx_models.py. */
export function murmurNoise(stream: number, count: number): Float32Array {
  const offset = Math.imul(stream, 0x9e3779b1);
  return Float32Array.from({ length: count }, (_, index) => {
    let x = (index + offset) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    return ((x ^ (x >>> 16)) >>> 8) / 2 ** 23 - 1;
  });
}

/** The same weights as `fill_resnet` of that script, under torchvision's names. */
export function noiseResNet50(): Record<string, WritableTensor> {
  const tensors = resnet50.names.torchvision.map(([name, shape], stream) => {
    if (shape.length === 0) return [name, { shape, data: new BigInt64Array(1) }] as const;
    const data = murmurNoise(
      stream,
      shape.reduce((product, size) => product * size, 1),
    );
    const bound = Math.fround(Math.sqrt(6 / shape.slice(1).reduce((product, size) => product * size, 1)));
    const map = (change: (value: number) => number) => ({ shape, data: data.map(change) });
    if (shape.length === 4) return [name, map((value) => value * bound)] as const;
    if (name.endsWith('running_var')) return [name, map((value) => 1 + value / 2)] as const;
    if (name.endsWith('.bn3.weight')) return [name, map((value) => (1 + value / 2) / 4)] as const;
    if (name.endsWith('weight') && shape.length === 1) return [name, map((value) => 1 + value / 2)] as const;
    return [name, map((value) => value / 4)] as const;
  });
  return Object.fromEntries(tensors);
}

/** Torchvision's name of a tensor as Hugging Face has it, written down apart from the library. */
export function huggingFaceName(name: string): string {
  return name
    .replace(/^conv1\./, 'resnet.embedder.embedder.convolution.')
    .replace(/^bn1\./, 'resnet.embedder.embedder.normalization.')
    .replace(/^fc\./, 'classifier.1.')
    .replace(/^layer(\d)\.(\d)\./, (_, stage, block) => `resnet.encoder.stages.${stage - 1}.layers.${block}.`)
    .replace(/\.conv(\d)\./, (_, part) => `.layer.${part - 1}.convolution.`)
    .replace(/\.bn(\d)\./, (_, part) => `.layer.${part - 1}.normalization.`)
    .replace('.downsample.0.', '.shortcut.convolution.')
    .replace('.downsample.1.', '.shortcut.normalization.');
}
