import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleScript } from '../support/bundle-script';
import { tinyClassifier } from '../support/tiny-classifier';
import { useBackend } from '../support/use-backend';

useBackend('wasm');
let folder = '';
let bundle = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'predict-example-'));
  await mkdir(join(folder, 'bundle'));
  bundle = await bundleScript(new URL('../../examples/predict.ts', import.meta.url), join(folder, 'bundle'));
  const classifier = await tinyClassifier();
  await classifier.save(join(folder, 'model'));
  await classifier.dispose();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const ask = async (...parameters: string[]) => {
  const all = [bundle, join(folder, 'model'), ...parameters];
  return (await promisify(execFile)(process.execPath, all)).stdout;
};

test('examples/predict.ts answers a post', async () => {
  const answer = await ask('--text', 'a lovely day');
  expect(answer).toMatch(/label: '(positive|neutral|negative)'/);
  expect(answer).toContain("missing: [ 'image' ]");
});

test('examples/predict.ts answers a file', async () => {
  const posts = join(folder, 'posts.csv');
  await writeFile(posts, 'text\na lovely day\nan awful night\n');
  expect(await ask('--posts', posts)).toContain(
    'posts.csv.answers.jsonl: 2 rows, 0 of them without an answer',
  );
  expect((await readFile(`${posts}.answers.jsonl`, 'utf8')).trimEnd().split('\n')).toHaveLength(2);
});
