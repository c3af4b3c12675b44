import { describe, expect, test } from 'vitest';
import { OptionError } from '../../src/errors';
import { checkOptionNames } from '../../src/options/check-option-names';

interface Options {
  readonly batchSize?: number;
  readonly labelRule?: string;
  readonly seed?: number;
}
const names = { batchSize: true, labelRule: true, seed: true } as const;
const check = (options: unknown) => () => checkOptionNames<Options>('work', options as Options, names);

describe('checkOptionNames', () => {
  test('passes known names, undefined values and no names at all', () => {
    for (const options of [{}, { seed: 1, labelRule: undefined }, Object.create({ other: 1 })]) {
      expect(check(options)).not.toThrow();
    }
  });

  test.each([
    ['batch_size', 'batchSize'],
    ['BatchSize', 'batchSize'],
    ['batchsize', 'batchSize'],
    ['label-rule', 'labelRule'],
    ['labelRules', 'labelRule'],
    ['sede', 'seed'],
    ['randomSeed', 'seed'],
  ])('%j is refused, and the nearest is %s', (name, nearest) => {
    expect(check({ [name]: 1 })).toThrow(OptionError);
    expect(check({ [name]: 1 })).toThrow(
      `work: expected options among batchSize, labelRule, seed, received "${name}". Did you mean ${nearest}?`,
    );
  });

  test.each(['', 'lr', 'dir', 'x', 'momentum'])('nothing is near %j, and nothing is proposed', (name) => {
    expect(check(JSON.parse(`{${JSON.stringify(name)}:1}`))).toThrow(
      `work: expected options among batchSize, labelRule, seed, received "${name}".`,
    );
    expect(check(JSON.parse(`{${JSON.stringify(name)}:1}`))).not.toThrow(/Did you mean/);
  });

  test('names of Object are unknown too', () => {
    expect(check({ toString: 1 })).toThrow(/received "toString"/);
    expect(check(JSON.parse('{"__proto__":1}'))).toThrow(/received "__proto__"/);
  });

  test.each([
    [null, 'null'],
    [undefined, 'undefined'],
    [7, '7'],
    [[1], 'an array'],
  ])('%j is refused', (options, shown) => {
    expect(check(options)).toThrow(
      `work: expected an object of options (batchSize, labelRule, seed), received ${shown}.`,
    );
  });
});
