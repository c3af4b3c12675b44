/**
 * Characters that Unicode added or moved after the tables of the reference (the `tokenizers` package, whose categories are
 * those of Unicode 8), as ranges for a regular expression: JavaScript's own categories grow with each version of Node.
 * Found by comparing all code points; tools/reference/tokenizer.py writes the fixture that proves them.
 */

/** Marks today that the reference does not know as marks, and so keeps. */
const UNKNOWN_MARKS = [
  '\u07FD\u0897-\u089F\u08CA-\u08E1\u09FE\u0AFA-\u0AFF\u0B55\u0C04\u0C3C\u0D00\u0D3B-\u0D3C\u0D81',
  '\u0EBA\u0ECE\u180F\u1885-\u1886\u1ABF-\u1ADD\u1AE0-\u1AEB\u1DF6-\u1DFB\uA82C\uA8C5\uA8FF\uA9BD',
  '\u{10D24}-\u{10D27}\u{10D69}-\u{10D6D}\u{10EAB}-\u{10EAC}\u{10EFA}-\u{10EFF}\u{10F46}-\u{10F50}',
  '\u{10F82}-\u{10F85}\u{11070}\u{11073}-\u{11074}\u{110C2}\u{111C9}\u{111CF}\u{1123E}\u{11241}',
  '\u{1133B}\u{113BB}-\u{113C0}\u{113CE}\u{113D0}\u{113D2}\u{113E1}-\u{113E2}\u{11438}-\u{1143F}',
  '\u{11442}-\u{11444}\u{11446}\u{1145E}\u{1182F}-\u{11837}\u{11839}-\u{1183A}\u{1193B}-\u{1193C}',
  '\u{1193E}\u{11943}\u{119D4}-\u{119D7}\u{119DA}-\u{119DB}\u{119E0}\u{11A01}-\u{11A0A}',
  '\u{11A33}-\u{11A38}\u{11A3B}-\u{11A3E}\u{11A47}\u{11A51}-\u{11A56}\u{11A59}-\u{11A5B}',
  '\u{11A8A}-\u{11A96}\u{11A98}-\u{11A99}\u{11B60}\u{11B62}-\u{11B64}\u{11B66}\u{11C30}-\u{11C36}',
  '\u{11C38}-\u{11C3D}\u{11C3F}\u{11C92}-\u{11CA7}\u{11CAA}-\u{11CB0}\u{11CB2}-\u{11CB3}',
  '\u{11CB5}-\u{11CB6}\u{11D31}-\u{11D36}\u{11D3A}\u{11D3C}-\u{11D3D}\u{11D3F}-\u{11D45}\u{11D47}',
  '\u{11D90}-\u{11D91}\u{11D95}\u{11D97}\u{11EF3}-\u{11EF4}\u{11F00}-\u{11F01}\u{11F36}-\u{11F3A}',
  '\u{11F40}\u{11F42}\u{11F5A}\u{13440}\u{13447}-\u{13455}\u{1611E}-\u{16129}\u{1612D}-\u{1612F}',
  '\u{16F4F}\u{16FE4}\u{1CF00}-\u{1CF2D}\u{1CF30}-\u{1CF46}\u{1E000}-\u{1E006}\u{1E008}-\u{1E018}',
  '\u{1E01B}-\u{1E021}\u{1E023}-\u{1E024}\u{1E026}-\u{1E02A}\u{1E08F}\u{1E130}-\u{1E136}\u{1E2AE}',
  '\u{1E2EC}-\u{1E2EF}\u{1E4EC}-\u{1E4EF}\u{1E5EE}-\u{1E5EF}\u{1E6E3}\u{1E6E6}\u{1E6EE}-\u{1E6EF}',
  '\u{1E6F5}\u{1E944}-\u{1E94A}',
].join('');

/** Format characters today that the reference keeps. */
const UNKNOWN_FORMATS = ['\u0890-\u0891\u08E2\u{110CD}\u{13430}-\u{1343F}'].join('');

/** Punctuation today at which the reference does not cut. */
const UNKNOWN_PUNCTUATION = [
  '\u061D\u09FD\u0A76\u0C77\u0C84\u1B4E-\u1B4F\u1B7D-\u1B7F\u2E43-\u2E4F\u2E52-\u2E5D\u{10D6E}',
  '\u{10EAD}\u{10ED0}\u{10F55}-\u{10F59}\u{10F86}-\u{10F89}\u{113D4}-\u{113D5}\u{113D7}-\u{113D8}',
  '\u{1144B}-\u{1144F}\u{1145A}-\u{1145B}\u{1145D}\u{11660}-\u{1166C}\u{116B9}\u{1183B}',
  '\u{11944}-\u{11946}\u{119E2}\u{11A3F}-\u{11A46}\u{11A9A}-\u{11A9C}\u{11A9E}-\u{11AA2}',
  '\u{11B00}-\u{11B09}\u{11BE1}\u{11C41}-\u{11C45}\u{11C70}-\u{11C71}\u{11EF7}-\u{11EF8}',
  '\u{11F43}-\u{11F4F}\u{11FFF}\u{12FF1}-\u{12FF2}\u{16D6D}-\u{16D6F}\u{16E97}-\u{16E9A}\u{16FE2}',
  '\u{1E5FF}\u{1E95E}-\u{1E95F}',
].join('');

/** Marks for the reference, and not for JavaScript. */
const FORMER_MARKS = '\u1734\u{1171E}';

/** Punctuation for the reference, and not for JavaScript. */
const FORMER_PUNCTUATION = '\u166D\u{111C9}';

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
