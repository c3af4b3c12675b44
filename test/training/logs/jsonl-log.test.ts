import { execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { DataError, MvsaFusionError, OptionError } from '../../../src/errors';
import { jsonlLog } from '../../../src/training/logs/jsonl-log';
import { epochLog, play, startLog, stepLog } from './support';

const folder = mkdtempSync(join(tmpdir(), 'mvsa-fusion-jsonl-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SOURCE = resolve(import.meta.dirname, '../../../src/training/logs/jsonl-log.ts');
const LOADER = resolve(import.meta.dirname, '../../../node_modules/tsx/dist/loader.mjs');

let files = 0;
const newFile = () => join(folder, `new/${files++}/log.jsonl`);

/** The records of a file, every line of which must be whole. */
function recordsOf(file: string) {
  const text = readFileSync(file, 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Which records there are: the type, and the step within the run. */
const outline = (file: string) => recordsOf(file).map(({ type, globalStep }) => `${type} ${globalStep}`);

describe('a new run', () => {
  test('each line is in the file when its callback returns, with every field', () => {
    const file = newFile();
    const log = jsonlLog(file);
    const start = startLog({ config: { name: 'naïve 😀 熊 "\n\u2028', deep: { list: [1, null] } } });
    log.onTrainBegin?.(start);
    expect(recordsOf(file)).toEqual([{ type: 'start', time: expect.any(String), globalStep: 0, ...start }]);
    log.onStepEnd?.(stepLog(1));
    expect(recordsOf(file)[1]).toEqual({ type: 'step', time: expect.any(String), ...stepLog(1) });
    const epoch = epochLog(1, { monitored: { name: 'auc', value: 0.25 } });
    log.onEpochEnd?.(epoch, true);
    expect(recordsOf(file)[2]).toEqual({ type: 'epoch', time: expect.any(String), ...epoch, isBest: true });
    log.onTrainEnd?.({ stoppedBy: 'patience', bestEpoch: 1 });
    const end = { type: 'end', globalStep: 4, stoppedBy: 'patience', bestEpoch: 1 };
    expect(recordsOf(file)[3]).toEqual({ time: expect.any(String), ...end });
    for (const { time } of recordsOf(file)) expect(new Date(time).toISOString()).toBe(time);
    expect(recordsOf(file)).toHaveLength(4);
  });

  test('numbers that are not finite are spelt out, never null', () => {
    const file = newFile();
    const log = jsonlLog(file);
    log.onTrainBegin?.(startLog({ config: { clip: Number.POSITIVE_INFINITY } }));
    log.onStepEnd?.(
      stepLog(1, {
        loss: Number.NaN,
        gradientNorm: Number.NEGATIVE_INFINITY,
        learningRates: { a: Number.NaN },
      }),
    );
    const [start, step] = recordsOf(file);
    expect(start.config).toEqual({ clip: 'Infinity' });
    expect(step).toMatchObject({ loss: 'NaN', gradientNorm: '-Infinity', learningRates: { a: 'NaN' } });
    expect(readFileSync(file, 'utf8')).not.toContain('null');
    log.onTrainEnd?.({ stoppedBy: 'error', bestEpoch: 0 });
  });

  test('everySteps keeps its multiples, and all epochs', () => {
    const file = newFile();
    play(jsonlLog(file, { everySteps: 3 }), startLog(), 8);
    expect(outline(file)).toEqual(['start 0', 'step 3', 'epoch 4', 'step 6', 'epoch 8', 'end 8']);
  });

  test('leaves earlier logs under other names', () => {
    const file = newFile();
    for (const lastStep of [1, 2, 3]) play(jsonlLog(file), startLog(), lastStep);
    expect(readdirSync(join(file, '..')).sort()).toEqual(['log.jsonl', 'log.jsonl.1', 'log.jsonl.2']);
    expect(outline(file)).toContain('step 3');
    expect(outline(`${file}.2`).at(-1)).toBe('end 2');
    expect(outline(`${file}.1`).at(-1)).toBe('end 1');
  });

  test('one object serves two runs', () => {
    const file = newFile();
    const log = jsonlLog(file);
    play(log, startLog(), 5);
    play(log, startLog(), 2);
    expect(outline(file)).toEqual(['start 0', 'step 1', 'step 2', 'end 2']);
  });
});

describe('a run that goes on', () => {
  test('has one line for each step and epoch', () => {
    const file = newFile();
    play(jsonlLog(file), startLog(), 10, true);
    const before = readFileSync(file, 'utf8');
    play(jsonlLog(file), startLog({ resumedStep: 6 }), 8);
    const kept = ['start 0', 'step 1', 'step 2', 'step 3', 'step 4', 'epoch 4', 'step 5', 'step 6'];
    expect(outline(file)).toEqual([...kept, 'start 6', 'step 7', 'step 8', 'epoch 8', 'end 8']);
    // The lines kept are the very same, the rest was cut off in place.
    const lines = before.split('\n').slice(0, kept.length);
    expect(readFileSync(file, 'utf8').startsWith(`${lines.join('\n')}\n{"type":"start"`)).toBe(true);
    expect(readdirSync(join(file, '..'))).toEqual(['log.jsonl']);
  });

  test('drops the end of the part before, and starts after its checkpoint', () => {
    const file = newFile();
    play(jsonlLog(file), startLog(), 3);
    play(jsonlLog(file), startLog({ resumedStep: 3 }), 5);
    play(jsonlLog(file), startLog({ resumedStep: 2 }), 3);
    expect(outline(file)).toEqual(['start 0', 'step 1', 'step 2', 'start 2', 'step 3', 'end 3']);
  });

  test('a checkpoint before the end of an epoch: the epoch is not there twice', () => {
    const file = newFile();
    play(jsonlLog(file), startLog(), 4, true);
    const log = jsonlLog(file);
    log.onTrainBegin?.(startLog({ resumedStep: 4 }));
    log.onEpochEnd?.(epochLog(1), true);
    log.onEpochEnd?.(epochLog(2), true);
    expect(outline(file).slice(4)).toEqual(['step 4', 'epoch 4', 'start 4', 'epoch 8']);
    log.onTrainEnd?.({ stoppedBy: 'epochs', bestEpoch: 2 });
  });

  test('in a file that is not there, it starts one', () => {
    const file = newFile();
    play(jsonlLog(file), startLog({ resumedStep: 6 }), 7);
    expect(outline(file)).toEqual(['start 6', 'step 7', 'end 7']);
  });

  test.each([
    ['half a line', '{"type":"step","globalStep":5,"na'],
    ['half a sign', Buffer.from('{"type":"step","globalStep":5,"name":"😀').subarray(0, -2)],
    ['nulls, as after a power cut', Buffer.alloc(100)],
    ['a whole line of damage', '\0\0\0\n'],
    ['a line longer than a chunk', `{"type":"step","globalStep":5,"name":"${'x'.repeat(200_000)}`],
  ])('%s at the end is cut off', (_what, damage) => {
    const file = newFile();
    play(jsonlLog(file), startLog(), 3, true);
    appendFileSync(file, damage);
    play(jsonlLog(file), startLog({ resumedStep: 3 }), 4);
    expect(outline(file).slice(3)).toEqual(['step 3', 'start 3', 'step 4', 'epoch 4', 'end 4']);
  });

  test('a damaged start line alone is cut off', () => {
    const file = newFile();
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, '{"type":"start","ti');
    play(jsonlLog(file), startLog({ resumedStep: 3 }), 4);
    expect(outline(file)[0]).toBe('start 3');
  });

  test.each([
    ['text', 'id\tlabel\n1\tpositive\n', 1],
    ['a text of one line', 'notes', 1],
    ['other JSON', '{"type":"step","globalStep":1}\n', 1],
    ['JSON of no object', 'null\n', 1],
    ['bytes without lines', Buffer.alloc(2 ** 24 + 70_000, 1), 1],
    [
      'a log with a line broken',
      '{"type":"start","globalStep":0}\n{"typ\n{"type":"step","globalStep":1}\n',
      2,
    ],
  ])('%s is no log to go on with, and stays as it is', (_what, content, line) => {
    const file = newFile();
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, content);
    const log = jsonlLog(file);
    const resume = () => log.onTrainBegin?.(startLog({ resumedStep: 3 }));
    expect(resume).toThrow(DataError);
    expect(resume).toThrow(new RegExp(`log\\.jsonl: expected a log.*in line ${line}\\. Choose`));
    log.onTrainEnd?.({ stoppedBy: 'error', bestEpoch: 0 });
    expect(readFileSync(file).equals(Buffer.from(content))).toBe(true);
  });

  test('100,000 lines are read line by line', () => {
    const file = newFile();
    play(jsonlLog(file), startLog(), 1, true);
    const lines = Array.from({ length: 100_000 }, (_, at) =>
      JSON.stringify({ type: 'step', ...stepLog(at + 2) }),
    );
    appendFileSync(file, `${lines.join('\n')}\n`);
    play(jsonlLog(file), startLog({ resumedStep: 90_000 }), 90_001);
    expect(outline(file).slice(89_999)).toEqual([
      'step 89999',
      'step 90000',
      'start 90000',
      'step 90001',
      'end 90001',
    ]);
  });
});

describe('faults', () => {
  test('a process killed in the middle leaves every line that it wrote', async () => {
    const file = newFile();
    // Says each step after its line was written, and goes on until it is killed.
    const code = `
      import { writeSync } from 'node:fs';
      import { jsonlLog } from ${JSON.stringify(SOURCE)};
      const log = jsonlLog(${JSON.stringify(file)});
      log.onTrainBegin(${JSON.stringify(startLog())});
      for (let step = 1; step < 200_000; step++) {
        log.onStepEnd({ ...${JSON.stringify(stepLog(1))}, globalStep: step });
        writeSync(1, step + '\\n');
      }`;
    const script = join(folder, 'child.mts');
    writeFileSync(script, code);
    const saidFile = join(folder, 'said');
    const said = openSync(saidFile, 'w');
    const child = spawn(process.execPath, ['--import', LOADER, script], {
      stdio: ['ignore', said, 'inherit'],
    });
    const closed = new Promise((done) => child.on('close', (_code, signal) => done(signal)));
    while (child.exitCode === null && fstatSync(said).size < 5000) await sleep(5);
    child.kill('SIGKILL');
    expect(await closed).toBe('SIGKILL');
    closeSync(said);
    const text = readFileSync(saidFile, 'utf8');
    const lastSaid = Number(text.slice(0, text.lastIndexOf('\n')).split('\n').at(-1));
    expect(lastSaid).toBeGreaterThan(900);
    const whole = readFileSync(file, 'utf8').split('\n').slice(0, -1);
    const written = whole.map((line) => JSON.parse(line).globalStep);
    expect(written.slice(0, lastSaid + 1)).toEqual(Array.from({ length: lastSaid + 1 }, (_, at) => at));
    // And the run goes on in that file.
    play(jsonlLog(file), startLog({ resumedStep: lastSaid }), lastSaid + 1);
    expect(outline(file).slice(lastSaid, lastSaid + 3)).toEqual([
      `step ${lastSaid}`,
      `start ${lastSaid}`,
      `step ${lastSaid + 1}`,
    ]);
  });

  test.skipIf(process.platform === 'win32')(
    'no room in the middle of a line: the file ends with a whole one',
    () => {
      const file = newFile();
      const script = join(folder, 'full.mts');
      writeFileSync(
        script,
        `import { jsonlLog } from ${JSON.stringify(SOURCE)};
      const log = jsonlLog(${JSON.stringify(file)});
      log.onTrainBegin(${JSON.stringify(startLog())});
      try {
        for (let step = 1; ; step++) log.onStepEnd({ ...${JSON.stringify(stepLog(1))}, globalStep: step });
      } catch (error) {
        console.log(error.message);
        log.onTrainEnd({ stoppedBy: 'error', bestEpoch: 0 });
      }`,
      );
      // A limit in blocks of 1024 bytes does to this file what a full disk does.
      const command = `ulimit -f 100; exec "$0" --import "$1" "$2"`;
      const said = execFileSync('bash', ['-c', command, process.execPath, LOADER, script], {
        encoding: 'utf8',
      });
      expect(said).toMatch(/^Could not write .*log\.jsonl: EFBIG.*free space\.\n$/);
      const size = statSync(file).size;
      expect(size).toBeGreaterThan(102_400 - 400);
      expect(size).toBeLessThan(102_400);
      const last = recordsOf(file).at(-1);
      expect(last).toMatchObject({ type: 'step', globalStep: recordsOf(file).length - 1 });
    },
  );

  test.skipIf(process.platform !== 'linux')('a full disk: the error names the file', () => {
    const log = jsonlLog('/dev/full');
    expect(() => log.onTrainBegin?.(startLog())).toThrow(MvsaFusionError);
    expect(() => log.onTrainBegin?.(startLog())).toThrow(/Could not write \/dev\/full: ENOSPC.*free space/);
    // The first error is the one that counts: nothing else is tried.
    expect(() => log.onTrainEnd?.({ stoppedBy: 'error', bestEpoch: 0 })).not.toThrow();
  });

  test('a place that cannot be written to is named before training starts', () => {
    const taken = join(folder, 'taken');
    writeFileSync(taken, '');
    for (const [file, resumedStep] of [
      [join(taken, 'log.jsonl'), 0],
      [join(taken, 'log.jsonl'), 5],
      [folder, 0],
      [folder, 5],
    ] as const) {
      const begin = () => jsonlLog(file).onTrainBegin?.(startLog({ resumedStep }));
      expect(begin).toThrow(MvsaFusionError);
      expect(begin).toThrow(`Could not write ${file}: E`);
    }
    expect(() => jsonlLog('')).toThrow(OptionError);
    expect(() => jsonlLog('x', { everySteps: 1.5 })).toThrow(/everySteps.*received 1.5/);
    expect(() => jsonlLog('x', { every: 2 } as never)).toThrow(/Did you mean everySteps/);
  });
});
