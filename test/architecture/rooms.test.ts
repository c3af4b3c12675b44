import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

const filesBelow = (folder: string) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${folder}/${file.replaceAll('\\', '/')}`);
const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const linesOf = (file: string) => textOf(file).trimEnd().split('\n').length;

const source = filesBelow('src');
const lengths = source.map(linesOf).sort((a, b) => a - b);

/** Functions of a file that are longer than `most` lines, with their first line. */
function longFunctions(file: string, text: string, most: number): string[] {
  const parsed = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const lineOf = (position: number) => parsed.getLineAndCharacterOfPosition(position).line + 1;
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const [first, last] = [lineOf(node.getStart(parsed)), lineOf(node.end)];
    if (ts.isFunctionLike(node) && last - first + 1 > most) found.push(`${file}:${first}`);
    ts.forEachChild(node, visit);
  };
  visit(parsed);
  return found;
}

test('a file is one idea: no giants, few crumbs', () => {
  expect(source.filter((file) => linesOf(file) > 300)).toEqual([]);
  expect(source.filter((file) => linesOf(file) < 20).length).toBeLessThanOrEqual(25);
  expect(lengths[Math.floor(lengths.length / 2)]).toBeGreaterThanOrEqual(70);
});

test('no function has 80 lines', () => {
  const files = [...source, ...filesBelow('examples')];
  expect(files.flatMap((file) => longFunctions(file, textOf(file), 79))).toEqual([]);
  const long = `const a = 1;\nfunction f() {${'\n'.repeat(79)}}`;
  expect(longFunctions('made-up.ts', long, 79)).toEqual(['made-up.ts:2']);
  expect(longFunctions('made-up.ts', long, 80)).toEqual([]);
});

test('a folder opens with what matters', () => {
  const inRoot = (folder: string) => source.filter((file) => dirname(file) === folder).length;
  expect(inRoot('src')).toBeLessThanOrEqual(6);
  for (const folder of new Set(source.map(dirname))) {
    // The kernels of a backend and the layers of a library are lists, one of a kind after the other.
    const most = ['src/backend/kernels', 'src/layers'].includes(folder) ? 20 : 11;
    expect(inRoot(folder), folder).toBeLessThanOrEqual(most);
  }
  expect(inRoot('src/training')).toBeLessThanOrEqual(8);
});
