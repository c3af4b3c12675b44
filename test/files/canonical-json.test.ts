import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OptionError } from '../../src/errors';
import { canonicalJson, exactJson } from '../../src/files/canonical-json';

describe('canonicalJson', () => {
  // Directories of feature stores are named by such texts, and shards hold them.
  test('is the same text for ever', () => {
    const value = { b: [1, -0, 1e21, 5e-324], a: { Z: null, '10': 'ä\ud800', '2': true, none: undefined } };
    expect(canonicalJson(value, 'value')).toBe(
      '{"a":{"2":true,"10":"ä\\ud800","Z":null},"b":[1,0,1e+21,5e-324]}',
    );
  });

  test('does not depend on the order of names', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        const text = canonicalJson(value, 'value');
        expect(canonicalJson(reversed, 'value')).toBe(text);
        expect(canonicalJson(JSON.parse(text), 'value')).toBe(text);
      }),
    );
  });
});

describe('exactJson', () => {
  test('gives back equal values, bit for bit and in their order', () => {
    const value = { b: [-0, 5e-324, 0.1], a: { text: 'é', none: undefined } };
    const text = exactJson(value, 'value');
    expect(text).toBe('{"b":[-0,5e-324,0.1],"a":{"text":"é"}}');
    expect(Object.is(JSON.parse(text).b[0], -0)).toBe(true);
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        expect(JSON.parse(exactJson(json, 'value'))).toEqual(json);
      }),
    );
  });
});

test.each<[string, unknown, RegExp]>([
  ['NaN', { a: [Number.NaN] }, /^value\.a\[0\]: expected plain JSON.*received NaN\.$/],
  ['a function', { a: () => {} }, /a value of type function\.$/],
  ['a hole in a list', Object.assign([1], { 2: 3 }), /^value\[1\].*type undefined/],
  ['an instance of a class', { a: new Map() }, /an object of Map\.$/],
  ['a typed array', { a: new Float32Array(2) }, /Float32Array\. Typed arrays belong in tensors\.$/],
])('both refuse %s, and name it', (_, value, message) => {
  for (const encode of [canonicalJson, exactJson]) {
    expect(() => encode(value, 'value')).toThrow(OptionError);
    expect(() => encode(value, 'value')).toThrow(message);
  }
});
