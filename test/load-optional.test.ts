import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DependencyError } from '../src/errors';
import { loadOptional } from '../src/load-optional';
import { temporaryFolder } from './data/mvsa/mini-mvsa';

async function writeModule(source: string): Promise<string> {
  const file = join(await temporaryFolder(), 'module.mjs');
  await writeFile(file, source);
  return pathToFileURL(file).href;
}

describe('loadOptional', () => {
  it('loads what is there', async () => {
    const { value } = await loadOptional<{ value: number }>(
      await writeModule('export const value = 7;'),
      'to count',
    );
    expect(value).toBe(7);
  });

  it('says how to install what is not', async () => {
    const loading = loadOptional('mvsa-fusion-no-such-package', 'to decode images');
    await expect(loading).rejects.toThrow(DependencyError);
    await expect(loading).rejects.toThrow(
      'The optional package "mvsa-fusion-no-such-package" is needed to decode images, and it is not installed. Run: npm i mvsa-fusion-no-such-package',
    );
  });

  for (const [name, source, cause] of [
    ['throws', 'throw new Error("wrong processor");', 'wrong processor'],
    ['lacks a dependency', 'import "mvsa-fusion-no-such-package";', 'mvsa-fusion-no-such-package'],
  ] as const) {
    it(`gives the cause when the package ${name}`, async () => {
      const url = await writeModule(source);
      const error: DependencyError = await loadOptional(url, 'to decode images').then(
        () => expect.fail('no error'),
        (reason) => reason,
      );
      expect(error).toBeInstanceOf(DependencyError);
      expect(error.message).toContain('it is installed but does not load');
      expect(error.message).toContain(cause);
      expect(error.message).toContain(`npm i ${url}`);
      expect(error.cause).toBeInstanceOf(Error);
    });
  }
});
