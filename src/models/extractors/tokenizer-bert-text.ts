import {
  FORMER_MARKS,
  FORMER_PUNCTUATION,
  UNKNOWN_FORMATS,
  UNKNOWN_MARKS,
  UNKNOWN_PUNCTUATION,
} from './tokenizer-unicode';

/** The `normalizer` of a tokenizer.json whose type is BertNormalizer. */
export interface BertNormalizerConfig {
  readonly clean_text?: boolean;
  readonly handle_chinese_chars?: boolean;
  /** null: as `lowercase` says. */
  readonly strip_accents?: boolean | null;
  readonly lowercase?: boolean;
}

const REMOVED = new RegExp(
  `(?![\\t\\n\\r${UNKNOWN_FORMATS}])[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\u0000\\uFFFD]`,
  'gu',
);
const SPACE = /\s/gu;
// The reference's extension E starts at 2B920, not at 2B820.
const CHINESE =
  /[\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFAFF\u{20000}-\u{2A6DF}\u{2A700}-\u{2B81F}\u{2B920}-\u{2CEAF}\u{2F800}-\u{2FA1F}]/gu;
const MARKS = new RegExp(`(?![${UNKNOWN_MARKS}])[\\p{Mn}${FORMER_MARKS}]`, 'gu');
const NOT_PUNCTUATION = new RegExp(`[${UNKNOWN_PUNCTUATION}]`, 'gu');
const PUNCTUATION = new RegExp(`[\\p{P}!-/:-@[-\`{-~${FORMER_PUNCTUATION}]`, 'gu');
/** Belongs to no word of a vocabulary, and is neither space nor punctuation. */
const UNKNOWN_LETTER = '\u{10FFFE}';

/**
 * Makes the function that does to a text what BertNormalizer and BertPreTokenizer of the `tokenizers` package do before they
 * look up words: the words, between spaces.
 *
 * JavaScript's packages differ there: 2.17 removes Latin marks alone, both cut by the Unicode tables of the running Node, miss
 * Chinese signs outside the first plane, and lowercase a final sigma by context.
 *
 * @see `bert.rs` of the normalizers and pre-tokenizers in huggingface/tokenizers for the order of the steps
 */
export function bertText(config: BertNormalizerConfig): (text: string) => string {
  const { clean_text: clean = true, handle_chinese_chars: chinese = true, lowercase = true } = config;
  const strip = config.strip_accents ?? lowercase;
  return (text) => {
    let result = text;
    if (clean) result = result.replace(REMOVED, '').replace(SPACE, ' ');
    if (chinese) result = result.replace(CHINESE, ' $& ');
    if (strip) result = result.normalize('NFD').replace(MARKS, '');
    // One by one, since a whole word would end in another sigma.
    if (lowercase) result = Array.from(result, (character) => character.toLowerCase()).join('');
    // With spaces around it, since else a special token could come about that was not in the text: <S> would become <s>.
    return result.replace(NOT_PUNCTUATION, UNKNOWN_LETTER).replace(PUNCTUATION, ' $& ');
  };
}
