import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { afterAll, describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

interface Example {
  /** Where its first line of code is, for messages. */
  readonly file: string;
  readonly line: number;
  readonly code: string;
  /** Marked `<!-- not run: reason -->` on the line above. */
  readonly isRun: boolean;
}

/** The ```ts blocks of a Markdown text or of docstrings, whose lines begin with ` * `. */
function examplesOf(file: string): Example[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  const examples: Example[] = [];
  let block: string[] | null = null;
  let start = 0;
  let isRun = true;
  for (const [index, line] of lines.entries()) {
    const text = file.endsWith('.ts') ? line.replace(/^\s*\* ?/, '') : line;
    if (block === null && text.startsWith('```ts')) {
      block = [];
      isRun = !/^<!-- not run: \S.* -->$/.test(lines[index - 1] ?? '');
      start = index + 2;
    } else if (block !== null && text.startsWith('```')) {
      examples.push({ file: relative(ROOT, file), line: start, code: block.join('\n'), isRun });
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

/** The one compiled last: the next takes its declarations over. */
let program: ts.Program | undefined;

/** Compiles examples as modules of their own and returns what the compiler says, by file and line. */
function compile(examples: readonly Example[]): string[] {
  const source = mkdtempSync(join(folder, 'source-'));
  const sources = new Map<string, Example>();
  for (const [index, example] of examples.entries()) {
    const file = join(source, `example-${index}.ts`);
    sources.set(file, example);
    writeFileSync(file, `${example.code}\nexport {};\n`);
  }
  const config = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile).config;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const compiled = ts.createProgram(
    [...sources.keys()],
    { ...options, noUnusedLocals: false },
    undefined,
    program,
  );
  program = compiled;
  return [...sources].flatMap(([path, { file, line }]) =>
    ts.getPreEmitDiagnostics(compiled, compiled.getSourceFile(path)).map((diagnostic) => {
      const position = diagnostic.start ?? 0;
      const offset = diagnostic.file?.getLineAndCharacterOfPosition(position).line ?? 0;
      return `${file}:${line + offset}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ')}`;
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

  test('a wrong one is found, with its line', () => {
    const code = "import { accuracyScore } from 'mvsa-fusion/metrics';\naccuracyScore(1);";
    expect(compile([{ file: 'here', line: 11, code, isRun: false }])[0]).toMatch(/^here:12: /);
  });

  const executed = readme
    .filter(({ isRun }) => isRun)
    .map(({ file, line, code }) => [`${file}:${line}`, code]);
  test.each(executed as [string, string][])('%s runs', async (_place, code) => {
    const own = mkdtempSync(join(folder, 'run-'));
    const path = join(own, 'example.ts');
    writeFileSync(path, code);
    // What an example writes goes with its folder.
    const before = process.cwd();
    process.chdir(own);
    try {
      await import(pathToFileURL(path).href);
    } finally {
      process.chdir(before);
    }
  });
});
