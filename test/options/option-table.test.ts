import { describe, expect, test } from 'vitest';
import { OptionError } from '../../src/errors';
import { type OptionTable, resolveOptions } from '../../src/options/option-table';
import { integerFrom, oneOf, SHARE } from '../../src/options/rules';

interface Options {
  readonly size: number;
  readonly mode?: string;
  readonly inner?: { readonly share?: number; readonly note?: string };
}
const TABLE = {
  size: { isRequired: true, rule: integerFrom(2) },
  mode: { default: 'fast', rule: oneOf('fast', 'exact', 'both') },
  inner: { default: {}, table: { share: { default: 0.5, rule: SHARE }, note: {} } },
} as const satisfies OptionTable<Options>;
const resolve = (options: object) => resolveOptions<Options, typeof TABLE>('work', options as Options, TABLE);

describe('resolveOptions', () => {
  test('fills in defaults, also within options, for undefined and null too', () => {
    const expected = { size: 3, mode: 'fast', inner: { share: 0.5 } };
    expect(resolve({ size: 3 })).toEqual(expected);
    expect(resolve({ size: 3, mode: undefined, inner: { share: null } })).toEqual(expected);
    expect(resolve({ size: 3, inner: { note: 'x' } }).inner).toEqual({ share: 0.5, note: 'x' });
  });

  test('what has no default is left out for undefined and null', () => {
    expect('note' in resolve({ size: 3, inner: { note: null } }).inner).toBe(false);
    expect('note' in resolve({ size: 3, inner: { note: undefined } }).inner).toBe(false);
  });

  test('changes neither the options nor the table', () => {
    const options = { size: 3, inner: {} };
    resolve(options);
    expect(options).toEqual({ size: 3, inner: {} });
    expect(TABLE.inner.default).toEqual({});
  });

  test.each([
    [{ size: undefined }, 'work: expected size, an integer of at least 2, received none.'],
    [{ size: 1 }, 'work: expected size to be an integer of at least 2, received 1.'],
    [{ size: Number.NaN }, 'work: expected size to be an integer of at least 2, received NaN.'],
    [{ size: 2n }, 'work: expected size to be an integer of at least 2, received 2.'],
    [{ size: '2' }, 'work: expected size to be an integer of at least 2, received "2".'],
    [{ mode: 'slow' }, `work: expected mode to be 'fast', 'exact' or 'both', received "slow".`],
    [{ inner: { share: 2 } }, 'work: expected inner.share to be a number in [0, 1], received 2.'],
    [{ inner: 7 }, 'inner: expected an object of options (share, note), received 7.'],
    [
      { inner: { shares: 1 } },
      'inner: expected options among share, note, received "shares". Did you mean share?',
    ],
    [{ mood: 'fast' }, 'work: expected options among size, mode, inner, received "mood". Did you mean mode?'],
  ])('refuses %o', (wrong, message) => {
    expect(() => resolve({ size: 3, ...wrong })).toThrow(OptionError);
    expect(() => resolve({ size: 3, ...wrong })).toThrow(message);
  });
});
