import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { mapConcurrently, mapInOrder } from '../src/concurrency';

describe('mapConcurrently', () => {
  it('keeps the order and the limit', async () => {
    let active = 0;
    let most = 0;
    const doubled = await mapConcurrently([5, 1, 4, 2, 3, 0], 3, async (item) => {
      most = Math.max(most, ++active);
      await setTimeout(item);
      active--;
      return item * 2;
    });
    expect(doubled).toEqual([10, 2, 8, 4, 6, 0]);
    expect(most).toBe(3);
  });

  it('starts nothing after a failure', async () => {
    const started: number[] = [];
    const mapping = mapConcurrently([0, 1, 2, 3], 1, async (item) => {
      started.push(item);
      if (item === 1) throw new Error('stop');
    });
    await expect(mapping).rejects.toThrow('stop');
    expect(started).toEqual([0, 1]);
  });

  it('maps nothing to nothing', async () => {
    expect(await mapConcurrently([], 4, async () => 1)).toEqual([]);
  });
});

describe('mapInOrder', () => {
  it('keeps the order and the limit', async () => {
    let active = 0;
    let most = 0;
    const doubled: number[] = [];
    for await (const result of mapInOrder([5, 1, 4, 2, 3, 0], 3, async (item) => {
      most = Math.max(most, ++active);
      await setTimeout(item);
      active--;
      return item * 2;
    })) {
      doubled.push(result);
    }
    expect(doubled).toEqual([10, 2, 8, 4, 6, 0]);
    expect(most).toBe(3);
  });

  it.each(['consumer leaves', 'work fails'])('when the %s, nothing goes on behind its back', async (how) => {
    let active = 0;
    const work = async (item: number) => {
      active++;
      await setTimeout(5 * item);
      active--;
      if (how === 'work fails' && item === 0) throw new Error('stop');
    };
    const consume = async () => {
      for await (const _ of mapInOrder([0, 1, 2, 3], 3, work)) break;
    };
    await (how === 'work fails' ? expect(consume()).rejects.toThrow('stop') : consume());
    expect(active).toBe(0);
  });
});
