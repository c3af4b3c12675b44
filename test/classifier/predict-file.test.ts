import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type FailedPrediction,
  type Prediction,
  predictFile,
  SentimentClassifier,
} from '../../src/classifier';
import { DataError, OptionError } from '../../src/errors';
import type { Progress } from '../../src/types';
import { makeJpeg } from '../data/mvsa/mini-mvsa';
import { postLines, tinyClassifier } from '../support/tiny-classifier';
import { useBackend } from '../support/use-backend';

const ROWS = 90;
const BATCH = { batchSize: 8 };

useBackend('wasm');
let classifier: SentimentClassifier;
let other: SentimentClassifier;
let folder = '';
let input = '';
let bad: readonly string[] = [];
/** The output of a run that nothing stopped. */
let straight = '';
beforeAll(async () => {
  classifier = await tinyClassifier();
  other = await tinyClassifier(2);
  folder = await mkdtemp(join(tmpdir(), 'predict-file-'));
  input = join(folder, 'posts.jsonl');
  await writeFile(join(folder, 'photo.jpg'), await makeJpeg(40, 30));
  const made = postLines(ROWS, 'photo.jpg');
  bad = made.bad;
  await writeFile(input, made.lines.join('\n'));
  await predictFile(classifier, input, join(folder, 'straight.jsonl'), BATCH);
  straight = await readFile(join(folder, 'straight.jsonl'), 'utf8');
});
afterAll(async () => {
  await Promise.all([classifier.dispose(), other.dispose()]);
  await rm(folder, { recursive: true, force: true });
});

let outputs = 0;
const newOutput = () => join(folder, `out-${outputs++}.jsonl`);
const partOf = (output: string, ...names: string[]) => join(`${output}.part`, ...names);
const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Prediction | FailedPrediction);

/** Answers until about `rows` rows are done, and leaves the rest. */
async function stopAt(rows: number, output: string, file = input): Promise<void> {
  const stop = new AbortController();
  const run = predictFile(classifier, file, output, {
    ...BATCH,
    signal: stop.signal,
    onProgress: ({ done }) => done >= rows && stop.abort(new Error('enough')),
  });
  await expect(run).rejects.toThrow('enough');
}

