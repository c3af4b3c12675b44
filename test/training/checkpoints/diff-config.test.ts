import { describe, expect, test } from 'vitest';
import { TrainingError } from '../../../src/errors';
import type { JsonObject } from '../../../src/training/checkpoints/checkpoint';
import { checkSameConfig, diffConfig } from '../../../src/training/checkpoints/diff-config';

const base = {
  learningRate: 0.001,
  groups: [
    { name: 'text', learningRate: 2e-5 },
    { name: 'head', learningRate: 1e-3 },
  ],
  data: { hash: 'a'.repeat(64), posts: 3158 },
  'odd.name': [1, 2, 3],
};

describe('diffConfig', () => {
  test('equal configurations have no difference, whatever the order of names', () => {
    const { data, ...rest } = base;
    expect(diffConfig(base, { data: { posts: data.posts, hash: data.hash }, ...rest })).toEqual([]);
    expect(diffConfig(base, JSON.parse(JSON.stringify(base)) as JsonObject)).toEqual([]);
    expect(diffConfig({}, { a: undefined as never })).toEqual([]);
    expect(() => checkSameConfig(base, base)).not.toThrow();
  });

  test.each<[string, JsonObject, string]>([
    ['a number', { ...base, learningRate: 0.002 }, 'learningRate: 0.001 in the checkpoint, 0.002 now'],
    [
      'a nested path',
      { ...base, groups: [{ name: 'text', learningRate: 3e-5 }, base.groups[1] as JsonObject] },
      'groups[0].learningRate: 0.00002 in the checkpoint, 0.00003 now',
    ],
    ['a type', { ...base, learningRate: '0.001' }, 'learningRate: 0.001 in the checkpoint, "0.001" now'],
    ['a new name', { ...base, clip: null }, 'clip: absent in the checkpoint, null now'],
    ['an odd name', { ...base, 'odd.name': [1, 2] }, '["odd.name"]: [1,2,3] in the checkpoint, [1,2] now'],
    ['an item', { ...base, 'odd.name': [1, 5, 3] }, '["odd.name"][1]: 2 in the checkpoint, 5 now'],
    ['a list for an object', { ...base, data: [] }, 'data: {"hash":"aaaaaaaaaaa'],
    ['a name of Object.prototype', { ...base, toString: 1 }, 'toString: absent in the checkpoint, 1 now'],
  ])('%s', (_, current, line) => {
    const lines = diffConfig(base, current);
    expect(lines).toHaveLength(1);
    expect(lines[0]?.startsWith(line)).toBe(true);
  });

  test('a missing name', () => {
    const { learningRate, ...rest } = base;
    expect(diffConfig(base, rest)).toEqual([`learningRate: ${learningRate} in the checkpoint, absent now`]);
  });

  test('long values are shortened around their difference', () => {
    const stored = { hash: `${'a'.repeat(500)}b${'c'.repeat(500)}` };
    const [line = ''] = diffConfig(stored, { hash: stored.hash.replace('b', 'd') });
    expect(line).toMatch(/^hash: \.\.\.a{12}bc{47}\.\.\. in the checkpoint, \.\.\.a{12}dc{47}\.\.\. now$/);
    const [numbers = ''] = diffConfig({ ids: Array(900).fill(1) }, { ids: Array(901).fill(1) });
    expect(numbers).toBe('ids: 900 items in the checkpoint, 901 items now');
    const many = diffConfig({ ids: Array(900).fill(1) }, { ids: Array(900).fill(2) });
    expect(many).toHaveLength(6);
    expect(many.at(-1)).toBe('ids: 895 more of its 900 items differ');
  });

  test('checkSameConfig lists the differences and says what to do', () => {
    const check = () => checkSameConfig(base, { ...base, learningRate: 1, seed: 3 });
    expect(check).toThrow(TrainingError);
    expect(check).toThrow(
      'resume: expected the configuration of the checkpoint, received another: learningRate: 0.001 in the checkpoint, 1 now; seed: absent in the checkpoint, 3 now. Give the same options as before, or start anew in another directory.',
    );
    const names = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`n${index}`, index]));
    expect(() => checkSameConfig(names, {})).toThrow(/n19: .*and 10 more\. Give/);
  });
});
