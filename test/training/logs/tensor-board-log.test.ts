import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { MvsaFusionError, OptionError } from '../../../src/errors';
import { tfRecord } from '../../../src/training/logs/tensor-board-events';
import { markdownTable, tensorBoardLog } from '../../../src/training/logs/tensor-board-log';
import { epochLog, play, startLog, stepLog } from './support';

const folder = mkdtempSync(join(tmpdir(), 'mvsa-fusion-tensorboard-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const filesOf = (directory: string) =>
  readdirSync(directory)
    .sort()
    .map((name) => join(directory, name));

/** The events of a file, each checked to be framed as it should. */
function eventsOf(file: string): Buffer[] {
  const bytes = readFileSync(file);
  const events: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    const event = bytes.subarray(at + 12, at + 12 + length);
    expect(bytes.subarray(at, at + length + 16).equals(tfRecord(event))).toBe(true);
    events.push(event);
    at += length + 16;
  }
  return events;
}

test('the file is named as TensorBoard expects and has each event when its callback returns', () => {
  const directory = join(folder, 'new/run');
  const log = tensorBoardLog(directory);
  log.onTrainBegin?.(startLog());
  const [file = ''] = filesOf(directory);
  expect(file).toMatch(new RegExp(`/events\\.out\\.tfevents\\.\\d{10}\\..+\\.${process.pid}\\.\\d+$`));
  const [version, session, config] = eventsOf(file);
  expect(version?.toString()).toContain('brain.Event:2');
  expect(session).toHaveLength(9 + 4);
  expect(config?.toString()).toContain('| options.batchSize | 32 |');
  log.onStepEnd?.(stepLog(1));
  expect(eventsOf(file).at(-1)?.toString()).toContain('train/learning_rate/backbone');
  log.onEpochEnd?.(epochLog(1), true);
  expect(eventsOf(file)).toHaveLength(5);
  expect(eventsOf(file).at(-1)?.toString()).toContain('validation/macro_f1');
  log.onTrainEnd?.({ stoppedBy: 'epochs', bestEpoch: 1 });
  expect(eventsOf(file)).toHaveLength(5);
});

test('later files come after earlier ones, whatever the clock says', () => {
  const directory = join(folder, 'order');
  for (let run = 0; run < 12; run++) play(tensorBoardLog(directory), startLog({ resumedStep: run }), run + 1);
  const files = filesOf(directory);
  const byTime = files.map((file) => eventsOf(file)[1]?.readDoubleLE(1) as number);
  expect(files).toHaveLength(12);
  expect(byTime).toEqual([...byTime].sort((a, b) => a - b));
});

test('everySteps, and a step too short for the clock', () => {
  const directory = join(folder, 'every');
  const log = tensorBoardLog(directory, { everySteps: 3 });
  log.onTrainBegin?.(startLog());
  for (let step = 1; step <= 7; step++) log.onStepEnd?.(stepLog(step, { seconds: step === 6 ? 0 : 1 }));
  const [file = ''] = filesOf(directory);
  const [third = '', sixth = '', ...others] = eventsOf(file).slice(3).map(String);
  expect(others).toEqual([]);
  expect(third).toContain('train/posts_per_second');
  expect(sixth).not.toContain('train/posts_per_second');
  expect(sixth).toContain('train/loss');
});

test('errors come before training and name what is wrong', () => {
  writeFileSync(join(folder, 'taken'), '');
  const log = tensorBoardLog(join(folder, 'taken/run'));
  expect(() => log.onTrainBegin?.(startLog())).toThrow(MvsaFusionError);
  expect(() => log.onTrainBegin?.(startLog())).toThrow(/Could not write .*taken\/run\/events\.out.*Choose/);
  expect(() => log.onTrainEnd?.({ stoppedBy: 'error', bestEpoch: 0 })).not.toThrow();
  expect(() => tensorBoardLog('')).toThrow(OptionError);
  expect(() => tensorBoardLog('x', { everySteps: 0 })).toThrow(/everySteps.*received 0/);
  expect(() => tensorBoardLog('x', { everyStep: 2 } as never)).toThrow(/Did you mean everySteps/);
});

test('a configuration as a table', () => {
  const config = { seed: 7, rate: Number.NaN, nothing: null, empty: {}, list: [1, 'a'], absent: undefined };
  expect(markdownTable({ ...config, deep: { er: { name: 'a|b_c\n<i>' } } }).split('\n')).toEqual([
    '| name | value |',
    '| --- | --- |',
    '| seed | 7 |',
    '| rate | NaN |',
    '| nothing | null |',
    '| empty | {} |',
    '| list | \\[1,"a"\\] |',
    '| deep.er.name | a\\|b\\_c \\<i\\> |',
  ]);
});

const python = process.env.REFERENCE_PYTHON;
describe.skipIf(!python)('read by TensorBoard itself (skipped unless REFERENCE_PYTHON is set)', () => {
  const script = resolve(import.meta.dirname, '../../../tools/reference/tensorboard_events.py');
  const call = (...args: string[]) =>
    execFileSync(python as string, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] }).toString();
  type Point = readonly [step: number, value: number | string, wallTime: number];
  const read = (directory: string) =>
    JSON.parse(call('--read', directory)) as {
      scalars: Record<string, Point[]>;
      texts: Record<string, [number, string][]>;
    };
  const points = (found: Point[] | undefined) => found?.map(([step, value]) => [step, value]);
  const upTo = (last: number, value: (step: number) => number) =>
    Array.from({ length: last }, (_, at) => [at + 1, Math.fround(value(at + 1))]);

  test('tags, steps, values and times are exactly those that were logged', () => {
    const directory = join(folder, 'whole');
    const before = Date.now() / 1000;
    const log = tensorBoardLog(directory);
    play(log, startLog({ config: { name: 'naïve 😀' } }), 12, true);
    const odd = { monitored: { name: 'Bärenmaß 熊', value: 0.3 }, valLoss: Number.POSITIVE_INFINITY };
    log.onEpochEnd?.(epochLog(4, odd), false);
    log.onStepEnd?.(stepLog(2 ** 40, { loss: Number.NaN }));
    log.onTrainEnd?.({ stoppedBy: 'epochs', bestEpoch: 1 });
    const { scalars, texts } = read(directory);
    expect(Object.keys(scalars).sort()).toEqual(
      [
        'train/epoch_loss',
        'train/gradient_norm',
        'train/learning_rate/backbone',
        'train/learning_rate/head',
        'train/loss',
        'train/posts_per_second',
        'validation/Bärenmaß 熊',
        'validation/accuracy',
        'validation/loss',
        'validation/macro_f1',
      ].sort(),
    );
    expect(points(scalars['train/loss'])).toEqual([...upTo(12, (step) => 1 / step), [2 ** 40, 'NaN']]);
    expect(points(scalars['train/gradient_norm'])?.slice(0, 12)).toEqual(upTo(12, (step) => step / 8));
    expect(points(scalars['train/posts_per_second'])?.[0]).toEqual([1, 200]);
    expect(points(scalars['train/learning_rate/backbone'])?.[4]).toEqual([5, Math.fround(0.00002)]);
    expect(points(scalars['validation/loss'])).toEqual([
      [4, 1],
      [8, 0.5],
      [12, Math.fround(1 / 3)],
      [16, 'Infinity'],
    ]);
    expect(points(scalars['validation/Bärenmaß 熊'])).toEqual([[16, Math.fround(0.3)]]);
    for (const [, , wallTime] of scalars['train/loss'] ?? []) {
      expect(wallTime).toBeGreaterThanOrEqual(before);
      expect(wallTime).toBeLessThanOrEqual(Date.now() / 1000);
    }
    expect(texts.config).toEqual([[0, '| name | value |\n| --- | --- |\n| name | naïve 😀 |']]);
  });

  test('what a killed run wrote after the checkpoint is dropped, also when the kill cut off its last event', () => {
    const directory = join(folder, 'resumed');
    play(tensorBoardLog(directory), startLog(), 7, true);
    const [killed = ''] = filesOf(directory);
    truncateSync(killed, readFileSync(killed).length - 5);
    expect(points(read(directory).scalars['train/loss'])).toHaveLength(6);
    play(tensorBoardLog(directory), startLog({ resumedStep: 5 }), 12);
    const { scalars } = read(directory);
    expect(points(scalars['train/loss'])).toEqual(upTo(12, (step) => 1 / step));
    expect(points(scalars['validation/loss'])?.map(([step]) => step)).toEqual([4, 8, 12]);
  });

  test('a new run in the same directory drops the earlier one', () => {
    const directory = join(folder, 'again');
    play(tensorBoardLog(directory), startLog(), 12);
    play(tensorBoardLog(directory), startLog({ config: { seed: 8 } }), 4);
    const { scalars, texts } = read(directory);
    expect(points(scalars['train/loss'])).toEqual(upTo(4, (step) => 1 / step));
    expect(texts.config).toEqual([[0, '| name | value |\n| --- | --- |\n| seed | 8 |']]);
  });

  test('its reader takes every record, and refuses a file with any bit of a record turned', () => {
    const directory = join(folder, 'flipped');
    play(tensorBoardLog(directory), startLog(), 2);
    const [file = ''] = filesOf(directory);
    expect(Number(call('--records', file))).toBe(eventsOf(file).length);
    const bytes = readFileSync(file);
    const lastRecord = bytes.length - (eventsOf(file).at(-1)?.length ?? 0) - 16;
    // A byte of the length, of its checksum, of the event, of the event's checksum.
    for (const at of [lastRecord, lastRecord + 9, lastRecord + 20, bytes.length - 1]) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] as number) ^ 1;
      writeFileSync(file, damaged);
      expect(() => call('--records', file), String(at)).toThrow(/DataLossError/);
    }
  });
});
