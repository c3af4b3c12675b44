import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { decodeImage, type MvsaPair, normalizeText, openMvsa } from '../../../src/data';
import { openSafetensors, type SafetensorsFile } from '../../../src/files/safetensors';
import { extractFeatures } from '../../../src/models/extractors/extract-features';
import type { ImageExtractor } from '../../../src/models/extractors/feature-extractor';
import { imageExtractor } from '../../../src/models/extractors/image-extractor';
import { resNet50Extractor } from '../../../src/models/extractors/resnet50-extractor';
import type { TransformersName } from '../../../src/models/extractors/runtime/transformers-package';
import { bertExtractor, textExtractor } from '../../../src/models/extractors/text-extractor';
import { createRandom } from '../../../src/random';
import { maxDifference } from '../../support/max-difference';
import { useBackend } from '../../support/use-backend';

const ROOT = join(import.meta.dirname, '../../..');
const { MODELS, MVSA_DIR, REFERENCE_PYTHON } = process.env;
const POSTS = 50;
const BATCH = 8;
const TOLERANCE = 1e-4;
/** Of a stored number: this share of it; below 0.1, where float32 itself is off by more than a share, what is allowed before storage. */
const STORED = { relative: 1e-3, floor: TOLERANCE };
/** From here on, relative differences are reported. */
const REPORTED_FROM = 0.1;

/** A folder of tools/offline-models. */
export const modelFolder = (name: string) => join(ROOT, 'models', name);

const TEXT_MODELS = { 'bert-base-random': bertExtractor, 'all-minilm-l6-v2': textExtractor };
const IMAGE_MODELS = {
  'resnet50-random': resNet50Extractor,
  'efficientnet-lite0': imageExtractor,
  'efficientnet-lite1': imageExtractor,
  'efficientnet-lite2': imageExtractor,
};
type TextName = keyof typeof TEXT_MODELS;
type ImageName = keyof typeof IMAGE_MODELS;
const NAMES = Object.keys({ ...TEXT_MODELS, ...IMAGE_MODELS });

/** What keeps these tests from running; empty when nothing does. */
export function missingForModels(names: readonly string[] = NAMES): string[] {
  if (MODELS !== '1') return ['MODELS=1'];
  return names.filter((name) => !existsSync(modelFolder(name))).map((name) => `models/${name}`);
}

