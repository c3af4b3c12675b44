import { OptionError } from '../../errors';
import { applyTextSteps } from './apply-text-steps';
import { checkTextOptions } from './check-text-options';
import type { TextOptions } from './text-options';
import type { TextPreset } from './text-presets';

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
 * @returns the text that a model sees; it may be empty, see {@link seenText}
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
