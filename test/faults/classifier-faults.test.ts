/** What can happen while a classifier is saved: kill -9 at any moment, and a full disk. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SentimentClassifier } from '../../src/classifier';
import { DataError, MvsaFusionError } from '../../src/errors';
import { trainOnWords, wordPosts } from '../classifier/tiny-classifier';
import { bundleScript } from '../support/bundle-script';
import { moments } from '../support/moments';
import { canMount, mountSmallDisk } from '../support/mount-small-disk';
import { useBackend } from '../support/use-backend';

useBackend('wasm');

const ASKED = { text: 'sun day' };
let folder = '';
let classifiers: readonly SentimentClassifier[] = [];
let places: readonly string[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'classifier-faults-'));
  classifiers = [
    await trainOnWords(wordPosts(['a', 'b'], 8)),
    await trainOnWords(wordPosts(['x', 'y', 'z'], 8)),
  ];
  places = classifiers.map((_, at) => join(folder, `saved-${at}`));
  for (const [at, classifier] of classifiers.entries()) await classifier.save(places[at] as string);
});
afterAll(async () => {
  for (const classifier of classifiers) await classifier.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** Loads what was left: one of the two, whole, or a refusal of one line. */
async function stateOf(target: string): Promise<'loaded' | 'refused'> {
  try {
    const loaded = await SentimentClassifier.load(target);
    const answers = await Promise.all(classifiers.map((classifier) => classifier.predict(ASKED)));
    expect(answers).toContainEqual(await loaded.predict(ASKED));
    await loaded.dispose();
    return 'loaded';
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    expect((error as Error).message).toMatch(/^[^\n]*expected .* Copy or save the classifier again\.$/);
    return 'refused';
  }
}

test(`kill -9 at ${moments(10)} moments leaves the old one, the new one, or a refusal of one line`, {
  timeout: 180_000,
}, async () => {
  const scripts = join(folder, 'scripts');
  await mkdir(scripts);
  const script = await bundleScript(new URL('./save-classifier-child.ts', import.meta.url), scripts);
  const target = join(folder, 'target');
  await cp(places[0] as string, target, { recursive: true });
  const states: string[] = [];
  for (let round = 0; round < moments(10); round++) {
    const child = spawn(process.execPath, [script, 'wasm', ...places, target]);
    const exited = once(child, 'exit');
    await once(child.stdout, 'data');
    setTimeout(() => child.kill('SIGKILL'), ((round * 0.618) % 1) * 120);
    const [code, signal] = await exited;
    expect([code, signal]).toEqual([null, 'SIGKILL']);
    states.push(await stateOf(target));
  }
  // What was refused is mended by the next save.
  await classifiers[1]?.save(target);
  expect(await stateOf(target)).toBe('loaded');
  expect(states).toHaveLength(moments(10));
});

test.skipIf(!canMount)(
  'a full disk is an error that names the file, and what was there is not half a classifier',
  async () => {
    const disk = join(folder, 'disk');
    await mkdir(disk);
    mountSmallDisk(disk, 'size=64k');
    const target = join(disk, 'model');
    const error = await classifiers[0]?.save(target).then(
      () => 'saved',
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(MvsaFusionError);
    expect((error as Error).message).toMatch(/disk\/model\/.*(ENOSPC|no space)/i);
    await expect(SentimentClassifier.load(target)).rejects.toThrow(/classifier\.json is missing/);
    // Over an older classifier: that one stays.
    const old = join(folder, 'old-disk');
    await mkdir(old);
    mountSmallDisk(old, 'size=2m');
    await classifiers[0]?.save(join(old, 'model'));
    await expect(classifiers[1]?.save(join(old, 'model'))).rejects.toThrow(/ENOSPC|no space/i);
    expect(await stateOf(join(old, 'model'))).toBe('loaded');
    // It can still be asked.
    expect(await classifiers[0]?.predict(ASKED)).toMatchObject({ missing: [] });
  },
);