/** Compares the whole path, from JPEG bytes and raw tweet to features, with PyTorch's on real posts. */
export function testReferenceFeatures(packageName: TransformersName): void {
  const missing = [
    ...missingForModels(),
    ...(REFERENCE_PYTHON ? [] : ['REFERENCE_PYTHON, with the packages of tools/reference']),
    ...(MVSA_DIR ? [] : ['MVSA_DIR']),
  ];
  const why = missing.length > 0 ? ` (skipped, it needs ${missing.join('; ')})` : '';
  describe.skipIf(missing.length > 0)(
    `features of ${packageName} on real posts equal PyTorch's${why}`,
    () => {
      useBackend('cpu');
      let work: string;
      let pairs: MvsaPair[];
      const note = (line: string) => console.log(`note: ${packageName}: ${line}`);
      const options = () => ({ package: packageName, cacheDir: join(work, 'cache') });
      const openText = (name: TextName) =>
        TEXT_MODELS[name](modelFolder(name), { ...options(), pooling: 'mean' as const });
      const openImage = (name: ImageName) => IMAGE_MODELS[name](modelFolder(name), options());

      beforeAll(async () => {
        work = await mkdtemp(join(tmpdir(), 'mvsa-fusion-'));
        pairs = spread((await openMvsa(MVSA_DIR as string)).pairs, POSTS, 7);
        const posts = pairs.map(({ id, text, imagePath }) => ({
          id,
          text: normalizeText(text, 'tweet'),
          imagePath,
        }));
        await writeFile(join(work, 'posts.json'), JSON.stringify(posts));
        await promisify(execFile)(REFERENCE_PYTHON as string, [
          join(ROOT, 'tools/reference/features.py'),
          join(work, 'posts.json'),
          join(work, 'reference'),
          ...NAMES.map(modelFolder),
        ]);
      }, 400_000);
      afterAll(() => rm(work, { recursive: true, force: true }));

      async function withReference<T>(name: string, use: (file: SafetensorsFile) => Promise<T>): Promise<T> {
        const file = await openSafetensors(join(work, 'reference', `${name}.safetensors`));
        return use(file).finally(() => file.close());
      }

      it.each(Object.keys(TEXT_MODELS) as TextName[])('%s: token ids, tokens and mean', async (name) => {
        const extractor = await openText(name);
        const ids = pairs.map(({ text }) => extractor.tokenize(normalizeText(text, 'tweet')));
        const features = await inBatches(ids, (batch) => extractor.run(batch));
        await extractor.dispose();
        await withReference(name, async (file) => {
          const worst = { tokens: 0, mean: 0, largest: 0 };
          for (const [at, { id }] of pairs.entries()) {
            const expected = await readAll(file, id, ['ids', 'tokens', 'mean']);
            expect(ids[at]).toEqual(Array.from(expected.ids, Number));
            worst.tokens = Math.max(worst.tokens, difference(features[at]?.tokens, expected.tokens));
            worst.mean = Math.max(worst.mean, difference(features[at]?.pooled, expected.mean));
            worst.largest = Math.max(worst.largest, largest(expected.tokens));
          }
          const lengths = ids.map(({ length }) => length);
          note(
            `${name}, ${extractor.config.runtime}: ${pairs.length} texts of ${Math.min(...lengths)} to ${Math.max(...lengths)} tokens, at most ${show(worst.tokens)} off in tokens, ${show(worst.mean)} in means; numbers up to ${worst.largest.toFixed(1)}`,
          );
          // Lengths do differ within batches, and numbers are no near zeros.
          expect(new Set(lengths).size).toBeGreaterThan(BATCH);
          expect(worst.largest).toBeGreaterThan(0.1);
          expect(worst.tokens).toBeLessThan(TOLERANCE);
          expect(worst.mean).toBeLessThan(TOLERANCE);
        });
      });

      async function compareImages(label: string, reference: ImageName, extractor: ImageExtractor) {
        const features = await inBatches(pairs, async (batch) =>
          extractor.run(
            await Promise.all(batch.map(({ imagePath }) => decodeImage(imagePath, extractor.transform))),
          ),
        );
        await extractor.dispose();
        await withReference(reference, async (file) => {
          expect(file.metadata.grid).toBe(extractor.grid.join('x'));
          const worst = { regions: 0, pooled: 0, largest: 0 };
          for (const [at, { id }] of pairs.entries()) {
            const expected = await readAll(file, id, ['regions', 'pooled']);
            worst.regions = Math.max(worst.regions, difference(features[at]?.regions, expected.regions));
            worst.pooled = Math.max(worst.pooled, difference(features[at]?.pooled, expected.pooled));
            worst.largest = Math.max(worst.largest, largest(expected.regions));
          }
          note(
            `${label}: ${pairs.length} images, at most ${show(worst.regions)} off in regions, ${show(worst.pooled)} in pooled; numbers up to ${worst.largest.toFixed(1)}`,
          );
          expect(worst.largest).toBeGreaterThan(0.1);
          expect(worst.regions).toBeLessThan(TOLERANCE);
          expect(worst.pooled).toBeLessThan(TOLERANCE);
        });
      }

      it.each(Object.keys(IMAGE_MODELS) as ImageName[])('%s: regions and pooled', async (name) => {
        await compareImages(name, name, await openImage(name));
      });

      it('resnet50-random from model.safetensors alone', async () => {
        const folder = join(work, 'weights-alone');
        await mkdir(folder);
        await copyFile(
          join(modelFolder('resnet50-random'), 'model.safetensors'),
          join(folder, 'model.safetensors'),
        );
        const extractor = await resNet50Extractor(folder, options());
        await compareImages('resnet50-random, model.safetensors alone', 'resnet50-random', extractor);
      });

      it.each([
        ['bert-base-random', 'resnet50-random', 'sequence', 'grid'],
        ['bert-base-random', 'resnet50-random', 'pooled', 'pooled'],
        ['all-minilm-l6-v2', 'efficientnet-lite0', 'sequence', 'grid'],
        ['all-minilm-l6-v2', 'efficientnet-lite2', 'pooled', 'grid'],
      ] as const)('stored float16: %s and %s, %s and %s', async (textName, imageName, tokens, regions) => {
        const [text, image] = [await openText(textName), await openImage(imageName)];
        const features = await extractFeatures(pairs, {
          ...{ text, image, tokens, regions, dtype: 'float16' },
          cache: join(work, 'features'),
        });
        onTestFinished(() => features.close());
        await Promise.all([text.dispose(), image.dispose()]);
        expect(features.unreadable).toEqual([]);
        expect(features.posts.map(({ id }) => id)).toEqual(pairs.map(({ id }) => id));
        const references = [
          [textName, 'tokens', tokens === 'sequence' ? 'tokens' : 'mean'],
          [imageName, 'regions', regions === 'grid' ? 'regions' : 'pooled'],
        ] as const;
        for (const [name, input, tensorName] of references) {
          const worst = { excess: 0, relative: 0 };
          await withReference(name, async (file) => {
            for (const [at, { id }] of pairs.entries()) {
              const batch = await features.batch([at], [input]);
              const expected = (await readAll(file, id, [tensorName]))[tensorName];
              const found = storedDifference(batch[input]?.dataSync() as Float32Array, expected);
              for (const tensor of Object.values(batch)) tensor.dispose();
              worst.excess = Math.max(worst.excess, found.excess);
              worst.relative = Math.max(worst.relative, found.relative);
            }
          });
          note(
            `${name}: ${tensorName} stored as float16, at most a relative ${show(worst.relative)} off in numbers from ${REPORTED_FROM}, ${(100 * worst.excess).toFixed(0)}% of what is allowed in all`,
          );
          expect(worst.excess).toBeLessThan(1);
        }
      });
    },
  );
}

