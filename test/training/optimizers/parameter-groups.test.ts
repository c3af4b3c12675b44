import { describe, expect, test } from 'vitest';
import { OptionError } from '../../../src/errors';
import {
  type ParameterGroupOptions,
  type ParameterGroupsOptions,
  parameterGroups,
} from '../../../src/training/optimizers/parameter-groups';

const WEIGHTS = [
  { name: 'text_encoder/layer_1/attention/query/kernel', shape: [8, 8] },
  { name: 'text_encoder/layer_1/attention/query/bias', shape: [8] },
  { name: 'text_encoder/layer_10/attention/query/kernel', shape: [8, 8] },
  { name: 'text_encoder/layer_10/norm/gamma', shape: [8] },
  { name: 'fusion/logits/kernel', shape: [8, 3] },
  { name: 'fusion/logits/bias', shape: [3] },
  { name: 'fusion/temperature', shape: [] },
];
const BASE = { learningRate: 1e-3, weightDecay: 0.01 };
const resolve = (options: Partial<ParameterGroupsOptions>) =>
  Object.fromEntries(parameterGroups(WEIGHTS, { ...BASE, ...options }));
const groupsOf = (groups: ParameterGroupOptions[]) =>
  Object.values(resolve({ groups })).map(({ group }) => group);

describe('parameterGroups', () => {
  test('without groups, all weights share the defaults, and those of rank 0 and 1 do not decay', () => {
    const settings = resolve({});
    expect(Object.keys(settings)).toEqual(WEIGHTS.map(({ name }) => name));
    for (const { name, shape } of WEIGHTS) {
      expect(settings[name]).toEqual({
        group: 'default',
        learningRate: 1e-3,
        weightDecay: shape.length > 1 ? 0.01 : 0,
        trainFromEpoch: 1,
      });
    }
  });

  test('a group has its own rate, decay and first epoch', () => {
    const settings = resolve({
      groups: [
        {
          name: 'backbone',
          match: 'text_encoder',
          learningRate: 2e-5,
          weightDecay: 0.3,
          trainFromEpoch: 3,
        },
        { name: 'frozen', match: 'fusion/temperature', trainFromEpoch: Infinity },
      ],
    });
    const backbone = { group: 'backbone', learningRate: 2e-5, trainFromEpoch: 3 };
    expect(settings['text_encoder/layer_10/attention/query/kernel']).toEqual({
      ...backbone,
      weightDecay: 0.3,
    });
    expect(settings['text_encoder/layer_10/norm/gamma']).toEqual({ ...backbone, weightDecay: 0 });
    expect(settings['fusion/temperature']).toMatchObject({
      group: 'frozen',
      trainFromEpoch: Infinity,
      learningRate: 1e-3,
    });
    expect(settings['fusion/logits/kernel']).toMatchObject({ group: 'default', weightDecay: 0.01 });
  });

  test('the first group that matches counts, by whole parts of a name, RegExp or function', () => {
    const rest = ['default', 'default', 'default'];
    expect(groupsOf([{ name: 'one', match: 'text_encoder/layer_1' }])).toEqual([
      'one',
      'one',
      'default',
      'default',
      ...rest,
    ]);
    expect(groupsOf([{ name: 'all', match: 'text_encoder/' }])).toEqual([
      'all',
      'all',
      'all',
      'all',
      ...rest,
    ]);
    const groups = [
      { name: 'kernels', match: /KERNEL$/gi },
      { name: 'head', match: (name: string) => name.startsWith('fusion') },
    ];
    expect(groupsOf(groups)).toEqual(['kernels', 'default', 'kernels', 'default', 'kernels', 'head', 'head']);
    expect(groupsOf([{ name: 'sticky', match: /text_encoder/y }])).toEqual([
      ...Array(4).fill('sticky'),
      ...rest,
    ]);
  });

  test('the weights without decay can be named', () => {
    const decaysOf = (noDecay: ParameterGroupsOptions['noDecay'] & {}) =>
      Object.values(resolve({ noDecay })).map(({ weightDecay }) => weightDecay > 0);
    expect(decaysOf([])).toEqual(Array(7).fill(true));
    expect(decaysOf([/bias$/, 'fusion/temperature'])).toEqual([true, false, true, true, true, false, false]);
    expect(decaysOf(({ shape }) => shape[0] === 8)).toEqual([false, false, false, false, false, true, true]);
  });

  const group = (options: object) => ({ groups: [{ name: 'g', match: 'fusion', ...options }] });
  test.each([
    [
      group({ match: 'text_encodr/layer_1' }),
      /'g' \(match: 'text_encodr\/layer_1'\).* and 2 more.*Did you mean 'text_encoder\/layer_1'/,
    ],
    [group({ match: /^bert/ }), /match: \/\^bert\/\).* matches none of "text_encoder\/layer_1/],
    [group({ match: '' }), /groups\[0\].match/],
    [group({ match: undefined }), /groups\[0\].match/],
    [
      { groups: [...group({}).groups, { name: 'h', match: /logits/ }] },
      /"fusion\/logits\/kernel" belongs to 'g'/,
    ],
    [{ groups: [...group({}).groups, { name: 'g', match: 'text_encoder' }] }, /every group .* "g" twice/],
    [group({ name: 'default' }), /"default" twice \(it is the name/],
    [group({ name: '' }), /groups\[0\].name/],
    [group({ learningRate: 0 }), /groups\[0\].learningRate .* Infinity/],
    [group({ weightDecay: -1 }), /groups\[0\].weightDecay/],
    [group({ trainFromEpoch: 0 }), /groups\[0\].trainFromEpoch .* received 0/],
    [group({ trainFromEpoch: 1.5 }), /received 1.5/],
    [group({ rate: 1 }), /groups\[0\]: .* received "rate"/],
    [{ learningRate: -1 }, /learningRate/],
    [{ learningRate: Number.NaN }, /learningRate .* received NaN/],
    [{ weightDecay: Infinity }, /weightDecay/],
    [{ noDecay: ['fusion/logit'] }, /noDecay 'fusion\/logit' .* Did you mean 'fusion\/logits'/],
    [group({ match: /./, trainFromEpoch: Infinity }), /freeze all 7 for good/],
    [group({ match: /./, trainFromEpoch: 4 }), /freeze all 7 until epoch 4/],
    [{ decay: 1 }, /received "decay"/],
  ])('refuses %j', (options, message) => {
    const run = () => resolve(options as unknown as ParameterGroupsOptions);
    expect(run).toThrow(OptionError);
    expect(run).toThrow(message);
  });

  test('refuses no weights and names that come twice', () => {
    expect(() => parameterGroups([], BASE)).toThrow(/received none/);
    const twice = [...WEIGHTS, ...WEIGHTS.slice(2, 3)];
    expect(() => parameterGroups(twice, BASE)).toThrow(/layer_10\/attention\/query\/kernel" twice/);
  });
});
