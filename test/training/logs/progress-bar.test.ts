import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { progressBar } from '../../../src/training/logs/progress-bar';
import { FakeStream } from './fake-stream';
import { epochLog, play, startLog, stepLog } from './support';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());
const wait = (seconds: number) => vi.advanceTimersByTime(seconds * 1000);

const BAR = '░'.repeat(18);

describe('on a terminal', () => {
  test('shows the epoch, its steps, loss, rate and times, then validation, then a line that stays', () => {
    const stream = new FakeStream(true, 120);
    const bar = progressBar({ stream });
    bar.onTrainBegin?.(startLog());
    bar.onStepEnd?.(stepLog(1, { seconds: 10 }));
    const first = `epoch 1/3 ██████${BAR} 1/4  loss 1.500  2.5 posts/s  30 s left, run at most 1 min 50 s`;
    expect(stream.screen).toEqual([first]);
    for (const step of [2, 3, 4]) {
      wait(10);
      bar.onStepEnd?.(stepLog(step, { seconds: 10 }));
    }
    const last = `epoch 1/3 ${'█'.repeat(24)} 4/4  loss 0.375  2.5 posts/s  0 s left, run at most 1 min 20 s`;
    expect(stream.screen).toEqual([last]);
    bar.onValidation?.({ epoch: 1, done: 1, total: 4 });
    wait(2);
    bar.onValidation?.({ epoch: 1, done: 2, total: 4 });
    expect(stream.screen).toEqual([`epoch 1/3 validation ${'█'.repeat(12)}${'░'.repeat(12)} 2/4  4 s left`]);
    // 40 s of steps, 20 s of everything else, which the epochs to come take too.
    bar.onEpochEnd?.(epochLog(1, { seconds: 60, monitored: { name: 'auc', value: 0.75 } }), true);
    const line = 'epoch 1/3  loss 0.900  validation: loss 1.000  accuracy 0.500  macro-F1 0.500';
    expect(stream.screen).toEqual([`${line}  auc 0.750  60.0 s  best`, '']);
    bar.onStepEnd?.(stepLog(5, { seconds: 10 }));
    expect(stream.screen[1]).toContain(' 30 s left, run at most 1 min 50 s');
    bar.onStepEnd?.(stepLog(6, { seconds: 10 }));
    bar.onTrainEnd?.({ stoppedBy: 'signal', bestEpoch: 1 });
    expect(stream.screen).toEqual([`${line}  auc 0.750  60.0 s  best`, '']);
  });

  test('the last epoch has one time left', () => {
    const stream = new FakeStream(true, 120);
    const bar = progressBar({ stream });
    bar.onTrainBegin?.(startLog({ epochs: 1 }));
    bar.onStepEnd?.(stepLog(1, { seconds: 0.01 }));
    expect(stream.screen[0]).toMatch(/ 2500 posts\/s {2}0 s left$/);
  });

  test.each([70, 40, 20, 5])('%i columns do not wrap', (columns) => {
    const stream = new FakeStream(true, columns);
    const bar = progressBar({ stream });
    bar.onTrainBegin?.(startLog({ epochs: 20 }));
    for (let step = 1; step <= 12; step++) {
      bar.onStepEnd?.(stepLog(step));
      wait(1);
      bar.onValidation?.({ epoch: 1, done: step, total: 12 });
      wait(1);
    }
    expect(stream.screen).toHaveLength(1);
  });
});

test('without a terminal there are plain lines, at most one in ten seconds, and those of the epochs', () => {
  const stream = new FakeStream(false);
  const bar = progressBar({ stream });
  bar.onTrainBegin?.(startLog({ stepsPerEpoch: 100, epochs: 2 }));
  for (let step = 1; step <= 100; step++) {
    wait(0.25);
    bar.onStepEnd?.(stepLog(step, { epoch: 1, step, seconds: 0.25 }));
  }
  bar.onValidation?.({ epoch: 1, done: 5, total: 10 });
  bar.onEpochEnd?.(epochLog(1, { seconds: 26 }), false);
  bar.onTrainEnd?.({ stoppedBy: 'epochs', bestEpoch: 1 });
  expect(stream.text.split('\n')).toEqual([
    'epoch 1/2: 40/100  loss 0.037  100 posts/s  15 s left, run at most 40 s',
    'epoch 1/2: 80/100  loss 0.019  100 posts/s  5 s left, run at most 30 s',
    'epoch 1/2  loss 0.900  validation: loss 1.000  accuracy 0.500  macro-F1 0.500  26.0 s',
    '',
  ]);
});

test('a resumed run says so, and counts its own steps only', () => {
  const stream = new FakeStream(true, 120);
  const bar = progressBar({ stream });
  bar.onTrainBegin?.(startLog({ resumedStep: 6 }));
  expect(stream.screen).toEqual(['goes on after step 6 of 12', '']);
  bar.onStepEnd?.(stepLog(7, { seconds: 5 }));
  expect(stream.screen[1]).toContain(' 3/4  loss 0.214  5.0 posts/s  5 s left, run at most 25 s');
  bar.onStepEnd?.(stepLog(8, { seconds: 5 }));
  // The epoch's seconds and the steps seen are not of the same work: they say nothing about validation.
  bar.onEpochEnd?.(epochLog(2, { seconds: 500 }), true);
  bar.onStepEnd?.(stepLog(9, { seconds: 5 }));
  expect(stream.screen.at(-1)).toMatch(/15 s left$/);
});

test('odd figures are shown as they are', () => {
  const stream = new FakeStream(true, 120);
  const bar = progressBar({ stream });
  bar.onTrainBegin?.(startLog({ epochs: 12, stepsPerEpoch: 0, posts: 0 }));
  bar.onValidation?.({ epoch: 1, done: 0, total: 0 });
  expect(stream.screen).toEqual([`epoch 1/12 validation ${'█'.repeat(24)} 0/0`]);
  bar.onEpochEnd?.(epochLog(1, { loss: Number.NaN, seconds: 0 }), false);
  expect(stream.screen[0]).toBe(
    'epoch  1/12  loss NaN  validation: loss 1.000  accuracy 0.500  macro-F1 0.500  0.0 s',
  );
  bar.onStepEnd?.(stepLog(1, { seconds: 0, meanLoss: Number.POSITIVE_INFINITY }));
  expect(stream.screen[1]).toMatch(/ 1\/0 {2}loss Infinity {2}0 s left, run at most 0 s$/);
  expect(stream.text).not.toMatch(/undefined|posts\/s/);
});

test('quiet writes nothing', () => {
  for (const isTTY of [true, false]) {
    const stream = new FakeStream(isTTY, 80);
    play(progressBar({ stream, quiet: true }), startLog({ resumedStep: 2 }), 12);
    expect(stream.writes).toEqual([]);
  }
  expect(() => progressBar({ silent: true } as never)).toThrow(/expected options among stream, quiet/);
});
