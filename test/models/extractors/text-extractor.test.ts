import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DataError, OptionError } from '../../../src/errors';
import { bertExtractor, textExtractor } from '../../../src/models/extractors/text-extractor';
import { temporaryFolder } from '../../data/mvsa/mini-mvsa';
import { maxDifference } from '../../support/max-difference';
import { toyBert } from './toy-models';

const cacheDir = async () => ({ cacheDir: await temporaryFolder() });
const load = async (onnx?: string, options = {}) =>
  textExtractor(await toyBert(onnx), { maxLength: 7, ...(await cacheDir()), ...options });

interface Case {
  readonly inputs: Readonly<Record<string, { readonly data: string; readonly dims: number[] }>>;
  readonly outputs: Readonly<Record<string, { readonly data: string; readonly dims: number[] }>>;
}
const { cases } = JSON.parse(
  await readFile(join(import.meta.dirname, '../../fixtures/onnx/cases.json'), 'utf8'),
) as { cases: Record<string, Case> };
const bytes = (data: string) => Uint8Array.from(Buffer.from(data, 'base64')).buffer;

describe('textExtractor', () => {
  it.each(['bert-encoder-17', 'bert-classifier-17', 'bert-mlm-14'])(
    '%s: gives the last hidden state of torch',
    async (name) => {
      const { inputs, outputs } = cases[name] as Case;
      const [rows = 0, width = 0] = inputs.input_ids?.dims ?? [];
      const all = [...new BigInt64Array(bytes(inputs.input_ids?.data as string))].map(Number);
      const mask = [...new BigInt64Array(bytes(inputs.attention_mask?.data as string))].map(Number);
      const ids = Array.from({ length: rows }, (_, row) =>
        all.slice(row * width, (row + 1) * width).filter((_id, at) => mask[row * width + at] === 1),
      );
      const text = await load(`${name}.onnx`);
      const features = await text.run(ids);
      const expected = new Float32Array(bytes(outputs.tokens?.data as string));
      for (const [row, { tokens, pooled }] of features.entries()) {
        expect(tokens.length).toBe((ids[row] as number[]).length * 14);
        const start = row * width * 14;
        expect(maxDifference(tokens, expected.slice(start, start + tokens.length))).toBeLessThan(1e-5);
        expect(pooled).toEqual(tokens.slice(0, 14));
      }
      await text.dispose();
    },
  );

  it('gives the same numbers alone as in a padded batch', async () => {
    const text = await load();
    const ids = ['so happy', 'a sunny day again', ''].map(text.tokenize);
    expect(ids).toEqual([
      [2, 8, 9, 3],
      [2, 5, 6, 7, 11, 3],
      [2, 3],
    ]);
    const together = await text.run(ids);
    for (const [row, one] of ids.entries()) {
      const [alone] = await text.run([one]);
      expect(
        maxDifference(together[row]?.tokens as Float32Array, alone?.tokens as Float32Array),
      ).toBeLessThan(1e-6);
    }
    await text.dispose();
  });

  it('pools by the mean over real tokens', async () => {
    const text = await load(undefined, { pooling: 'mean' });
    const [, features] = await text.run([text.tokenize('a sunny day again'), text.tokenize('rain')]);
    const { tokens, pooled } = features as NonNullable<typeof features>;
    const mean = Array.from(
      { length: 14 },
      (_, column) => [0, 1, 2].reduce((sum, row) => sum + (tokens[row * 14 + column] as number), 0) / 3,
    );
    expect(maxDifference(pooled, Float32Array.from(mean))).toBeLessThan(1e-6);
    await text.dispose();
  });

  it('cuts long texts and keeps [SEP]', async () => {
    const text = await load(undefined, { maxLength: 5 });
    expect(text.tokenize('so happy so happy so happy')).toEqual([2, 8, 9, 8, 3]);
    await text.dispose();
  });

  it('is identified by model, tokenizer, length and pooling', async () => {
    const config = async (...args: Parameters<typeof load>) => {
      const text = await load(...args);
      await text.dispose();
      return text.config;
    };
    const base = await config();
    expect(await config()).toEqual(base);
    for (const other of [
      config('bert-classifier-17.onnx'),
      config(undefined, { maxLength: 6 }),
      config(undefined, { pooling: 'mean' }),
    ]) {
      expect(await other).not.toEqual(base);
    }
    expect(base).toMatchObject({
      taps: { tokens: 'last_hidden_state' },
      maxLength: 7,
      isDynamicallyQuantized: false,
    });
  });

  it('refuses what is no text model, and options out of range', async () => {
    await expect(load('cnn-pool.onnx')).rejects.toThrow(DataError);
    await expect(load(undefined, { maxLength: 2 })).rejects.toThrow(OptionError);
    await expect(load(undefined, { maxLength: 513 })).rejects.toThrow(/maxLength: expected at most 512/);
    await expect(load(undefined, { pooling: 'max' })).rejects.toThrow(/pooling: expected 'cls' or 'mean'/);
    const folder = await toyBert();
    await rm(join(folder, 'tokenizer.json'));
    await expect(textExtractor(folder, await cacheDir())).rejects.toThrow(/tokenizer\.json/);
    const text = await load();
    await expect(text.run([])).rejects.toThrow(OptionError);
    await expect(text.run([[]])).rejects.toThrow(OptionError);
    await text.dispose();
  });
});

describe('bertExtractor', () => {
  it('takes a bert and refuses another model', async () => {
    const folder = await toyBert();
    const text = await bertExtractor(folder, { maxLength: 7, ...(await cacheDir()) });
    expect(text.dim).toBe(14);
    await text.dispose();
    await writeFile(join(folder, 'config.json'), JSON.stringify({ model_type: 'roberta' }));
    await expect(bertExtractor(folder)).rejects.toThrow(/expected model_type "bert", received "roberta"/);
    await writeFile(join(folder, 'config.json'), '{');
    await expect(bertExtractor(folder)).rejects.toThrow(/config\.json: expected JSON/);
  });
});
