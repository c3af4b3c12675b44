import * as huggingface from '@huggingface/transformers';
import * as xenova from '@xenova/transformers';
import { describe, expect, test } from 'vitest';
import { mvsaBatches } from '../../../src/data/batches/mvsa-batches';
import { asTokenizer, encodeText, type TransformersTokenizer } from '../../../src/data/batches/tokenizer';
import { DataError, OptionError } from '../../../src/errors';
import { useBackend } from '../../support/use-backend';
import { take, tinyOptions, tinyPosts } from './tiny-posts';

const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
const WORDS = [...SPECIAL, 'good', 'morning', 'un', '##able', 'aa', 'bbb', '@', 'user', 'http'];
const special = (token: string) => ({ [token]: { id: token, ids: [WORDS.indexOf(token)], tokens: [token] } });

/** The files of a BERT tokenizer of 14 words, as a model folder holds them. */
const tokenizerJson = () => ({
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: SPECIAL.map((content, id) => ({
    ...{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
  })),
  normalizer: {
    ...{
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [
      { SpecialToken: { id: '[CLS]', type_id: 0 } },
      { Sequence: { id: 'A', type_id: 0 } },
      { SpecialToken: { id: '[SEP]', type_id: 0 } },
    ],
    pair: [],
    special_tokens: { ...special('[CLS]'), ...special('[SEP]') },
  },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(WORDS.map((word, id) => [word, id])),
  },
});
const config = {
  tokenizer_class: 'BertTokenizer',
  do_lower_case: true,
  cls_token: '[CLS]',
  sep_token: '[SEP]',
  pad_token: '[PAD]',
  unk_token: '[UNK]',
  mask_token: '[MASK]',
  model_max_length: 512,
};
// The classes' own types, so that the compiler checks that they fit.
const TOKENIZERS: readonly (readonly [string, TransformersTokenizer])[] = [
  ['@xenova/transformers', new xenova.BertTokenizer(tokenizerJson(), config)],
  ['@huggingface/transformers', new huggingface.BertTokenizer(tokenizerJson(), config)],
];

describe.each(TOKENIZERS)('%s', (_name, transformers) => {
  useBackend('cpu');
  const tokenizer = asTokenizer(transformers);

  test('encodes between [CLS] and [SEP]', () => {
    expect(tokenizer.padTokenId).toBe(0);
    expect(tokenizer.encode('Good morning unable xyz', 64)).toEqual([2, 5, 6, 7, 8, 1, 3]);
    expect(tokenizer.encode('@user http', 64)).toEqual([2, 11, 12, 13, 3]);
    expect(tokenizer.encode('', 64)).toEqual([2, 3]);
  });

  test('cuts a long text before its [SEP]', () => {
    expect(tokenizer.encode('good morning good morning', 4)).toEqual([2, 5, 6, 3]);
    expect(tokenizer.encode('good morning', 4)).toEqual([2, 5, 6, 3]);
    expect(tokenizer.encode('good '.repeat(2000), 64)).toHaveLength(64);
  });

  test('fills batches', async () => {
    const batches = mvsaBatches(tinyPosts(3), { ...tinyOptions, tokenizer: transformers });
    for await (const batch of batches) {
      const { tokenIds, paddingMask } = batch;
      expect(tokenIds.arraySync()).toEqual([
        [2, 3, 0, 0, 0, 0],
        [2, 9, 3, 0, 0, 0],
        [2, 9, 10, 3, 0, 0],
      ]);
      expect(paddingMask.arraySync()).toEqual([
        [1, 1, 0, 0, 0, 0],
        [1, 1, 1, 0, 0, 0],
        [1, 1, 1, 1, 0, 0],
      ]);
      take(batch);
    }
  });
});

describe('a tokenizer of your own', () => {
  test('may be an object with a state', () => {
    class Counter {
      readonly padTokenId = 0;
      calls = 0;
      encode = function (this: Counter) {
        this.calls++;
        return [this.calls];
      };
    }
    const counter = new Counter();
    expect(asTokenizer(counter)).toBe(counter);
    encodeText(counter, 'a', 8);
    expect(encodeText(counter, 'a', 8)).toEqual([2]);
  });

  test('may return a typed array', () => {
    const tokenizer = { padTokenId: 0, encode: () => new Uint16Array([3, 4]) };
    expect(encodeText(tokenizer, 'a', 8)).toEqual([3, 4]);
  });

  test('may have no id for an empty text', () => {
    expect(encodeText({ padTokenId: 0, encode: () => [] }, ' ', 8)).toEqual([]);
  });

  test('that returns a promise, in the form of transformers.js, is refused', () => {
    const later = asTokenizer(Object.assign(async () => ({ input_ids: [1] }), { pad_token_id: 0 }) as never);
    expect(() => encodeText(later, 'a', 8)).toThrow(/^tokenizer: .* received a Promise/);
  });

  test('one without an end token is cut', () => {
    const endless = Object.assign(() => ({ input_ids: [1, 2, 3, 4] }), { pad_token_id: 0 });
    expect(asTokenizer(endless).encode('a', 3)).toEqual([1, 2, 3]);
  });

  test.each([
    [null, /received null/],
    ['bert-base-uncased', /received string/],
    [{ padTokenId: 0 }, /received object/],
    [{ encode: () => [1] }, /padding token's id of at least 0, received undefined/],
    [() => ({ input_ids: [1] }), /received undefined. Wrap/],
  ])('%o is refused', (tokenizer, message) => {
    expect(() => asTokenizer(tokenizer as never)).toThrow(OptionError);
    expect(() => asTokenizer(tokenizer as never)).toThrow(message);
  });

  test.each([
    [[1, 2, 3], /at most 2 ids, received 3/],
    [[1.5], /received number 1.5/],
    [[-1], /received number -1/],
    [[2 ** 31], /received number 2147483648/],
    [[Number.NaN], /received number NaN/],
    [[1n], /received bigint 1/],
    [['1'], /received string 1/],
    [[], /at least one id for a text that is not empty, received none for "a"/],
    [Promise.resolve([1]), /an array of ids, received a Promise/],
    [null, /an array of ids, received null/],
    [{ ids: [1] }, /an array of ids, received an object of ids/],
    ['12', /an array of ids, received 12/],
  ])('the ids %o are refused', (ids, message) => {
    const tokenizer = { padTokenId: 0, encode: () => ids as never };
    expect(() => encodeText(tokenizer, 'a', 2)).toThrow(DataError);
    expect(() => encodeText(tokenizer, 'a', 2)).toThrow(message);
  });
});