describe('predictFile', () => {
  test('gives each row its line, in order, those that cannot be read with the reason', async () => {
    const answers = linesOf(straight);
    expect(answers).toHaveLength(ROWS);
    const failed = answers.filter((answer) => 'error' in answer);
    expect(failed.map(({ id }) => id)).toEqual(bad);
    expect(failed[0]?.error).toMatch(/the line is no JSON object/);
    expect(failed[1]?.error).toMatch(/absent\.jpg: .*no image file/);
    const [whole, half] = [answers[0], answers[1]] as [Prediction, Prediction];
    expect(Object.keys(whole)).toEqual(['id', 'label', 'score', 'probabilities', 'missing']);
    expect([whole.id, whole.missing, half.id, half.missing]).toEqual(['post-0', [], 'post-1', ['image']]);
    expect(await readdir(folder)).not.toContain('straight.jsonl.part');
  });

  test('says what predict says of the same posts', async () => {
    const texts = ['a lovely day', 'an awful night', 'the bus at noon'];
    await writeFile(
      join(folder, 'three.csv'),
      `nr;x,tweet\n${texts.map((text, at) => `${at},${text}\n`).join('')}`,
    );
    const output = newOutput();
    const options = { text: 'tweet', id: 'nr;x' };
    expect(await predictFile(classifier, join(folder, 'three.csv'), output, options)).toEqual({
      rows: 3,
      failed: 0,
      resumedAt: 0,
    });
    expect(linesOf(await readFile(output, 'utf8'))).toEqual(
      await classifier.predict(texts.map((text) => ({ text }))),
    );
  });

  test.each([8, 24, 88])('stopped at row %i, goes on there, to the same bytes', async (rows) => {
    const output = newOutput();
    await stopAt(rows, output);
    await expect(stat(output)).rejects.toThrow('ENOENT');
    const { rows: journalled } = JSON.parse(await readFile(partOf(output, 'journal.json'), 'utf8'));
    expect(journalled).toBeGreaterThanOrEqual(rows);
    const told: Progress[] = [];
    const onProgress = (progress: Progress) => void told.push(progress);
    const result = await predictFile(classifier, input, output, { ...BATCH, onProgress });
    expect(result).toEqual({ rows: ROWS, failed: bad.length, resumedAt: journalled });
    expect(told[0]?.done).toBe(journalled);
    expect(told.at(-1)).toEqual({ stage: 'predict', done: ROWS, total: ROWS });
    expect(await readFile(output, 'utf8')).toBe(straight);
    await expect(stat(partOf(output))).rejects.toThrow('ENOENT');
  });

  test('goes on with a loaded copy of the classifier', async () => {
    const output = newOutput();
    await stopAt(24, output);
    await classifier.save(join(folder, 'model'));
    const copy = await SentimentClassifier.load(join(folder, 'model'));
    expect(await copy.fingerprint()).toBe(await classifier.fingerprint());
    expect(await other.fingerprint()).not.toBe(await classifier.fingerprint());
    expect((await predictFile(copy, input, output, BATCH)).resumedAt).toBeGreaterThanOrEqual(24);
    expect(await readFile(output, 'utf8')).toBe(straight);
    await copy.dispose();
  });

  test('cuts off what stands behind the journal', async () => {
    const output = newOutput();
    await stopAt(24, output);
    await appendFile(partOf(output, 'answers.jsonl'), '{"id":"half a li');
    await writeFile(partOf(output, '.journal.json.1234.tmp'), '{"format');
    await predictFile(classifier, input, output, BATCH);
    expect(await readFile(output, 'utf8')).toBe(straight);
    await expect(stat(partOf(output))).rejects.toThrow('ENOENT');
  });

  test('killed between the last two moves, finishes', async () => {
    const output = newOutput();
    await stopAt(88, output);
    const journal = partOf(output, 'journal.json');
    const stopped = await readFile(journal, 'utf8');
    await predictFile(classifier, input, output, BATCH);
    await mkdir(partOf(output));
    await writeFile(
      journal,
      JSON.stringify({ ...JSON.parse(stopped), rows: ROWS, failed: 4, isFinished: true }),
    );
    expect(await predictFile(classifier, input, output, BATCH)).toEqual({
      rows: ROWS,
      failed: 4,
      resumedAt: ROWS,
    });
    expect(await readFile(output, 'utf8')).toBe(straight);
    await expect(stat(partOf(output))).rejects.toThrow('ENOENT');
  });

  test('ids of rows that cannot be read do not depend on where a run was stopped', async () => {
    const file = join(folder, 'late-ids.jsonl');
    const good = (index: number) => JSON.stringify({ id: `post-${index}`, text: 'a lovely day' });
    const rows = Array.from({ length: 40 }, (_, index) =>
      index < 8 || index === 16 ? 'no JSON' : good(index),
    );
    await writeFile(file, rows.join('\n'));
    const [whole, resumed] = [newOutput(), newOutput()];
    await predictFile(classifier, file, whole, BATCH);
    await stopAt(16, resumed, file);
    await predictFile(classifier, file, resumed, BATCH);
    expect(linesOf(await readFile(whole, 'utf8')).map(({ id }) => id)).toContain('row 17');
    expect(await readFile(resumed, 'utf8')).toBe(await readFile(whole, 'utf8'));
  });
});