/** One item at random from each of `count` equal stretches. */
function spread<T>(items: readonly T[], count: number, seed: number): T[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, at) => {
    return items[Math.floor(((at + random.uniform()) * items.length) / count)] as T;
  });
}

async function inBatches<In, Out>(items: readonly In[], run: (batch: In[]) => Promise<Out[]>) {
  const results: Out[] = [];
  for (let at = 0; at < items.length; at += BATCH) results.push(...(await run(items.slice(at, at + BATCH))));
  return results;
}

async function readAll<Name extends string>(file: SafetensorsFile, id: string, names: readonly Name[]) {
  const entries = names.map(async (name) => [name, await file.read(`${id}/${name}`)] as const);
  return Object.fromEntries(await Promise.all(entries)) as unknown as Record<Name, Float32Array>;
}

const difference = (received: Float32Array | undefined, expected: Float32Array) =>
  received ? maxDifference(received, expected) : Infinity;

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** The worst share of the allowed difference, and the worst relative one of numbers that are not small. */
function storedDifference(received: Float32Array, expected: Float32Array) {
  const worst = { excess: received.length === expected.length ? 0 : Infinity, relative: 0 };
  for (const [at, value] of expected.entries()) {
    const off = Math.abs((received[at] as number) - value);
    const excess = off / Math.max(STORED.relative * Math.abs(value), STORED.floor);
    if (!(excess <= worst.excess)) worst.excess = Number.isNaN(excess) ? Infinity : excess;
    if (Math.abs(value) >= REPORTED_FROM) worst.relative = Math.max(worst.relative, off / Math.abs(value));
  }
  return worst;
}

const show = (value: number) => value.toExponential(1);
