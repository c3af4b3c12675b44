import { createHash } from 'node:crypto';
import { readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rememberedSha256 } from '../../src/files/digests';
import { temporaryFolder } from '../data/mvsa/mini-mvsa';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

it('remembers a file by path, size and time, and reads it again when one of them changes', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'model.onnx');
  await writeFile(file, 'weights');
  await utimes(file, 1000, 1000);
  expect(await rememberedSha256(file, folder)).toBe(sha256('weights'));
  // The same size and time: not read again, as a look at the notes proves.
  await writeFile(file, 'weight!');
  await utimes(file, 1000, 1000);
  expect(await rememberedSha256(file, folder)).toBe(sha256('weights'));
  await utimes(file, 2000, 2000);
  expect(await rememberedSha256(file, folder)).toBe(sha256('weight!'));
  await writeFile(file, 'longer weights');
  await utimes(file, 2000, 2000);
  expect(await rememberedSha256(file, folder)).toBe(sha256('longer weights'));
});

it('does without notes where they are damaged or cannot be written', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'model.onnx');
  await writeFile(file, 'weights');
  await writeFile(join(folder, 'file-hashes.json'), '{"broken');
  expect(await rememberedSha256(file, folder)).toBe(sha256('weights'));
  expect(await readFile(join(folder, 'file-hashes.json'), 'utf8')).toContain(sha256('weights'));
  expect(await rememberedSha256(file, join(file, 'no-folder'))).toBe(sha256('weights'));
});
