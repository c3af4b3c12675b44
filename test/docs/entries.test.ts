import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

/** What the site calls the pages of `src`: the `@module` line of each entry. */
const modules = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => readFileSync(join(ROOT, 'src', file), 'utf8').match(/^ \* @module (\S+)$/m)?.[1] ?? []);

test('each entry that people import opens with what it is for, under the name they import', () => {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { exports: object };
  const entries = Object.keys(exports)
    .filter((entry) => entry !== './package.json')
    .map((entry) => `mvsa-fusion${entry.slice(1)}`);
  expect(modules.sort()).toEqual(entries.sort());
});
