import { normalizeText } from './normalize-text';
import type { TextOptions } from './text-options';
import type { TextPreset } from './text-presets';

/** A text as a model sees it, beside the text as posted. */
export interface SeenText {
  /** The text as posted. */
  readonly raw: string;
  /** The text after {@link normalizeText}. */
  readonly text: string;
  /** Whether nothing but white space is left, as of a post that was a URL alone and whose URLs are removed. */
  readonly isEmpty: boolean;
}

/**
 * Normalises a text and keeps the raw one beside it; an empty result is kept and flagged.
 *
 * @param raw the text as posted
 * @param options as for {@link normalizeText}
 * @throws {@link OptionError} as {@link normalizeText} does.
 * @example
 * ```ts
 * import { seenText } from 'mvsa-fusion/data';
 *
 * seenText('http://t.co/x', 'article'); // { raw: 'http://t.co/x', text: '', isEmpty: true }
 * ```
 */
export function seenText(raw: string, options: TextOptions | TextPreset = 'tweet'): SeenText {
  const text = normalizeText(raw, options);
  return { raw, text, isEmpty: text.trim() === '' };
}
