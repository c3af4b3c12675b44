import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { afterAll, describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

interface Example {
  /** File and line of the block, for messages. */
  readonly place: string;
  readonly code: string;
}

/** The ```ts blocks of a Markdown text or of docstrings, whose lines begin with ` * `. */
function examplesOf(file: string): Example[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  const examples: Example[] = [];
  let block: string[] | null = null;
  let start = 0;
  for (const [index, line] of lines.entries()) {
    const text = file.endsWith('.ts') ? line.replace(/^\s*\* ?/, '') : line;
    if (block === null && text.startsWith('```ts')) {
      block = [];
      start = index + 1;
    } else if (block !== null && text.startsWith('```')) {
      examples.push({ place: `${relative(ROOT, file)}:${start}`, code: block.join('\n') });
      block = null;
    } else {
      block?.push(text);
    }
  }
  return examples;
}

const listFiles = (folder: string, ending: string) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending) && !file.startsWith('api'))
    .map((file) => join(ROOT, folder, file));

// Inside the project, so that packages resolve as they do for a user.
const folder = mkdtempSync(join(ROOT, 'node_modules/.examples-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Compiles examples as modules of their own and returns what the compiler says, by place. */
function compile(examples: readonly Example[]): string[] {
  const source = mkdtempSync(join(folder, 'source-'));
  const places = new Map<string, string>();
  for (const [index, { place, code }] of examples.entries()) {
    const file = join(source, `example-${index}.ts`);
    places.set(file, place);
    writeFileSync(file, `${code}\nexport {};\n`);
  }
  const config = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile).config;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const program = ts.createProgram([...places.keys()], { ...options, noUnusedLocals: false });
  return [...places].flatMap(([file, place]) =>
    ts.getPreEmitDiagnostics(program, program.getSourceFile(file)).map(({ messageText }) => {
      return `${place}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    }),
  );
}

const docstrings = listFiles('src', '.ts').flatMap(examplesOf);
const guides = listFiles('docs', '.md').flatMap(examplesOf);
const readme = examplesOf(join(ROOT, 'README.md'));

describe('examples', () => {
  test('compile', () => {
    expect(docstrings.length).toBeGreaterThan(20);
    expect(readme.length).toBeGreaterThan(0);
    expect(compile([...docstrings, ...guides, ...readme])).toEqual([]);
  });

  test('a wrong one is found', () => {
    const code = "import { accuracyScore } from 'mvsa-fusion/metrics';\naccuracyScore(1);";
    expect(compile([{ place: 'here:1', code }])[0]).toMatch(/^here:1: /);
  });

  test.each(readme.map(({ place, code }) => [place, code] as const))('%s runs', async (_place, code) => {
    const directory = mkdtempSync(join(folder, 'run-'));
    mkdirSync(directory, { recursive: true });
    const file = join(directory, 'example.ts');
    writeFileSync(file, code);
    await import(pathToFileURL(file).href);
  });
});
