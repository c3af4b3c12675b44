import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SentimentClassifier } from '../../src/classifier';
import { DataError, MvsaFusionError, OptionError } from '../../src/errors';
import { saveModel } from '../../src/models';
import { useBackend } from '../support/use-backend';
import { trainOnWords, wordPosts } from './tiny-classifier';

useBackend('wasm');

let folder = '';
let saved = '';
let classifier: SentimentClassifier;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'classifier-folder-'));
  saved = join(folder, 'saved');
  classifier = await trainOnWords(wordPosts(['a', 'b'], 8));
  await classifier.save(saved);
});
afterAll(async () => {
  await classifier.dispose();
  await rm(folder, { recursive: true, force: true });
});

let copies = 0;
/** A copy of the saved classifier, in a folder of its own. */
async function copyOfSaved(): Promise<string> {
  const copy = join(folder, `copy-${copies++}`);
  await cp(saved, copy, { recursive: true });
  return copy;
}

const FILES = ['classifier.json', 'model.json', 'weights.bin', 'text/frequencies.bin'];
const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex');

/** Loads and expects one clear error of the library. */
async function expectRefused(directory: string, message: RegExp): Promise<void> {
  const error = await SentimentClassifier.load(directory).then(
    () => 'loaded',
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(DataError);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message.startsWith(`${directory}: expected `)).toBe(true);
  expect((error as Error).message).not.toContain('\n');
}

/** Writes `classifier.json` with a change, and hashes that fit. */
async function forge(directory: string, change: (content: Record<string, unknown>) => void): Promise<void> {
  const file = join(directory, 'classifier.json');
  const { sha256: _, ...content } = JSON.parse(await readFile(file, 'utf8'));
  change(content);
  await writeFile(file, JSON.stringify({ ...content, sha256: sha256(JSON.stringify(content)) }));
}

