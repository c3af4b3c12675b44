import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const SOURCE = resolve(import.meta.dirname, '../../src');

/** Folders and shared files from the ground up: a file may import from its own place and from those before it. */
const ORDER = [
  'types',
  'errors',
  'random',
  'load-optional',
  'concurrency',
  'options',
  'files',
  'safetensors',
  'backend',
  'layers',
  'metrics',
  'data',
  'models',
  'onnx',
  'training',
  'report',
  'index',
  'cli',
] as const;

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .sort();

/** The specifiers that a source text imports. */
function specifiersOf(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

/** Relative imports as paths from `src`. */
function localImports(file: string, text: string): string[] {
  return specifiersOf(text)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => {
      const path = relative(SOURCE, join(SOURCE, dirname(file), specifier));
      return files.includes(`${path}.ts`) ? `${path}.ts` : join(path, 'index.ts');
    });
}

const read = (file: string) => readFileSync(join(SOURCE, file), 'utf8');
const graph = new Map(files.map((file) => [file, localImports(file, read(file))]));
const placeOf = (file: string) =>
  ORDER.indexOf((file.split('/')[0] as string).replace(/\.ts$/, '') as 'types');

function upwardImports(imports: ReadonlyMap<string, readonly string[]>): string[] {
  return [...imports].flatMap(([file, targets]) =>
    targets.filter((target) => placeOf(target) > placeOf(file)).map((target) => `${file} -> ${target}`),
  );
}

function findCycle(imports: ReadonlyMap<string, readonly string[]>): string[] | null {
  const finished = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (finished.has(file)) return null;
    for (const target of imports.get(file) ?? []) {
      const cycle = visit(target, [...path, file]);
      if (cycle) return cycle;
    }
    finished.add(file);
    return null;
  };
  for (const file of imports.keys()) {
    const cycle = visit(file, []);
    if (cycle) return cycle;
  }
  return null;
}

/** Every file that an entry pulls in. */
function reachable(entry: string): Set<string> {
  const seen = new Set<string>();
  const queue = [entry];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    queue.push(...(graph.get(file) ?? []));
  }
  return seen;
}

describe('imports', () => {
  test('every file has a place and every import exists', () => {
    expect(files.length).toBeGreaterThan(60);
    expect(files.filter((file) => placeOf(file) < 0)).toEqual([]);
    expect([...graph.values()].flat().filter((target) => !graph.has(target))).toEqual([]);
  });

  test('run one way', () => {
    expect(upwardImports(graph)).toEqual([]);
    expect(upwardImports(new Map([['layers/a.ts', ['models/b.ts']]]))).toHaveLength(1);
  });

  test('safetensors is used through its index alone', () => {
    const folder = 'files/safetensors/';
    const past = [...graph]
      .filter(([file]) => !file.startsWith(folder))
      .flatMap(([file, targets]) => targets.map((target) => [file, target] as const))
      .filter(([, target]) => target.startsWith(folder));
    expect(past.filter(([, target]) => target === `${folder}index.ts`).length).toBeGreaterThan(3);
    expect(past.filter(([, target]) => target !== `${folder}index.ts`)).toEqual([]);
  });

  test('form no cycle', () => {
    expect(findCycle(graph)).toBeNull();
    expect(
      findCycle(
        new Map([
          ['a', ['b']],
          ['b', ['a']],
        ]),
      ),
    ).toEqual(['a', 'b', 'a']);
  });

  test.each(['layers/index.ts', 'metrics/index.ts'])('%s runs in browsers: no module of Node', (entry) => {
    const withNode = [...reachable(entry)].filter((file) => specifiersOf(read(file)).some(isBuiltin));
    expect(withNode).toEqual([]);
  });

  test('a module of Node is found where there is one', () => {
    const withNode = [...reachable('data/index.ts')].filter((file) =>
      specifiersOf(read(file)).some(isBuiltin),
    );
    expect(withNode).toContain('data/mvsa/validate-pairs.ts');
    expect(specifiersOf("const files = await import('fs/promises');").some(isBuiltin)).toBe(true);
  });

  test('metrics know no tfjs', () => {
    const specifiers = [...reachable('metrics/index.ts')].flatMap((file) => specifiersOf(read(file)));
    const packages = specifiers.filter((specifier) => !specifier.startsWith('.'));
    // The edit distance that finds the option somebody meant.
    expect(packages).toEqual(['leven']);
  });

  test('heavy packages are never imported statically', () => {
    const heavy = /^(sharp|vega|@xenova|@huggingface|@tensorflow\/tfjs-(node|backend))/;
    const found = files.flatMap((file) => {
      const statements = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest).statements;
      return statements
        .filter(ts.isImportDeclaration)
        .filter((statement) => statement.importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword)
        .map((statement) => (statement.moduleSpecifier as ts.StringLiteral).text)
        .filter((specifier) => heavy.test(specifier))
        .map((specifier) => `${file}: ${specifier}`);
    });
    expect(found).toEqual([]);
  });

  test('files stay under 250 lines of code, comments apart', () => {
    const codeLines = (file: string) =>
      read(file)
        .split('\n')
        .filter((line) => !/^\s*(\/?\*|\/\/|$)/.test(line)).length;
    expect(files.filter((file) => codeLines(file) > 250)).toEqual([]);
  });
});
