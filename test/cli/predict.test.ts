import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { predictCommand } from '../../src/cli/predict-command';
import { MvsaFusionError } from '../../src/errors';
import { makeJpeg } from '../data/mvsa/mini-mvsa';
import { postLines, tinyClassifier } from '../support/tiny-classifier';
import { useBackend } from '../support/use-backend';

const ROOT = resolve(import.meta.dirname, '../..');
// `npm test` has built it just before.
const PROGRAM = join(ROOT, 'dist/cli/index.js');

useBackend('wasm');
let folder = '';
let model = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'predict-'));
  model = join(folder, 'model');
  const classifier = await tinyClassifier();
  await classifier.save(model);
  await classifier.dispose();
  await writeFile(join(folder, 'photo.jpg'), await makeJpeg(40, 30));
});
afterAll(async () => {
  // Those of the command: this process is to end when it is told to.
  for (const signal of ['SIGINT', 'SIGTERM']) process.removeAllListeners(signal);
  await rm(folder, { recursive: true, force: true });
});

interface Run {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

const parametersOf = (parameters: readonly string[]) => [model, '--backend', 'wasm', ...parameters];

/** Runs the program on the model; `stdin` is piped into it. */
function predict(parameters: readonly string[], stdin = ''): Promise<Run> {
  return new Promise((done) => {
    const all = [PROGRAM, 'predict', ...parametersOf(parameters)];
    const child = execFile(process.execPath, all, { cwd: folder }, (error, stdout, stderr) =>
      done({ stdout, stderr, code: error ? Number(error.code) : 0 }),
    );
    child.stdin?.end(stdin);
  });
}

/** Runs the command in this process, which starts no other. */
async function predictHere(parameters: readonly string[]): Promise<Run> {
  const [out, err] = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockReturnValue(true),
  );
  try {
    await predictCommand().parseAsync(parametersOf(parameters), { from: 'user' });
    const [stdout, stderr] = [out, err].map((spy) => spy?.mock.calls.join('') ?? '') as [string, string];
    return { stdout, stderr, code: Number(process.exitCode ?? 0) };
  } finally {
    process.exitCode = undefined;
    vi.restoreAllMocks();
  }
}

describe('mvsa-fusion predict, one post', () => {
  it('says label, probabilities in class order, and what was missing', async () => {
    const { stdout, code } = await predictHere(['--text', 'a lovely day']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^(\w+) \((0\.\d{4})\)\n {2}positive {2}0\.\d{4}\n {2}neutral {3}0\.\d{4}\n {2}negative {2}0\.\d{4}\n {2}answered without an image\n$/,
    );
  });

  it('prints JSON of both halves, the text from stdin', async () => {
    const { stdout, code } = await predict(
      ['--text', '-', '--image', 'photo.jpg', '--json'],
      'a lovely day\n',
    );
    expect(code).toBe(0);
    const answer = JSON.parse(stdout);
    expect(Object.keys(answer.probabilities)).toEqual(['positive', 'neutral', 'negative']);
    expect([answer.missing, answer.score]).toEqual([[], answer.probabilities[answer.label]]);
  });

  it.each([
    [[], /expected a post \(--text, --image or both\) or a file of posts/],
    [['--text', 'hello', '--out', 'answers.jsonl'], /--out: expected --posts FILE beside it/],
    [['--text', 'hello', '--batch-size', '8'], /--batch-size: expected --posts FILE beside it/],
    [['--posts', 'posts.jsonl', '--image', 'photo.jpg'], /--image: expected one post beside it/],
    [['--posts', 'posts.jsonl'], /--posts posts\.jsonl: expected --out FILE beside it/],
    [['--image', 'absent.jpg'], /absent\.jpg: .*no image file/],
    [['--text', ' '], /neither text nor image/],
  ])('%s is refused', async (parameters, message) => {
    const error = await predictHere(parameters).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(MvsaFusionError);
    expect((error as Error).message).toMatch(message);
  });
});

describe('mvsa-fusion predict, a file', () => {
  it('answers every row, counts those without an answer, and refuses to write twice', async () => {
    const { lines, bad } = postLines(60, 'photo.jpg');
    await writeFile(join(folder, 'posts.jsonl'), lines.join('\n'));
    const file = ['--posts', join(folder, 'posts.jsonl'), '--out', join(folder, 'answers/mine.jsonl')];
    const first = await predict(file);
    expect([first.code, first.stdout]).toEqual([0, '']);
    expect(first.stderr).toMatch(/mine\.jsonl: 60 rows answered\n/);
    expect(first.stderr).toContain(`${bad.length} of 60 rows could not be answered`);
    const answers = await readFile(join(folder, 'answers/mine.jsonl'), 'utf8');
    expect(answers.trimEnd().split('\n')).toHaveLength(60);

    const second = await predict(file);
    expect([second.code, second.stdout]).toEqual([1, '']);
    expect(second.stderr).toMatch(/^Error: .*pass force \(--force\)\.\n$/);
    const strict = await predictHere([...file, '--force', '--strict', '--quiet']);
    expect(strict.code).toBe(3);
    expect(strict.stderr.trim().split('\n')).toHaveLength(1);
    expect(await readFile(join(folder, 'answers/mine.jsonl'), 'utf8')).toBe(answers);
  });

  it('takes columns of a CSV file by name', async () => {
    await writeFile(
      join(folder, 'posts.csv'),
      'tweet,nr,picture\na lovely day,x1,photo.jpg\n,x2,photo.jpg\n',
    );
    const columns = ['--text-column', 'tweet', '--id-column', 'nr', '--image-column', 'picture'];
    const { code } = await predictHere([
      '--posts',
      join(folder, 'posts.csv'),
      '--out',
      join(folder, 'csv.jsonl'),
      ...columns,
    ]);
    expect(code).toBe(0);
    const answers = (await readFile(join(folder, 'csv.jsonl'), 'utf8')).trimEnd().split('\n');
    expect(answers.map((line) => JSON.parse(line)).map(({ id, missing }) => [id, missing])).toEqual([
      ['x1', []],
      ['x2', ['text']],
    ]);
  });

  it('Ctrl-C: stops behind a batch with exit code 130, and the same command goes on', async () => {
    const { lines } = postLines(1000, 'photo.jpg');
    await writeFile(join(folder, 'long.jsonl'), lines.join('\n'));
    const file = ['--posts', 'long.jsonl', '--out', 'long-answers.jsonl', '--batch-size', '16'];
    const all = [PROGRAM, 'predict', ...parametersOf(file)];
    const child = spawn(process.execPath, all, { cwd: folder });
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const ended = new Promise<number | null>((done) => child.on('close', (code) => done(code)));
    const journal = join(folder, 'long-answers.jsonl.part/journal.json');
    await expect
      .poll(() => readFile(journal, 'utf8').catch(() => ''), { timeout: 60_000 })
      .toContain('"rows"');
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    const reached = Number(/Stopped behind row (\d+); the same command goes on there/.exec(stderr)?.[1]);
    expect([reached > 0 && reached < 1000, reached % 16]).toEqual([true, 0]);
    const resumed = await predictHere([
      '--posts',
      join(folder, 'long.jsonl'),
      '--out',
      join(folder, 'long-answers.jsonl'),
      '--batch-size',
      '16',
    ]);
    expect(resumed.code).toBe(0);
    expect(resumed.stderr).toContain(`long-answers.jsonl: 1000 rows answered, ${reached} of them before`);
  });
});