describe('the folder', () => {
  test('holds what is listed and a model card, and nothing else', async () => {
    const names = await readdir(saved, { recursive: true, withFileTypes: true });
    const files = names.filter((entry) => entry.isFile()).map(({ name }) => name);
    expect(files.sort()).toEqual([
      'README.md',
      'classifier.json',
      'frequencies.bin',
      'model.json',
      'weights.bin',
    ]);
    const card = await readFile(join(saved, 'README.md'), 'utf8');
    expect(card).toMatch(/^---\nlibrary_name: mvsa-fusion\n/);
    expect(card).toContain('| a | 7 | 1 |');
    expect(card).not.toMatch(/undefined|NaN|\[object/);
  });

  test('is loaded twice, moved, and under a name with blanks and dots', async () => {
    const moved = join(folder, 'a folder', '..name v1.2');
    await cp(saved, moved, { recursive: true });
    const [one, two] = [await SentimentClassifier.load(moved), await SentimentClassifier.load(`${moved}/`)];
    const expected = await classifier.predict({ text: 'sun day' });
    expect(await one.predict({ text: 'sun day' })).toEqual(expected);
    await one.dispose();
    expect(await two.predict({ text: 'sun day' })).toEqual(expected);
    await two.dispose();
  });

  test('what was loaded is saved again as it was', async () => {
    const loaded = await SentimentClassifier.load(saved);
    const again = join(folder, 'again');
    await loaded.save(again);
    for (const file of FILES)
      expect(sha256(await readFile(join(again, file))), file).toBe(sha256(await readFile(join(saved, file))));
    await loaded.dispose();
  });

  test('an older classifier in it is replaced', async () => {
    const place = await copyOfSaved();
    const other = await trainOnWords(wordPosts(['x', 'y', 'z'], 8));
    await other.save(place);
    const loaded = await SentimentClassifier.load(place);
    expect(loaded.classNames).toEqual(['x', 'y', 'z']);
    expect(await loaded.predict({ text: 'sun' })).toEqual(await other.predict({ text: 'sun' }));
    await Promise.all([other.dispose(), loaded.dispose()]);
  });
});

describe('damage', () => {
  test.each(FILES)('a flipped bit anywhere in %s is refused', async (file) => {
    const place = await copyOfSaved();
    const path = join(place, file);
    const bytes = await readFile(path);
    for (let round = 0; round < 6; round++) {
      const flipped = Uint8Array.from(bytes);
      const at = Math.floor(((round * 0.618) % 1) * bytes.length);
      flipped[at] = (flipped[at] as number) ^ (1 << (round % 8));
      await writeFile(path, flipped);
      const error = await SentimentClassifier.load(place).then(
        (loaded) => loaded,
        (thrown: unknown) => thrown,
      );
      // White space of JSON may change and say the same.
      if (error instanceof SentimentClassifier) {
        expect(file).toBe('classifier.json');
        expect(await error.predict({ text: 'sun' })).toEqual(await classifier.predict({ text: 'sun' }));
        await error.dispose();
      } else expect(error).toBeInstanceOf(DataError);
    }
  });

  test.each(FILES)('%s missing, cut short, empty or a folder is refused by name', async (file) => {
    const name = new RegExp(file.replace('.', '\\.'));
    const place = await copyOfSaved();
    const path = join(place, file);
    const bytes = await readFile(path);
    await rm(path);
    await expectRefused(place, new RegExp(`${name.source} is missing`));
    for (const content of [bytes.subarray(0, bytes.length - 9), new Uint8Array(0)]) {
      await writeFile(path, content);
      await expectRefused(place, name);
    }
    await rm(path);
    await mkdir(path);
    await expectRefused(place, name);
  });

  test('classes that were swapped by hand are refused', async () => {
    const place = await copyOfSaved();
    const file = join(place, 'classifier.json');
    const content = JSON.parse(await readFile(file, 'utf8'));
    content.classNames.reverse();
    await writeFile(file, JSON.stringify(content, null, 2));
    await expectRefused(place, /classifier\.json as it was saved, received a changed one/);
  });

  test('another JSON, an empty folder, a file and no folder at all are no classifier', async () => {
    const place = await copyOfSaved();
    for (const text of ['{}', '[]', 'null', '5', '"x"', '{"format":"other"}']) {
      await writeFile(join(place, 'classifier.json'), text);
      await expectRefused(place, /expected a classifier, received another classifier\.json/);
    }
    await writeFile(join(place, 'classifier.json'), 'what?');
    await expectRefused(place, /to be JSON/);
    const empty = join(folder, 'empty');
    await mkdir(empty);
    const file = join(folder, 'file');
    await writeFile(file, 'x');
    for (const none of [empty, file, join(folder, 'absent')])
      await expectRefused(
        none,
        /expected a saved classifier, whose classifier\.json is missing\. Name the folder/,
      );
    const bare = join(folder, 'bare');
    await saveModel(classifier.model, bare);
    await expectRefused(bare, /bare model is read by loadModel/);
  });

  test('what is no path is refused', async () => {
    for (const none of [undefined, null, 5, '', {}]) {
      await expect(SentimentClassifier.load(none as never)).rejects.toThrow(OptionError);
      await expect(classifier.save(none as never)).rejects.toThrow(OptionError);
    }
    const file = join(folder, 'a-file');
    await writeFile(file, 'x');
    await expect(classifier.save(file)).rejects.toThrow(MvsaFusionError);
  });

  test('a newer format says so, whatever else is in it', async () => {
    const place = await copyOfSaved();
    await writeFile(
      join(place, 'classifier.json'),
      JSON.stringify({ format: 'mvsa-fusion classifier', formatVersion: 2, libraryVersion: '9.8.7' }),
    );
    await expectRefused(place, /received format 2, written by mvsa-fusion 9\.8\.7\. Update: npm i/);
  });
});

describe('what somebody made, with hashes that fit', () => {
  const changes: Readonly<Record<string, readonly [change: object, message: RegExp]>> = {
    'one class too many': [{ classNames: ['a', 'b', 'c'] }, /model of 3 classes.*one of 2/],
    'classes of another type': [{ classNames: [1, 2] }, /no classNames/],
    'no files': [{ files: undefined }, /no files/],
    'files without a hash': [{ files: {} }, /model\.json as it was saved/],
    'no stream': [{ streams: { text: null, image: null } }, /also reads gramIds/],
    'streams of another type': [{ streams: 'x' }, /no streams/],
    'an unknown family': [
      { streams: { text: { family: 'trainable' }, image: null } },
      /family trainable, to be given/,
    ],
    'a temperature of zero': [
      { calibrations: { full: { temperature: 0 }, text: null, image: null } },
      /no calibrations/,
    ],
    'no training': [{ training: null }, /no training/],
  };
  test.each(Object.entries(changes))('%s', async (_, [change, message]) => {
    const place = await copyOfSaved();
    await forge(place, (content) => void Object.assign(content, change));
    await expectRefused(place, message);
  });

  test.each(['../weights.bin', '/etc/passwd', 'a/b', '..\\x', 'C:x', '..'])(
    'weights at %j are not read',
    async (path) => {
      const place = await copyOfSaved();
      const file = join(place, 'model.json');
      const description = JSON.parse(await readFile(file, 'utf8'));
      description.weightsManifest[0].paths = [path];
      const text = JSON.stringify(description);
      await writeFile(file, text);
      await cp(join(place, 'weights.bin'), join(dirname(place), 'weights.bin'));
      await forge(place, (content) => {
        (content.files as Record<string, string>)['model.json'] = sha256(text);
      });
      await expectRefused(place, /files beside model\.json, received the path/);
    },
  );
});
