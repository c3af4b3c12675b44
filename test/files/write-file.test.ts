import { open, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { MvsaFusionError } from '../../src/errors';
import { createFile, syncDirectory, writeFileAtomically, writeFileDurably } from '../../src/files/write-file';
import { temporaryFolder } from '../data/mvsa/mini-mvsa';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Makes each sync of a directory fail, and those of files work. */
async function failDirectories(folder: string, code: string): Promise<void> {
  const handle = await open(folder);
  await handle.close();
  const prototype = Object.getPrototypeOf(handle) as typeof handle;
  const works = prototype.sync as () => Promise<void>;
  vi.spyOn(prototype, 'sync').mockImplementation(async function (this: typeof prototype) {
    if ((await this.stat()).isDirectory()) throw Object.assign(new Error(`${code}: refused`), { code });
    return works.call(this);
  });
}

test('a directory that fails to sync is an error, save where the system offers no such thing', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'deep', 'file');
  await failDirectories(folder, 'EPERM');
  await syncDirectory(folder);
  await writeFileDurably(file, 'first');
  expect(await readFile(file, 'utf8')).toBe('first');
  vi.restoreAllMocks();
  await failDirectories(folder, 'EIO');
  await expect(syncDirectory(folder)).rejects.toThrow('EIO');
  await expect(writeFileDurably(file, 'second')).rejects.toThrow(MvsaFusionError);
  await expect(writeFileDurably(file, 'third')).rejects.toThrow(
    /^Could not write .*file: EIO.*free space\.$/,
  );
  expect(await readdir(dirname(file))).toEqual(['file']);
});

test('content that breaks off half-way leaves the old file, and nothing beside it', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'file');
  await writeFile(file, 'old');
  const pieces = function* () {
    yield Buffer.from('new');
    throw new Error('the source ended');
  };
  await expect(writeFileAtomically(file, pieces())).rejects.toThrow('the source ended');
  const broken = createFile(file, (empty) => empty.truncate(-1.5));
  await expect(broken).rejects.toThrow(RangeError);
  expect(await readdir(folder)).toEqual(['file']);
  expect(await readFile(file, 'utf8')).toBe('old');
});

test('a file takes its name once it is filled, and stays open', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'file');
  const handle = await createFile(file, async (empty) => {
    expect((await readdir(folder)).join()).toMatch(/^\.file\.[\da-f-]{36}\.tmp$/);
    await empty.writeFile('filled');
  });
  await handle.appendFile(', and more');
  await handle.close();
  expect(await readdir(folder)).toEqual(['file']);
  expect(await readFile(file, 'utf8')).toBe('filled, and more');
});
