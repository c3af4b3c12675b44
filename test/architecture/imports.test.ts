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
  'classifier',
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
  return (
    specifiersOf(text)
      // Outside of src: the version in package.json, and the example that is the command `train`.
      .filter(
        (specifier) =>
          specifier.startsWith('.') && !/\/(?:package\.json|examples\/train-mvsa)$/.test(specifier),
      )
      .map((specifier) => {
        const path = relative(SOURCE, join(SOURCE, dirname(file), specifier));
        return files.includes(`${path}.ts`) ? `${path}.ts` : join(path, 'index.ts');
      })
  );
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

/** Entries, folders and files that need no Node. */
const BROWSER_SAFE = files.filter(
  (file) =>
    ['layers/index.ts', 'metrics/index.ts', 'data/batches/post-examples.ts'].includes(file) ||
    /^(classifier\/core|models\/(compact|streams))\//.test(file),
);

/** Whether a text uses Node's global `Buffer`, comments apart. */
function namesBuffer(file: string, text: string): boolean {
  const visit = (node: ts.Node): boolean =>
    (ts.isIdentifier(node) && node.text === 'Buffer') || ts.forEachChild(node, visit) === true;
  return visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
}

/** The text without the imports and exports of types alone, which are gone when it runs. */
function withoutTypes(text: string): string {
  const isErased = (statement: ts.Statement) => {
    if (ts.isExportDeclaration(statement)) return statement.isTypeOnly;
    if (!ts.isImportDeclaration(statement)) return false;
    const { phaseModifier, namedBindings, name } = statement.importClause ?? {};
    if (phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
    const named = namedBindings && ts.isNamedImports(namedBindings) ? namedBindings.elements : [];
    return name === undefined && named.length > 0 && named.every(({ isTypeOnly }) => isTypeOnly);
  };
  return ts
    .createSourceFile('a.ts', text, ts.ScriptTarget.Latest)
    .statements.filter((statement) => !isErased(statement))
    .map((statement) => text.slice(statement.pos, statement.end))
    .join('\n');
}

const runtimeGraph = new Map(files.map((file) => [file, localImports(file, withoutTypes(read(file)))]));

/** Every file that an entry pulls in when it runs. */
function reachable(entry: string): Set<string> {
  const seen = new Set<string>();
  const queue = [entry];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    queue.push(...(runtimeGraph.get(file) ?? []));
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

  test.each(BROWSER_SAFE)('%s runs in browsers: no module of Node and no Buffer', (entry) => {
    expect(files).toContain(entry);
    const reached = [...reachable(entry)];
    expect(reached.filter((file) => specifiersOf(read(file)).some(isBuiltin))).toEqual([]);
    expect(reached.filter((file) => namesBuffer(file, read(file)))).toEqual([]);
  });

  test('what runs in browsers is looked for in folders that are there', () => {
    expect(BROWSER_SAFE.filter((file) => file.startsWith('classifier/core/')).length).toBeGreaterThan(5);
    expect(BROWSER_SAFE.filter((file) => file.startsWith('models/compact/')).length).toBeGreaterThan(4);
    expect(withoutTypes("import { type A } from './a';\nexport type { B } from './b';")).toBe('');
    expect(withoutTypes("import { type A, b } from './a';")).toContain('./a');
    expect(namesBuffer('a.ts', 'const x: Buffer = Buffer.from([]);')).toBe(true);
    expect(namesBuffer('a.ts', '// a Buffer\nconst x = new ArrayBuffer(1);')).toBe(false);
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
