import { OptionError } from '../../errors';
import type { TextOptions } from './text-options';
import { MENTION_PATTERN, URL_PATTERN } from './text-patterns';
import { TEXT_PRESETS, type TextPreset } from './text-presets';

/** What each step can be told in a word. */
const WORDS: Readonly<Record<keyof TextOptions, readonly string[]>> = {
  entities: ['keep', 'decode'],
  unicode: ['keep', 'nfkc'],
  retweets: ['keep', 'remove'],
  urls: ['keep', 'remove'],
  mentions: ['keep', 'remove'],
  hashtags: ['keep', 'strip', 'split', 'remove'],
  emoji: ['keep', 'remove'],
  repeats: ['keep', 'squeeze'],
  case: ['keep', 'lower'],
  punctuation: ['keep', 'remove'],
  whitespace: ['keep', 'squeeze'],
};

// Options are checked once, not for every text.
const checked = new WeakSet<TextOptions>(Object.values(TEXT_PRESETS));

/**
 * Returns the options that a preset's name stands for, or the given ones once every step is one that exists.
 *
 * @throws {@link OptionError} for an unknown preset, step or word, and for a token that would itself be replaced.
 */
export function checkTextOptions(options: TextOptions | TextPreset): TextOptions {
  if (typeof options === 'string') {
    if (Object.hasOwn(TEXT_PRESETS, options)) return TEXT_PRESETS[options];
    throw new OptionError(
      `text preset: expected one of ${Object.keys(TEXT_PRESETS).join(', ')}, received "${options}".`,
    );
  }
  if (typeof options !== 'object' || options === null) {
    throw new OptionError(`text options: expected a preset's name or an object, received ${options}.`);
  }
  if (checked.has(options)) return options;
  for (const [step, value] of Object.entries(options)) {
    const words = WORDS[step as keyof TextOptions];
    if (words === undefined) {
      throw new OptionError(
        `text options: expected steps among ${Object.keys(WORDS).join(', ')}, received "${step}".`,
      );
    }
    if (value === undefined || words.includes(value)) continue;
    if (step === 'emoji' && typeof value === 'function') continue;
    if ((step === 'urls' || step === 'mentions') && typeof value?.token === 'string') {
      checkToken(step, value.token);
      continue;
    }
    throw new OptionError(`${step}: expected one of ${words.join(', ')}, received ${JSON.stringify(value)}.`);
  }
  checked.add(options);
  return options;
}

/** A token that holds a URL or mention would be replaced again, and could grow for ever. */
function checkToken(step: string, token: string): void {
  const isMention = token.match(MENTION_PATTERN)?.[0] === token;
  const isFound = token.search(URL_PATTERN) >= 0 || token.search(MENTION_PATTERN) >= 0;
  if (token === '' || /\s/.test(token) || (isFound && !isMention)) {
    throw new OptionError(
      `${step}: expected a token without white space and without a URL or mention inside, received ${JSON.stringify(token)}.`,
    );
  }
}
