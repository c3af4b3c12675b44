import { describe, expect, test } from 'vitest';
import { prefetch } from '../../../src/data/batches/prefetch';
import { sleep } from './tiny-posts';

const numbers = [0, 1, 2, 3, 4, 5, 6, 7];

async function collect<T>(results: AsyncIterable<T>, work?: (result: T) => Promise<void>): Promise<T[]> {
  const all: T[] = [];
  for await (const result of results) {
    all.push(result);
    await work?.(result);
  }
  return all;
}

describe('prefetch', () => {
  test.each([0, 1, 2, 20])('keeps the order, %i ahead', async (ahead) => {
    const slowFirst = async (n: number) => {
      await sleep(n === 0 ? 20 : 1);
      return n * 10;
    };
    expect(await collect(prefetch(numbers, ahead, slowFirst))).toEqual([0, 10, 20, 30, 40, 50, 60, 70]);
  });

  test('overlaps making with the work of the consumer', async () => {
    const time = async (ahead: number) => {
      const start = performance.now();
      await collect(
        prefetch(numbers, ahead, () => sleep(30)),
        () => sleep(30),
      );
      return performance.now() - start;
    };
    // 8 times 30 + 30 ms one after the other; 9 times 30 ms at best when overlapped.
    expect(await time(0)).toBeGreaterThan(470);
    expect(await time(1)).toBeLessThan(400);
  });

  test.each([0, 1, 3])('is never more than that ahead: %i', async (ahead) => {
    let [made, taken, most] = [0, 0, 0];
    const make = async (n: number) => {
      made++;
      most = Math.max(most, made - taken);
      return n;
    };
    for await (const _ of prefetch(numbers, ahead, make)) {
      taken++;
      await sleep(5);
      // The consumer holds one that counts as taken.
      expect(made - taken).toBeLessThanOrEqual(ahead);
    }
    expect(made).toBe(8);
    // With the one just handed over.
    expect(most).toBe(ahead + 1);
  });

  test('an error surfaces at its turn, and nothing is made after it', async () => {
    const made: number[] = [];
    const seen: number[] = [];
    const make = async (n: number) => {
      made.push(n);
      if (n === 3) throw new Error('three');
      return n;
    };
    const results = prefetch(numbers, 4, make);
    const loop = async () => {
      for await (const result of results) {
        seen.push(result);
        await sleep(5);
      }
    };
    await expect(loop()).rejects.toThrow('three');
    expect(seen).toEqual([0, 1, 2]);
    expect(made).toEqual([0, 1, 2, 3]);
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });

  test('leaving early aborts, awaits what is under way, and starts nothing more', async () => {
    let [started, finished, aborted] = [0, 0, 0];
    const make = async (n: number, signal: AbortSignal) => {
      started++;
      await sleep(20);
      finished++;
      if (signal.aborted) aborted++;
      return n;
    };
    for await (const result of prefetch(numbers, 3, make)) {
      if (result === 1) break;
    }
    expect([started, finished, aborted]).toEqual([3, 3, 1]);
    await sleep(50);
    expect(started).toBe(3);
  });

  test('starts nothing before it is asked, and nothing if it is left before', async () => {
    let started = 0;
    const results = prefetch(numbers, 2, async () => started++);
    await sleep(5);
    await results.return();
    expect(started).toBe(0);
    expect(await collect(prefetch([], 2, async () => started++))).toEqual([]);
  });
});
