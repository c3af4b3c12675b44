import { EMOJI_PATTERN } from './emoji-pattern';

const WORD = "[\\p{L}\\p{M}\\p{N}_]+(?:'[\\p{L}\\p{M}]+)*";
const PUNCTUATION = `(?:(?!<url>|<user>|${EMOJI_PATTERN})[^\\s#\\p{L}\\p{M}\\p{N}_])+`;
const TOKEN = new RegExp(`<url>|<user>|${WORD}|${EMOJI_PATTERN}|#|${PUNCTUATION}`, 'gu');

/**
 * Splits a normalised text into tokens: words, emoji and runs of punctuation.
 *
 * `<url>` and `<user>` stay whole: no preset makes them, options such as `urls: { token: '<url>' }` do.
 *
 * A hashtag becomes two tokens, `#` and its word, so that `#happy` and `happy` share what a model learns of the word.
 *
 * @param text a text from {@link normalizeText}
 * @example
 * ```ts
 * import { tokenizeText } from 'mvsa-fusion/data';
 *
 * tokenizeText("don't stop :) #happy"); // ["don't", 'stop', ':)', '#', 'happy']
 * ```
 */
export function tokenizeText(text: string): string[] {
  return text.match(TOKEN) ?? [];
}
