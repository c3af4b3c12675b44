import { DataError, OptionError } from '../../errors';
import { kindOf } from '../../options/check-option-names';

/** What an int32 holds. */
const MAX_ID = 2 ** 31 - 1;

/** Turns a text into token ids: what {@link mvsaBatches} asks of a tokenizer. */
export interface Tokenizer {
  /** The id that fills a row behind its text. */
  readonly padTokenId: number;
  /**
   * The ids of one text, special tokens included, `maxLength` of them at most. Not a promise of them; none at all only for an
   * empty text.
   *
   * @param text a normalised text; it may be empty
   * @param maxLength the most ids that have room
   */
  encode(text: string, maxLength: number): ArrayLike<number>;
}

/** A tokenizer of `@xenova/transformers` or `@huggingface/transformers`, as `AutoTokenizer.from_pretrained` returns it. */
export interface TransformersTokenizer {
  /** Encodes a text. */
  (
    text: string,
    options: { readonly return_tensor: false },
  ): {
    /** The token ids, special tokens included. */
    readonly input_ids: ArrayLike<number>;
  };
  /** The id that fills a row. */
  readonly pad_token_id?: number | undefined;
  /** The id that ends a text, where the model has one. */
  readonly sep_token_id?: number | undefined;
}

/**
 * Gives a transformers.js tokenizer the shape of a {@link Tokenizer}; one of that shape is returned as it is.
 *
 * A long text is cut before its closing `[SEP]`, which stays, as in the Python library. (transformers.js cuts the finished
 * row and with it the `[SEP]`, in versions 2.17 and 4.3.)
 *
 * @throws {@link OptionError} when it is neither, or has no padding token.
 * @example
 * ```ts
 * import { asTokenizer } from 'mvsa-fusion/data';
 * import { AutoTokenizer } from '@xenova/transformers';
 *
 * const tokenizer = asTokenizer(await AutoTokenizer.from_pretrained('Xenova/bert-base-uncased'));
 * console.log(tokenizer.encode('good morning', 64)); // [101, 2204, 2851, 102]
 * ```
 */
export function asTokenizer(tokenizer: Tokenizer | TransformersTokenizer): Tokenizer {
  if (typeof tokenizer === 'function') {
    const { pad_token_id: padTokenId, sep_token_id: end } = tokenizer;
    return checkPadding({
      padTokenId: padTokenId as number,
      encode: (text, maxLength) => cut(idsIn(tokenizer(text, { return_tensor: false })), maxLength, end),
    });
  }
  if (typeof tokenizer?.encode !== 'function') {
    throw new OptionError(
      `tokenizer: expected a tokenizer of transformers.js or { padTokenId, encode(text, maxLength) }, received ${tokenizer === null ? 'null' : typeof tokenizer}.`,
    );
  }
  return checkPadding(tokenizer);
}

/**
 * Encodes a text and checks what comes back.
 *
 * @throws {@link DataError} when the tokenizer returns too many ids, none for a text that is not empty, or something else: a
 *   model would read it as other words, or as nothing but padding.
 */
export function encodeText(tokenizer: Tokenizer, text: string, maxLength: number): readonly number[] {
  const ids = Array.from(checkIds(tokenizer.encode(text, maxLength)));
  if (ids.length > maxLength) {
    throw new DataError(
      `tokenizer: expected at most ${maxLength} ids, received ${ids.length}. Let encode cut the text to its maxLength.`,
    );
  }
  if (ids.length === 0 && text.trim() !== '') {
    throw new DataError(
      `tokenizer: expected at least one id for a text that is not empty, received none for ${JSON.stringify(text)}. ` +
        'Let encode add special tokens, or an id for unknown words.',
    );
  }
  const wrong = ids.find((id) => !Number.isInteger(id) || id < 0 || id > MAX_ID);
  if (wrong !== undefined) {
    throw new DataError(
      `tokenizer: expected ids that are whole numbers from 0 to ${MAX_ID}, received ${typeof wrong} ${wrong}.`,
    );
  }
  return ids;
}

/** The ids in what a transformers.js tokenizer returns. */
function idsIn(encoding: { readonly input_ids: ArrayLike<number> }): ArrayLike<number> {
  return checkIds(encoding instanceof Promise ? encoding : encoding?.input_ids);
}

function checkIds(ids: unknown): ArrayLike<number> {
  if (typeof ids === 'object' && ids !== null && 'length' in ids && typeof ids.length === 'number') {
    return ids as ArrayLike<number>;
  }
  throw new DataError(`tokenizer: expected an array of ids, received ${kindOf(ids)}.`);
}

function checkPadding(tokenizer: Tokenizer): Tokenizer {
  const { padTokenId } = tokenizer;
  if (!Number.isInteger(padTokenId) || padTokenId < 0) {
    throw new OptionError(
      `tokenizer: expected a padding token's id of at least 0, received ${padTokenId}. Wrap the tokenizer in { padTokenId, encode }.`,
    );
  }
  return tokenizer;
}

function cut(ids: ArrayLike<number>, maxLength: number, end: number | undefined): ArrayLike<number> {
  const all = Array.from(ids);
  if (all.length <= maxLength) return all;
  const kept = all.slice(0, maxLength);
  if (end !== undefined && all.at(-1) === end) kept[maxLength - 1] = end;
  return kept;
}
