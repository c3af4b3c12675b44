import { decodeHTMLStrict } from 'entities';
import { OptionError } from '../../errors';
import { EMOJI_PATTERN } from './emoji-pattern';
import type { TextOptions, TextReplacement } from './text-options';
import { HASHTAG_PATTERN, MENTION_PATTERN, URL_PATTERN } from './text-patterns';

const EMOJI = new RegExp(EMOJI_PATTERN, 'gu');
/** Entities inside entities; posts need two. */
const MAX_DEPTH = 32;
// The category P lacks ASCII's symbols. The sign of a keycap (#️⃣) belongs to an emoji.
const PUNCTUATION = /(?![#*]\uFE0F?\u20E3)[\p{P}$+<=>^`|~]/gu;

/** Applies each step once, in the order of {@link TextOptions}; what goes leaves a space, so that nothing grows together. */
export function applyTextSteps(raw: string, options: TextOptions): string {
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
