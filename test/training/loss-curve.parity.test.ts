import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { openSafetensors } from '../../src/files/safetensors';
import fixture from '../fixtures/training.json';
import { eachBackend, useBackend } from '../support/use-backend';
import { draw, type Recipe } from './draw';
import { type ReferenceCurve, replayCurve, type Values } from './replay-curve';

const { LARGE, REFERENCE_PYTHON: python } = process.env;
const script = resolve(import.meta.dirname, '../../tools/reference/training.py');

function smallCurve(): ReferenceCurve {
  const { curve } = fixture;
  const drawn = (recipe: Recipe): Values => ({ shape: recipe.shape, data: draw(recipe) });
  return {
    ...curve,
    ...curve.data,
    weights: Object.fromEntries(curve.weights.map((recipe) => [recipe.name, drawn(recipe)])),
    tokens: drawn(curve.data.tokens),
    regions: drawn(curve.data.regions),
  };
}

async function fullCurve(): Promise<ReferenceCurve> {
  const folder = await mkdtemp(join(tmpdir(), 'mvsa-fusion-'));
  try {
    execFileSync(python as string, [script, '--full', folder], { stdio: 'ignore' });
    const file = await openSafetensors(join(folder, 'head.safetensors'));
    const tensors: Record<string, Values> = {};
    for (const [name, { shape }] of Object.entries(file.tensors)) {
      tensors[name] = { shape, data: (await file.read(name)) as Float32Array };
    }
    await file.close();
    const { tokens, regions, ...weights } = tensors as Record<'tokens' | 'regions', Values>;
    return {
      ...JSON.parse(await readFile(join(folder, 'curve.json'), 'utf8')),
      tokens,
      regions,
      weights,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe.each(eachBackend('cpu', 'wasm'))('AdamW, warm-up, cosine and clipping on %s', (backend) => {
  useBackend(backend);

  test('the loss of every one of 200 steps is that of torch', { timeout: 120_000 }, async () => {
    const before = tf.memory().numTensors;
    const difference = await replayCurve(smallCurve());
    console.info(`${backend}: ${JSON.stringify(difference)}`);
    expect(difference.loss).toBeLessThan(1e-5);
    expect(difference.norm).toBeLessThan(1e-5);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('a different run is told apart', () => {
  useBackend();

  test.each([
    ['another decay', (curve: ReferenceCurve) => ({ sizes: { ...curve.sizes, weight_decay: 0.1 } })],
    ['another limit of the norm', (curve: ReferenceCurve) => ({ sizes: { ...curve.sizes, max_norm: 2 } })],
    ['a shorter warm-up', (curve: ReferenceCurve) => ({ sizes: { ...curve.sizes, warmup_steps: 19 } })],
    ['one post in another place', (curve: ReferenceCurve) => ({ batches: swapped(curve.batches) })],
  ])('%s', { timeout: 120_000 }, async (_name, change) => {
    const curve = smallCurve();
    expect((await replayCurve({ ...curve, ...change(curve) })).loss).toBeGreaterThan(1e-3);
  });
});

describe.skipIf(!LARGE || !python)('full width (LARGE=1 and REFERENCE_PYTHON, a Python with torch)', () => {
  useBackend();

  test('986k weights, batch 32, 49 regions, 64 tokens: 200 steps', { timeout: 1_800_000 }, async () => {
    const curve = await fullCurve();
    const started = performance.now();
    const difference = await replayCurve(curve);
    const seconds = (performance.now() - started) / 1000;
    console.info(`full width: ${JSON.stringify(difference)}, ${(seconds * 5).toFixed(0)} ms a step`);
    expect(difference.earlyLoss).toBeLessThan(1e-4);
    expect(difference.loss).toBeLessThan(1e-3);
  });
});

/** The batches with a post of the first and one of the second exchanged. */
function swapped([first = [], second = [], ...rest]: ReferenceCurve['batches']): ReferenceCurve['batches'] {
  return [[second[0] as number, ...first.slice(1)], [first[0] as number, ...second.slice(1)], ...rest];
}
