/** The same tests for both packages; each runs in its own process, since a process has one ONNX Runtime. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMvsa } from '../../../../src/data';
import { asTokenizer } from '../../../../src/data/batches/tokenizer';
import { DataError, OptionError } from '../../../../src/errors';
import type { TextTokenizer } from '../../../../src/models/extractors/preprocessing/text-tokenizer';
import {
  loadTransformersRuntime,
  type TransformersRuntime,
} from '../../../../src/models/extractors/runtime/transformers-runtime';
import { bertFiles, SPECIAL, writeTokenizer } from './transformers-runtime-tokenizer-files';

interface Fixture {
  readonly vocab: readonly string[];
  readonly texts: readonly string[];
  readonly ids: readonly (readonly number[])[];
  readonly truncated: {
    readonly maxLength: number;
    readonly texts: readonly string[];
    readonly ids: readonly (readonly number[])[];
  };
  readonly codePoints: {
    readonly vocab: readonly string[];
    readonly runs: readonly (readonly [first: number, last: number, ids: readonly number[]])[];
  };
}

const NO_LIMIT = 1e6;

const readFixture = async (): Promise<Fixture> =>
  JSON.parse(await readFile(join(import.meta.dirname, '../../../fixtures/tokenizer.json'), 'utf8'));

export function testTokenizer(name: 'huggingface' | 'xenova'): void {
  const folders: string[] = [];
  const folder = async () => {
    const made = await mkdtemp(join(tmpdir(), 'mvsa-tokenizer-'));
    folders.push(made);
    return made;
  };
  let runtime: TransformersRuntime;
  let fixture: Fixture;
  let tokenizer: TextTokenizer;

  const load = async (files: { tokenizer: unknown; config: unknown }) =>
    runtime.loadTokenizer(await writeTokenizer(await folder(), files));

  beforeAll(async () => {
    runtime = await loadTransformersRuntime({ package: name });
    fixture = await readFixture();
    tokenizer = await load(bertFiles(fixture.vocab));
  });
  afterAll(() => Promise.all(folders.map((made) => rm(made, { recursive: true }))));

  describe(`the tokenizer of ${name}`, () => {
    it('gives the ids of the reference for 6,000 texts', () => {
      expect(fixture.texts.length).toBeGreaterThan(6000);
      const wrong = fixture.texts.filter(
        (text, index) => String(tokenizer.encode(text, NO_LIMIT)) !== String(fixture.ids[index]),
      );
      expect(wrong.map((text) => JSON.stringify(text))).toEqual([]);
    });

    it('gives them for every code point of Unicode', async () => {
      const { vocab, runs } = fixture.codePoints;
      const small = await load(bertFiles(vocab));
      const wrong: string[] = [];
      let seen = 0;
      for (const [first, last, ids] of runs) {
        seen += last - first + 1;
        // Many words to a text, and one by one where a text differs.
        for (let start = first; start <= last; start += 512) {
          const codes = Array.from({ length: Math.min(512, last + 1 - start) }, (_, at) => start + at);
          const words = codes.map((code) => `a${String.fromCodePoint(code)}b`);
          const expected = [2, ...codes.flatMap(() => ids), 3];
          if (String(small.encode(words.join(' '), NO_LIMIT)) === String(expected)) continue;
          for (const [at, word] of words.entries()) {
            const received = small.encode(word, NO_LIMIT);
            if (String(received) !== String([2, ...ids, 3]))
              wrong.push(`${codes[at]?.toString(16)}: ${received}, not ${ids}`);
          }
        }
      }
      expect(seen).toBe(0x110000 - 0x800);
      expect(wrong).toEqual([]);
    });

    it('cuts long texts as the reference does, and keeps [SEP]', () => {
      const { maxLength, texts, ids } = fixture.truncated;
      expect(texts.length).toBeGreaterThan(100);
      expect(texts.map((text) => Array.from(tokenizer.encode(text, maxLength)))).toEqual(ids);
      expect(Array.from(tokenizer.encode('good '.repeat(2000), 64)).at(-1)).toBe(
        fixture.vocab.indexOf('[SEP]'),
      );
    });

    it('would differ without the normalisation of this library', async () => {
      const { tokenizer: json, config } = bertFiles(fixture.vocab);
      const transformers = await import(runtime.packageName);
      const plain = asTokenizer(new transformers.BertTokenizer(json, config));
      const wrong = fixture.texts.filter(
        (text, index) => String(plain.encode(text, NO_LIMIT)) !== String(fixture.ids[index]),
      );
      expect(wrong.length).toBeGreaterThan(100);
    });

    it('reads special tokens in a text, and makes none', async () => {
      const vocab = [...SPECIAL, '<', 's', '>', '<s>', '[', ']', 'sep', 'good'];
      const id = (piece: string) => vocab.indexOf(piece);
      const start = { id: id('<s>'), content: '<s>', special: true, normalized: false };
      const other = await load(
        bertFiles(vocab, { added: [{ ...start, lstrip: false, rstrip: false, single_word: false }] }),
      );
      const middle = (text: string) =>
        Array.from(other.encode(text, 64))
          .slice(1, -1)
          .map((piece) => vocab[piece]);
      expect(middle('good[SEP]good <s>')).toEqual(['good', '[SEP]', 'good', '<s>']);
      expect(middle('[SE\u0301P] [sep] <S> <s\u0301>')).toEqual([
        ...['[', 'sep', ']', '[', 'sep', ']'],
        ...['<', 's', '>', '<', 's', '>'],
      ]);
    });

    it('finds added tokens that are looked for in normalised text', async () => {
      const vocab = [...SPECIAL, 'good', 'brandname'];
      const added = { id: 6, content: 'BrandName', special: false, normalized: true };
      const other = await load(
        bertFiles(vocab, { added: [{ ...added, lstrip: false, rstrip: false, single_word: false }] }),
      );
      expect(Array.from(other.encode('good BRANDNAME', 64))).toEqual([2, 5, 6, 3]);
    });

    it('leaves case and accents where the files say so', async () => {
      const vocab = [...SPECIAL, 'É', 'é', 'e', 'E'];
      const cased = await load(bertFiles(vocab, { normalizer: { lowercase: false } }));
      expect(Array.from(cased.encode('É é e E', 64))).toEqual([2, 5, 6, 7, 8, 3]);
      const kept = await load(bertFiles(vocab, { normalizer: { strip_accents: false } }));
      expect(Array.from(kept.encode('É é e E', 64))).toEqual([2, 6, 6, 7, 7, 3]);
    });

    it('says what it is', async () => {
      expect(tokenizer.padTokenId).toBe(0);
      expect(tokenizer.maxLength).toBe(512);
      expect(tokenizer.hash).toMatch(/^[0-9a-f]{64}$/);
      const files = bertFiles(fixture.vocab);
      expect((await load(files)).hash).toBe(tokenizer.hash);
      const other = await load({ ...files, config: { ...files.config, model_max_length: 1e30 } });
      expect(other.hash).not.toBe(tokenizer.hash);
      expect(other.maxLength).toBeNull();
    });

    it('closes a cut text even where the configuration names no [SEP]', async () => {
      const { tokenizer: json, config } = bertFiles(fixture.vocab);
      const { sep_token: _, ...rest } = config;
      const other = await load({
        tokenizer: json,
        config: { ...rest, tokenizer_class: 'TokenizersBackend' },
      });
      expect(Array.from(other.encode('good good good good good', 4)).at(-1)).toBe(
        fixture.vocab.indexOf('[SEP]'),
      );
    });

    it('refuses what is no tokenizer', async () => {
      const files = bertFiles(fixture.vocab);
      await expect(runtime.loadTokenizer(await folder())).rejects.toThrow(
        /tokenizer\.json: expected a tokenizer's file/,
      );
      const broken = await writeTokenizer(await folder(), files);
      await writeFile(join(broken, 'tokenizer.json'), '{"model":');
      await expect(runtime.loadTokenizer(broken)).rejects.toThrow(/expected JSON/);
      for (const tokenizer of [[], {}, { model: 3 }, { model: {}, added_tokens: [1] }]) {
        await expect(load({ ...files, tokenizer })).rejects.toThrow(DataError);
      }
      const unknown = { ...files.tokenizer, pre_tokenizer: { type: 'Nonsense' } };
      await expect(load({ ...files, tokenizer: unknown })).rejects.toThrow(DataError);
      const { pad_token: _, ...unpadded } = files.config;
      await expect(load({ ...files, config: unpadded })).rejects.toThrow(/padding token/);
      expect(() => tokenizer.encode(null as never, 8)).toThrow(OptionError);
    });
  });

  describe.skipIf(!process.env.MVSA_DIR || !process.env.MVSA_REFERENCE_PYTHON)(
    `${name} on MVSA (set MVSA_DIR, and MVSA_REFERENCE_PYTHON to a Python with transformers)`,
    () => {
      it('gives the ids of the reference for all texts', async () => {
        const { pairs } = await openMvsa(process.env.MVSA_DIR as string);
        const texts = pairs.map(({ text }) => text);
        const [whole, at] = [await wholeVocabulary(), await folder()];
        await writeFile(join(at, 'vocab.txt'), whole.map((piece) => `${piece}\n`).join(''));
        await writeFile(join(at, 'texts.json'), JSON.stringify(texts));
        const script = join(import.meta.dirname, '../../../../tools/reference/tokenizer.py');
        execFileSync(process.env.MVSA_REFERENCE_PYTHON as string, [
          script,
          '--vocab',
          join(at, 'vocab.txt'),
          '--check',
          join(at, 'texts.json'),
          '--out',
          join(at, 'ids'),
        ]);
        const expected: number[][] = JSON.parse(await readFile(join(at, 'ids'), 'utf8'));
        const real = await load(bertFiles(whole));
        const wrong = texts.filter(
          (text, index) => String(real.encode(text, NO_LIMIT)) !== String(expected[index]),
        );
        expect(texts.length).toBeGreaterThan(4000);
        expect(wrong.length).toBe(0);
      });
    },
  );
}

/** BERT's own vocabulary, from the environment. */
async function wholeVocabulary(): Promise<string[]> {
  const file = process.env.BERT_VOCAB;
  if (!file) throw new Error('Set BERT_VOCAB to the path of the uncased vocab.txt.');
  return (await readFile(file, 'utf8')).trimEnd().split('\n');
}
