import { expect, test } from 'vitest';
import { duplicateKey } from '../../../src/data/text/duplicate-key';

test('copies of one post share a key', () => {
  const key = duplicateKey('Good  Morning http://t.co/1');
  for (const copy of ['good morning\nhttps://t.co/22', 'GOODMORNING http…', 'good morning https...'])
    expect(duplicateKey(copy)).toBe(key);
  expect(duplicateKey('good evening http://t.co/1')).not.toBe(key);
});

test('a post of URLs alone has an empty key', () => {
  expect(duplicateKey('http://t.co/1 https://t.co/2 ')).toBe('');
});
