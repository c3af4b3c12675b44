import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { imageExtractor } from '../../../src/models/extractors/image-extractor';
import { missingForModels, modelFolder, testReferenceFeatures } from './reference-features';

testReferenceFeatures('huggingface');

const LITE1 = 'efficientnet-lite1';
const missing = missingForModels([LITE1]);
const why = missing.length > 0 ? ` (skipped, it needs ${missing.join('; ')})` : '';
describe.skipIf(missing.length > 0)(`EfficientNet-Lite1 of tools/offline-models${why}`, () => {
  it('runs at its own 240 x 240', async () => {
    const cacheDir = await mkdtemp(join(tmpdir(), 'mvsa-fusion-'));
    onTestFinished(() => rm(cacheDir, { recursive: true, force: true }));
    const image = await imageExtractor(modelFolder(LITE1), { cacheDir });
    expect(image).toMatchObject({
      grid: [8, 8],
      dim: 1280,
      transform: { resize: 272, crop: [240, 240] },
    });
    const pixels = Uint8Array.from({ length: 240 * 240 * 3 }, (_, at) => (at * at) % 251);
    const [features] = await image.run([pixels]);
    await image.dispose();
    const { regions, pooled } = features as NonNullable<typeof features>;
    expect(regions.length).toBe(64 * 1280);
    // The pooled vector is the mean over regions, and the features say something.
    for (const channel of [0, 641, 1279]) {
      let sum = 0;
      for (let place = 0; place < 64; place++) sum += regions[place * 1280 + channel] as number;
      expect(pooled[channel]).toBeCloseTo(sum / 64, 5);
    }
    expect(pooled.some((value) => Math.abs(value) > 0.1)).toBe(true);
    expect(regions.every(Number.isFinite)).toBe(true);
  });
});
