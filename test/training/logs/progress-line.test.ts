import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createProgressLine, formatDuration } from '../../../src/training/logs/progress-line';
import { FakeStream } from './fake-stream';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());
const wait = (seconds: number) => vi.advanceTimersByTime(seconds * 1000);

test('a terminal shows one line, redrawn, and then the lines that stay', () => {
  const stream = new FakeStream(true, 80);
  const line = createProgressLine(stream);
  line.update({ stage: 'images', done: 1, total: 5 });
  expect(stream.screen).toEqual([`images █████${'░'.repeat(19)} 1/5`]);
  wait(2);
  line.update({ stage: 'images', done: 2, total: 5 }, 'size 7');
  expect(stream.screen).toEqual([`images ██████████${'░'.repeat(14)} 2/5  size 7  6 s left`]);
  line.print('found 7');
  line.update({ stage: 'texts', done: 0, total: 10 });
  expect(stream.screen).toEqual(['found 7', `texts ${'░'.repeat(24)} 0/10`]);
  line.clear();
  expect(stream.screen).toEqual(['found 7', '']);
  line.clear();
  expect(stream.screen).toEqual(['found 7', '']);
});

test('elsewhere it is a plain line every ten seconds', () => {
  const stream = new FakeStream(false);
  const line = createProgressLine(stream);
  for (let second = 0; second <= 25; second++) {
    line.update({ stage: 'images', done: second * 4, total: 200 });
    wait(1);
  }
  line.print('done');
  line.clear();
  expect(stream.text).toBe('images: 40/200  40 s left\nimages: 80/200  30 s left\ndone\n');
});

test('draws at most every 80 ms, but always the last step', () => {
  const stream = new FakeStream(true, 80);
  const line = createProgressLine(stream);
  for (let step = 1; step <= 100; step++) {
    line.update({ stage: 'steps', done: step, total: 100 });
    wait(0.01);
  }
  expect(stream.writes.filter((text) => text.includes('steps')).length).toBeLessThan(16);
  expect(stream.screen).toEqual([`steps ${'█'.repeat(24)} 100/100  0 s left`]);
});

test('what was done before does not count for the time left', () => {
  const stream = new FakeStream(true, 80);
  const line = createProgressLine(stream);
  line.update({ stage: 'rows', done: 900, total: 1000 });
  wait(10);
  line.update({ stage: 'rows', done: 910, total: 1000 });
  expect(stream.screen[0]).toMatch(/ 910\/1000 {2}1 min 30 s left$/);
});

test('no work, and more than was announced', () => {
  const stream = new FakeStream(true, 80);
  const line = createProgressLine(stream);
  line.update({ stage: 'nothing', done: 0, total: 0 });
  expect(stream.screen).toEqual([`nothing ${'█'.repeat(24)} 0/0`]);
  line.update({ stage: 'rows', done: 1, total: 2 });
  wait(1);
  line.update({ stage: 'rows', done: 5, total: 2 });
  expect(stream.screen).toEqual([`rows ${'█'.repeat(24)} 5/2`]);
});

test('without a total there is the count alone', () => {
  const terminal = new FakeStream(true, 80);
  const line = createProgressLine(terminal);
  line.update({ stage: 'read posts', done: 1, total: null });
  wait(1);
  line.update({ stage: 'read posts', done: 250, total: null }, 'ids');
  expect(terminal.screen).toEqual(['read posts 250  ids']);
  const file = new FakeStream(false);
  const plain = createProgressLine(file);
  wait(11);
  plain.update({ stage: 'read posts', done: 7, total: null });
  expect(file.text).toBe('read posts: 7\n');
});

test.each([200, 80, 60, 45, 40, 30, 20, 10, 2, 1])('%i columns are never filled', (columns) => {
  const stream = new FakeStream(true, columns);
  const line = createProgressLine(stream);
  line.update({ stage: 'epoch 2/20', done: 1, total: 99 }, 'loss 0.812');
  wait(1);
  line.update({ stage: 'epoch 2/20', done: 2, total: 99 }, 'loss 0.812');
  const [shown = '', ...others] = stream.screen;
  expect(others).toEqual([]);
  expect(shown.length).toBeLessThan(columns);
  const whole = 'epoch 2/20 2/99  loss 0.812  1 min 37 s left';
  expect(shown.replace(/[█░]+ /, '')).toBe(whole.slice(0, columns - 1));
  expect(shown.includes('░')).toBe(columns >= 60);
});

test.each([
  [0, '0 s'],
  [0.4, '0 s'],
  [59.4, '59 s'],
  [59.6, '1 min'],
  [200, '3 min 20 s'],
  [3599.9, '1 h'],
  [7500, '2 h 5 min'],
  [360_000, '100 h'],
  [Number.NaN, '?'],
  [Number.POSITIVE_INFINITY, '?'],
  [-1, '?'],
])('%d seconds', (seconds, expected) => expect(formatDuration(seconds)).toBe(expected));
