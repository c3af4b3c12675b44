// One emoji: a flag, or a picture with its variation, skin tone or keycap, and others joined to it.
const PICTURE = '\\p{Extended_Pictographic}(?:\\uFE0F|\\p{Emoji_Modifier})?';
const EMOJI = `\\p{Regional_Indicator}{2}|${PICTURE}(?:\\u200D${PICTURE})*`;
const WORD = "[\\p{L}\\p{M}\\p{N}_]+(?:'[\\p{L}\\p{M}]+)*";
const PUNCTUATION = `(?:(?!<url>|<user>|${EMOJI})[^\\s#\\p{L}\\p{M}\\p{N}_])+`;
const TOKEN = new RegExp(`<url>|<user>|${WORD}|${EMOJI}|#|${PUNCTUATION}`, 'gu');

/**
 * Splits a cleaned text into tokens: words, emoji, runs of punctuation, `<url>` and `<user>`.
 *
 * A hashtag becomes two tokens, `#` and its word, so that `#happy` and `happy` share what a model learns of the word.
 *
 * @param cleaned a text from {@link cleanText}
 * @example
 * ```ts
 * import { cleanText, tokenizeText } from 'mvsa-fusion/data';
 *
 * tokenizeText(cleanText("Don't stop :) #Happy")); // ["don't", 'stop', ':)', '#', 'happy']
 * ```
 */
export function tokenizeText(cleaned: string): string[] {
  return cleaned.match(TOKEN) ?? [];
}
