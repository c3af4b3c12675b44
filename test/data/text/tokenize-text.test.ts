import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenizeText } from '../../../src/data/text/tokenize-text';

describe('tokenizeText', () => {
  for (const [text, tokens] of [
    ["don't stop :) #happy", ["don't", 'stop', ':)', '#', 'happy']],
    ['<user>: soo good!! <url>', ['<user>', ':', 'soo', 'good', '!!', '<url>']],
    ['wow😂😂 👍🏽 ❤️ 🇪🇸 👩‍👩‍👧!', ['wow', '😂', '😂', '👍🏽', '❤️', '🇪🇸', '👩‍👩‍👧', '!']],
    ['café 10 rock_n_roll', ['café', '10', 'rock_n_roll']],
    ['<3 <url>', ['<', '3', '<url>']],
    ['', []],
  ] as const) {
    it(JSON.stringify(text), () => expect(tokenizeText(text)).toEqual(tokens));
  }

  it('loses nothing but white space', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(tokenizeText(text).join('')).toBe(text.replace(/\s/g, ''));
      }),
    );
  });
});
