import { copyFile, mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { MvsaFusionError } from '../../../../src/errors';
import { readOnnxModel } from '../../../../src/models/extractors/onnx/read-onnx-model';
import { tappedModel } from '../../../../src/models/extractors/onnx/tapped-model';
import { temporaryFolder } from '../../../data/mvsa/mini-mvsa';
import { fixtures } from './run-onnx';

// Tests may run as root, whom no permission stops: the refusal of the file system is made here instead.
const readOnly = vi.hoisted(() => ({ directory: '' }));
vi.mock('../../../../src/files/write-file', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../../../src/files/write-file')>();
  return {
    writeFileAtomically: async (file: string, content: Uint8Array) => {
      if (readOnly.directory === '' || !file.startsWith(readOnly.directory)) {
        return original.writeFileAtomically(file, content);
      }
      const cause = Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' });
      const { MvsaFusionError } = await import('../../../../src/errors');
      throw new MvsaFusionError('Could not write', { cause });
    },
  };
});
beforeEach(() => {
  readOnly.directory = '';
});

const taps = { regions: '/blocks/blocks.1/Relu_output_0', pooled: '/Flatten_output_0' };

async function copyOf(...names: string[]): Promise<string> {
  const folder = await temporaryFolder();
  for (const name of names) await copyFile(join(fixtures, name), join(folder, name));
  return join(folder, names[0] as string);
}

describe('tappedModel', () => {
  it('writes once, beside the model, under the hash of content and taps', async () => {
    const source = await copyOf('cnn-pool.onnx');
    const first = await tappedModel(source, taps);
    expect(first).toMatch(/cnn-pool\.taps-[0-9a-f]{16}\.onnx$/);
    expect(dirname(first)).toBe(dirname(source));
    const past = new Date(1e12);
    await utimes(first, past, past);
    expect(await tappedModel(source, taps)).toBe(first);
    expect((await stat(first)).mtimeMs).toBe(1e12);
    expect(await tappedModel(source, { pooled: taps.pooled })).not.toBe(first);
    await copyFile(join(fixtures, 'cnn-view.onnx'), source);
    const view = { ...taps, pooled: '/Reshape_output_0' };
    expect(basename(await tappedModel(source, view))).not.toBe(basename(first));
  });

  it('never uses a file that is cut off, or one half-written under another name', async () => {
    const source = await copyOf('cnn-pool.onnx');
    const target = await tappedModel(source, taps);
    const whole = await readFile(target);
    for (const length of [0, 1, 1000, whole.length - 4, whole.length - 1]) {
      await writeFile(target, whole.subarray(0, length));
      expect(await tappedModel(source, taps)).toBe(target);
      expect((await readFile(target)).equals(whole), `${length} bytes`).toBe(true);
    }
    await copyFile(join(fixtures, 'cnn-view.onnx'), target);
    await tappedModel(source, taps);
    expect((await readFile(target)).equals(whole)).toBe(true);
    await writeFile(join(dirname(source), `.${basename(target)}.0.tmp`), whole.subarray(0, 99));
    expect(await tappedModel(source, taps)).toBe(target);
  });

  it('writes one whole file when two start at the same time', async () => {
    const source = await copyOf('bert-mlm-14.onnx');
    const tap = { tokens: '/model/bert/encoder/layer.1/output/LayerNorm/Add_1_output_0' };
    const [one, two] = await Promise.all([tappedModel(source, tap), tappedModel(source, tap)]);
    expect(one).toBe(two);
    expect(await readdir(dirname(source))).toHaveLength(2);
    await readOnnxModel(one);
  });

  it('goes to the cache directory when the model’s own is read-only', async () => {
    const source = await copyOf('cnn-pool.onnx');
    readOnly.directory = dirname(source);
    const failure = tappedModel(source, taps);
    await expect(failure).rejects.toThrow(MvsaFusionError);
    await expect(failure).rejects.toThrow(/read-only.*cacheDirectory/);
    const cacheDirectory = join(await temporaryFolder(), 'cache');
    const target = await tappedModel(source, taps, { cacheDirectory });
    expect(dirname(target)).toBe(cacheDirectory);
    expect(await tappedModel(source, taps, { cacheDirectory })).toBe(target);
    expect(await readdir(dirname(source))).toEqual(['cnn-pool.onnx']);
  });

  it('passes on what else the file system refuses', async () => {
    const source = await copyOf('cnn-pool.onnx');
    const target = await tappedModel(await copyOf('cnn-pool.onnx'), taps);
    await mkdir(join(dirname(source), basename(target)));
    await expect(tappedModel(source, taps)).rejects.toThrow(/Could not write/);
  });

  it('uses a model whose outputs are the taps as it is', async () => {
    const source = await copyOf('bert-encoder-17.onnx');
    expect(await tappedModel(source, { last_hidden_state: 'last_hidden_state' })).toBe(source);
    expect(await readdir(dirname(source))).toHaveLength(1);
  });

  it('counts the files that hold weights as content', async () => {
    const source = await copyOf('external.onnx', 'external.onnx_data');
    const first = await tappedModel(source, taps);
    const weights = join(dirname(source), 'external.onnx_data');
    const bytes = await readFile(weights);
    bytes[17] = (bytes[17] as number) ^ 1;
    await writeFile(weights, bytes);
    expect(await tappedModel(source, taps)).not.toBe(first);
    await expect(tappedModel(await copyOf('external.onnx'), taps)).rejects.toThrow(/external\.onnx_data/);
  });
});