describe('predictFile refuses', () => {
  test('an output that is there, until it is told to replace it', async () => {
    const output = newOutput();
    await writeFile(output, 'mine');
    await expect(predictFile(classifier, input, output, BATCH)).rejects.toThrow(
      /out-\d+\.jsonl: expected no file.* Delete it, name another, or pass force \(--force\)\./,
    );
    await expect(stat(partOf(output))).rejects.toThrow('ENOENT');
    // What is forced goes on, too, and the old one stays until the new one is whole.
    await expect(
      predictFile(classifier, input, output, {
        ...BATCH,
        force: true,
        signal: AbortSignal.abort(new Error('no')),
      }),
    ).rejects.toThrow('no');
    expect(await readFile(output, 'utf8')).toBe('mine');
    await predictFile(classifier, input, output, { ...BATCH, force: true });
    expect(await readFile(output, 'utf8')).toBe(straight);
  });

  type Call = (output: string) => Promise<unknown>;
  test.each<[string, Call, RegExp]>([
    [
      'another model',
      (output) => predictFile(other, input, output, BATCH),
      /another: model: ".*" then, ".*" now/,
    ],
    [
      'another batch size',
      (output) => predictFile(classifier, input, output),
      /options\.batchSize: 8 then, 64 now/,
    ],
    [
      'another column',
      (output) => predictFile(classifier, input, output, { ...BATCH, text: 'id' }),
      /options\.text: absent then, "id" now/,
    ],
  ])('to go on with %s', async (_, call, message) => {
    const output = newOutput();
    await stopAt(24, output);
    const before = await readFile(partOf(output, 'journal.json'), 'utf8');
    const error = await call(output).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DataError);
    expect((error as DataError).message).toMatch(message);
    expect((error as DataError).message).toContain(`delete ${partOf(output)}, or pass force (--force)`);
    expect(await readFile(partOf(output, 'journal.json'), 'utf8')).toBe(before);
    await predictFile(classifier, input, output, BATCH);
    expect(await readFile(output, 'utf8')).toBe(straight);
  });

  test('to go on behind the end of what is left, and in a damaged journal', async () => {
    const output = newOutput();
    await stopAt(24, output);
    await truncate(partOf(output, 'answers.jsonl'), 100);
    const again = () => predictFile(classifier, input, output, BATCH);
    await expect(again()).rejects.toThrow(
      /answers\.jsonl: expected \d+ bytes or more, as the journal beside it says, received 100\. To begin anew, delete/,
    );
    await writeFile(partOf(output, 'journal.json'), '{"format":1,"rows":');
    await expect(again()).rejects.toThrow(
      /journal\.json: expected a journal of format 1, received a damaged one/,
    );
    await predictFile(classifier, input, output, { ...BATCH, force: true });
    expect(await readFile(output, 'utf8')).toBe(straight);
  });

  test('an input that was edited while the run was stopped, or while it is read', async () => {
    const [file, output] = [join(folder, 'edited.jsonl'), newOutput()];
    await writeFile(file, await readFile(input));
    await stopAt(24, output, file);
    await appendFile(file, '\n{"text":"one more"}');
    await expect(predictFile(classifier, file, output, BATCH)).rejects.toThrow(
      /received another: input\.bytes: \d+ then, \d+ now; input\.changed: .*Give the same as then\. To begin anew/,
    );
    let isTouched = false;
    const touched = predictFile(classifier, file, newOutput(), {
      ...BATCH,
      async onProgress() {
        if (!isTouched) await utimes(file, 1, 1);
        isTouched = true;
      },
    });
    await expect(touched).rejects.toThrow(/expected a file that stays as it is while it is read/);
  });

  test('a second writer of the same output', async () => {
    const output = newOutput();
    const first = predictFile(classifier, input, output, BATCH);
    await expect.poll(() => readdir(partOf(output)).catch(() => [])).toContain('lock');
    await expect(predictFile(classifier, input, output, BATCH)).rejects.toThrow(
      /expected a directory that nobody else writes into, but this process itself does/,
    );
    await first;
    expect(await readFile(output, 'utf8')).toBe(straight);
  });

  test('what is no input and no output, and leaves nothing behind', async () => {
    const before = await readdir(folder);
    const predict = (file: string, output: string) => predictFile(classifier, file, output);
    await expect(predict(join(folder, 'absent.csv'), newOutput())).rejects.toThrow(DataError);
    await expect(predict(input, input)).rejects.toThrow(OptionError);
    await expect(predictFile('model' as never, input, newOutput())).rejects.toThrow(
      /a SentimentClassifier, received model/,
    );
    await expect(predict(input, folder)).rejects.toThrow(/received a folder or device/);
    await writeFile(join(folder, 'empty.csv'), 'id,text\n');
    await expect(predict(join(folder, 'empty.csv'), newOutput())).rejects.toThrow(/expected rows of posts/);
    await writeFile(join(folder, 'empty.csv'), 'id,words\n1,hello\n');
    await expect(predict(join(folder, 'empty.csv'), newOutput())).rejects.toThrow(/expected a column "text"/);
    await rm(join(folder, 'empty.csv'));
    expect(await readdir(folder)).toEqual(before);
  });
});
