import { asTokenizer, type Tokenizer, type TransformersTokenizer } from '../../../data/batches/tokenizer';
import { DataError, OptionError } from '../../../errors';
import { bertText } from './bert-text';
import { readTokenizerFiles, type TokenizerJson } from './tokenizer-files';

/** A tokenizer that was read from a model's folder. */
export interface TextTokenizer extends Tokenizer {
  /** SHA-256 of its files, in hexadecimal. */
  readonly hash: string;
  /** The most ids that its model takes; null where the files set no limit. */
  readonly maxLength: number | null;
}

/** A class of tokenizers of transformers.js. */
type TokenizerClass = new (tokenizer: unknown, config: unknown) => TransformersTokenizer;

/** Files name "no limit" by a number like 1e30. */
const NO_LIMIT = 1e9;

/**
 * Builds the tokenizer of a folder that holds tokenizer.json and tokenizer_config.json, from those two files alone.
 *
 * Texts of a BERT tokenizer (BertNormalizer and BertPreTokenizer) give the ids of the reference, for every Unicode character;
 * other kinds give what the package gives.
 *
 * @param transformers the module `@huggingface/transformers` or `@xenova/transformers`
 * @param folder path of the folder
 * @throws {@link DataError} when a file is missing or the package cannot make a tokenizer of it.
 */
export async function transformersTokenizer(transformers: object, folder: string): Promise<TextTokenizer> {
  const { tokenizer, config, hash } = await readTokenizerFiles(folder);
  const bert =
    tokenizer.normalizer?.type === 'BertNormalizer' && tokenizer.pre_tokenizer?.type === 'BertPreTokenizer'
      ? bertText(tokenizer.normalizer)
      : null;
  let raw: TransformersTokenizer;
  let closing: number | undefined;
  try {
    const Class = tokenizerClass(transformers, config.tokenizer_class);
    raw = new Class(bert ? withoutNormalizer(tokenizer, bert) : tokenizer, config);
    // What closes an empty text closes every text; not every configuration names it.
    closing = Array.from(raw('', { return_tensor: false }).input_ids).at(-1);
  } catch (cause) {
    throw new DataError(
      `${folder}: transformers.js cannot read this tokenizer: ${(cause as Error).message}. Expected tokenizer.json and tokenizer_config.json of a text model.`,
      { cause },
    );
  }
  const prepare = bert ? outsideAddedTokens(tokenizer, bert) : (text: string) => text;
  const call: TransformersTokenizer = Object.assign(
    (text: string, options: { readonly return_tensor: false }) => raw(prepare(text), options),
    { pad_token_id: raw.pad_token_id, sep_token_id: closing },
  );
  const { padTokenId, encode } = asTokenizer(call);
  const limit = config.model_max_length;
  return {
    padTokenId,
    hash,
    maxLength: typeof limit === 'number' && limit > 0 && limit < NO_LIMIT ? limit : null,
    encode(text, maxLength) {
      if (typeof text !== 'string') {
        throw new OptionError(`text: expected a string, received ${text === null ? 'null' : typeof text}.`);
      }
      return encode(text, maxLength);
    },
  };
}

function tokenizerClass(transformers: object, name: string | undefined): TokenizerClass {
  const classes = transformers as Readonly<Record<string, unknown>>;
  const named = name?.endsWith('Tokenizer') || name?.endsWith('TokenizerFast');
  const found = (named && classes[(name as string).replace(/Fast$/, '')]) || classes.PreTrainedTokenizer;
  if (typeof found !== 'function') throw new TypeError('the package exports no PreTrainedTokenizer');
  return found as TokenizerClass;
}

/** The texts are normalised already; added tokens that are looked for in normalised text must be normalised too. */
function withoutNormalizer(tokenizer: TokenizerJson, normalize: (text: string) => string): TokenizerJson {
  return {
    ...tokenizer,
    normalizer: null,
    added_tokens: tokenizer.added_tokens.map((token) =>
      token.normalized ? { ...token, content: normalize(token.content).trim() } : token,
    ),
  };
}

/** Applies a function to what lies between the special tokens that a text spells out, such as `[SEP]`. */
function outsideAddedTokens(tokenizer: TokenizerJson, apply: (text: string) => string) {
  const contents = tokenizer.added_tokens
    .filter(({ normalized, content }) => !normalized && content)
    .map(({ content }) => content.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&'))
    .sort((a, b) => b.length - a.length);
  if (contents.length === 0) return apply;
  const pattern = new RegExp(`(${contents.join('|')})`);
  return (text: string) =>
    text
      .split(pattern)
      .map((part, index) => (index % 2 === 1 ? part : apply(part)))
      .join('');
}
