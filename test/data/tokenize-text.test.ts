import { describe, expect, it } from 'vitest';
import { cleanText, tokenizeText } from '../../src/data';

describe('tokenizeText', () => {
  for (const [cleaned, tokens] of [
    ["don't stop :) #happy", ["don't", 'stop', ':)', '#', 'happy']],
    ['<user>: soo good!! <url>', ['<user>', ':', 'soo', 'good', '!!', '<url>']],
    ['wow😂😂 👍🏽 ❤️ 🇪🇸 👩‍👩‍👧!', ['wow', '😂', '😂', '👍🏽', '❤️', '🇪🇸', '👩‍👩‍👧', '!']],
    ['café 10 rock_n_roll', ['café', '10', 'rock_n_roll']],
    ['<3 <url>', ['<', '3', '<url>']],
    ['', []],
  ] as const) {
    it(JSON.stringify(cleaned), () => expect(tokenizeText(cleaned)).toEqual(tokens));
  }

  it('loses nothing but white space', () => {
    const cleaned = cleanText('RT @a: “What” a #day — 100% 😀 http://t.co/1 (really)…');
    expect(tokenizeText(cleaned).join('')).toBe(cleaned.replace(/\s/g, ''));
  });
});
