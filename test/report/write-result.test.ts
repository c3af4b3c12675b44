import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MvsaFusionError } from '../../src/errors';
import { writeResult } from '../../src/report';
import { temporaryFolder } from '../data/mvsa/mini-mvsa';
import { interruptedResult, madeUpResult } from './made-up-result';

describe('writeResult', () => {
  for (const [name, result] of [
    ['a finished run', madeUpResult],
    ['an interrupted run', interruptedResult],
  ] as const) {
    it(`keeps all of ${name}`, async () => {
      const file = await writeResult(await temporaryFolder(), result);
      const text = await readFile(file, 'utf8');
      expect(JSON.parse(text)).toEqual(result);
      expect(text).toMatch(/^\{\n {2}"dataset": \{\n {4}"name": "MVSA-Single",\n/);
    });
  }

  it('creates the directory, replaces what was there and leaves nothing else', async () => {
    const directory = join(await temporaryFolder(), 'runs', 'first');
    expect(await writeResult(directory, interruptedResult)).toBe(join(directory, 'result.json'));
    await writeResult(directory, madeUpResult);
    expect(await readdir(directory)).toEqual(['result.json']);
    expect(JSON.parse(await readFile(join(directory, 'result.json'), 'utf8')).bestEpoch).toBe(6);
  });

  it('leaves no temporary file when it fails, and says what to do', async () => {
    const directory = await temporaryFolder();
    await mkdir(join(directory, 'result.json'));
    const writing = writeResult(directory, madeUpResult);
    await expect(writing).rejects.toThrow(MvsaFusionError);
    await expect(writing).rejects.toThrow(/Could not write .*result\.json: .*Choose a directory/);
    expect(await readdir(directory)).toEqual(['result.json']);
  });

  it('refuses a directory that is a file', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    await expect(writeResult(file, madeUpResult)).rejects.toThrow(MvsaFusionError);
  });

  it('lets two writers at once leave one whole file', async () => {
    const directory = await temporaryFolder();
    await Promise.all([madeUpResult, interruptedResult].map((result) => writeResult(directory, result)));
    expect(await readdir(directory)).toEqual(['result.json']);
    expect([0, 6]).toContain(JSON.parse(await readFile(join(directory, 'result.json'), 'utf8')).bestEpoch);
  });
});
