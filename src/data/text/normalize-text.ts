import { decodeHTMLStrict } from 'entities';
import { OptionError } from '../../errors';
import {
  checkTextOptions,
  EMOJI_PATTERN,
  HASHTAG_PATTERN,
  MENTION_PATTERN,
  type TextOptions,
  type TextPreset,
  type TextReplacement,
  URL_PATTERN,
} from './text-options';

/** Passes over one text; posts need two, and only a text nested on purpose needs more than a few. */
const MAX_PASSES = 32;

/**
 * Normalises the text of a post: what differs between two posts but says nothing of their feeling becomes equal.
 *
 * Steps repeat until nothing changes, so that the result normalised once more is the same: an entity inside an entity
 * (`&amp;amp;lt;`) is decoded to the end. Characters that the distribution lost (`?` in place of an emoji) stay as they are.
 *
 * @param raw the text as posted, any string
 * @param options the steps, or the name of a preset; see {@link TextOptions} and {@link TEXT_PRESETS}
 * @returns the text that a model sees; it may be empty
 * @throws {@link OptionError} for an unknown preset, step or value, and when `raw` is no string.
 * @remarks The time grows with the length of the text alone, whatever it holds. A text nested deeper than 32 times keeps
 * the rest of its nesting.
 * @example
 * ```ts
 * import { normalizeText } from 'mvsa-fusion/data';
 *
 * const raw = 'RT @anna: Happy &amp; proud! #ProfoundLove http://t.co/x';
 * normalizeText(raw); // 'RT @user: Happy & proud! #ProfoundLove http'
 * normalizeText(raw, 'article'); // 'rt happy proud profoundlove'
 * normalizeText(raw, { retweets: 'remove', mentions: 'remove', hashtags: 'split', whitespace: 'squeeze' });
 * // ': Happy &amp; proud! Profound Love http://t.co/x'
 * ```
 */
export function normalizeText(raw: string, options: TextOptions | TextPreset = 'tweet'): string {
  if (typeof raw !== 'string') {
    throw new OptionError(
      `normalizeText: expected a string, received ${raw === null ? 'null' : typeof raw}.`,
    );
  }
  const steps = checkTextOptions(options);
  let text = raw;
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const next = applyTextSteps(text, steps);
    if (next === text) break;
    text = next;
  }
  return text;
}

const EMOJI = new RegExp(EMOJI_PATTERN, 'gu');
/** Entities inside entities; posts need two. */
const MAX_DEPTH = 32;
// The category P lacks ASCII's symbols. The sign of a keycap (#️⃣) belongs to an emoji.
const PUNCTUATION = /(?![#*]\uFE0F?\u20E3)[\p{P}$+<=>^`|~]/gu;

/** Applies each step once, in the order of {@link TextOptions}; what goes leaves a space, so that nothing grows together. */
function applyTextSteps(raw: string, options: TextOptions): string {
  const { urls = 'keep', mentions = 'keep', hashtags = 'keep', emoji = 'keep' } = options;
  let text = raw;
  if (options.entities === 'decode') {
    // What was nested (`&amp;lt;`) waits for the next pass, unless its signs are to go in this one.
    text = options.punctuation === 'remove' ? decodeToTheEnd(text) : decodeHTMLStrict(text);
  }
  if (options.unicode === 'nfkc') text = text.normalize('NFKC').replace(/[‘’]/g, "'");
  if (options.retweets === 'remove') text = text.replace(/^(?:\s*RT\b:?)+/i, ' ');
  text = replaceParts(text, URL_PATTERN, urls);
  text = replaceParts(text, MENTION_PATTERN, mentions);
  if (hashtags !== 'keep') {
    text = text.replace(HASHTAG_PATTERN, (_, word: string) => {
      if (hashtags === 'remove') return ' ';
      return hashtags === 'split' ? splitWords(word) : word;
    });
  }
  if (emoji !== 'keep') {
    text = text.replace(EMOJI, (found) => (emoji === 'remove' ? ' ' : nameOf(found, emoji)));
  }
  if (options.repeats === 'squeeze') text = text.replace(/([^\d\s])\1{2,}/giu, '$1$1');
  if (options.case === 'lower') text = text.toLowerCase();
  if (options.punctuation === 'remove') {
    text = text.replace(/(?<=\p{L})['’](?=\p{L})/gu, '').replace(PUNCTUATION, ' ');
  }
  if (options.whitespace === 'squeeze') text = text.replace(/\s+/g, ' ').trim();
  return text;
}

function decodeToTheEnd(raw: string): string {
  let text = raw;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const next = decodeHTMLStrict(text);
    if (next === text) break;
    text = next;
  }
  return text;
}

function replaceParts(text: string, pattern: RegExp, replacement: TextReplacement): string {
  if (replacement === 'keep') return text;
  // A function, because a dollar sign in a replacement string has a meaning.
  return text.replace(pattern, () => (replacement === 'remove' ? ' ' : replacement.token));
}

/** Parts a hashtag's word: `profoundLove`, `NBAFinals`, `top10`, `so_good`. */
function splitWords(word: string): string {
  return word
    .replace(/_+/g, ' ')
    .replace(/(\p{Ll}\p{M}*)(?=\p{Lu})/gu, '$1 ')
    .replace(/(\p{Lu})(?=\p{Lu}\p{Ll})/gu, '$1 ')
    .replace(/(\p{L}\p{M}*)(?=\p{N})/gu, '$1 ')
    .replace(/(\p{N})(?=\p{L})/gu, '$1 ');
}

function nameOf(emoji: string, name: (emoji: string) => string): string {
  const text = name(emoji);
  if (typeof text !== 'string' || text.search(EMOJI) >= 0) {
    throw new OptionError(
      `emoji: expected a function that returns a text without emoji, received ${JSON.stringify(text)} for ${emoji}.`,
    );
  }
  return text;
}

const WORD = "[\\p{L}\\p{M}\\p{N}_]+(?:'[\\p{L}\\p{M}]+)*";
const TOKEN_PUNCTUATION = `(?:(?!<url>|<user>|${EMOJI_PATTERN})[^\\s#\\p{L}\\p{M}\\p{N}_])+`;
const TOKEN = new RegExp(`<url>|<user>|${WORD}|${EMOJI_PATTERN}|#|${TOKEN_PUNCTUATION}`, 'gu');

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

/**
 * Normalises a text and keeps the raw one beside it; an empty result is kept and flagged.
 *
 * @param raw the text as posted
 * @param options as for {@link normalizeText}
 * @throws {@link OptionError} as {@link normalizeText} does.
 */
export function seenText(raw: string, options: TextOptions | TextPreset = 'tweet') {
  const text = normalizeText(raw, options);
  return { raw, text, isEmpty: text.trim() === '' };
}

/** Reduces a text to what two copies of one post share: no URLs, no white space, one case. */
export function duplicateKey(text: string): string {
  return text
    .replace(/https?(?::|…|\.\.)\S*/gi, '')
    .replace(/\s+/g, '')
    .toLowerCase();
}
