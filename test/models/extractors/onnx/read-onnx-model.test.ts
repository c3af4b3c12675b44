import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../../../src/errors';
import { readOnnxModel } from '../../../../src/models/extractors/onnx/read-onnx-model';
import { createRandom } from '../../../../src/random';
import { temporaryFolder } from '../../../data/mvsa/mini-mvsa';
import { fixtures } from './run-onnx';

const cnn = join(fixtures, 'cnn-mean.onnx');

async function reading(bytes: Uint8Array) {
  const file = join(await temporaryFolder(), 'model.onnx');
  await writeFile(file, bytes);
  return readOnnxModel(file);
}

describe('readOnnxModel', () => {
  it('reads what torch wrote', async () => {
    const model = await readOnnxModel(cnn);
    expect(model).toMatchObject({ file: cnn, irVersion: 8, externalFiles: [] });
    expect(model.producer).toMatch(/^pytorch 2\./);
    expect([...model.opsets]).toEqual([['', 18]]);
    expect(model.inputs).toMatchObject([
      { name: 'pixels', elementType: 'float32', shape: ['batch', 3, 'height', 'width'] },
    ]);
    expect(model.outputs).toMatchObject([{ name: 'logits', elementType: 'float32', shape: ['batch', 5] }]);
    const [first] = model.nodes;
    expect(first?.opType).toBe('Conv');
    expect(first?.attributes.get('strides')).toEqual([2, 2]);
    const axes = model.nodes.find(({ opType }) => opType === 'Constant');
    // Negative numbers and little-endian bytes.
    expect(axes?.attributes.get('value')).toEqual([-2, -1]);
  });

  it('says where the weights lie', async () => {
    const { initializers } = await readOnnxModel(cnn);
    const weight = initializers.get('classifier.weight');
    expect(weight).toMatchObject({ elementType: 'float32', dims: [5, 13], values: null, externalFile: null });
    const { start, end } = weight?.data ?? { start: 0, end: 0 };
    expect(end - start).toBe(5 * 13 * 4);
    const bytes = readFileSync(cnn).subarray(start, end);
    const values = Array.from({ length: 65 }, (_, index) => bytes.readFloatLE(index * 4));
    expect(values.every((value) => Number.isFinite(value) && Math.abs(value) < 2)).toBe(true);
    expect(new Set(values).size).toBe(65);
  });

  it('names files that hold weights', async () => {
    const model = await readOnnxModel(join(fixtures, 'external.onnx'));
    expect(model.externalFiles).toEqual(['external.onnx_data']);
  });

  it('refuses a file cut off anywhere, at once', async () => {
    const whole = await readFile(cnn);
    const { integer } = createRandom(3);
    for (let trial = 0; trial < 60; trial++) {
      const length = integer(whole.length);
      await expect(reading(whole.subarray(0, length)), `${length} bytes`).rejects.toThrow(DataError);
    }
  });

  it('reads or refuses a damaged file, at once', async () => {
    const whole = await readFile(join(fixtures, 'bert-encoder-17.onnx'));
    const { integer } = createRandom(5);
    let refused = 0;
    for (let trial = 0; trial < 300; trial++) {
      const bytes = Buffer.from(whole);
      for (let flip = 0; flip < 8; flip++) bytes[integer(bytes.length)] = integer(256);
      const started = performance.now();
      const error = await reading(bytes).then(
        () => null,
        (reason: unknown) => reason,
      );
      expect(performance.now() - started).toBeLessThan(2000);
      if (error) expect(error).toBeInstanceOf(DataError);
      if (error) refused++;
    }
    expect(refused).toBeGreaterThan(30);
  });

  it.each([
    ['nothing', Buffer.alloc(0), /no format version/],
    ['zeros', Buffer.alloc(4096), /field number 0/],
    ['text', Buffer.from('{"model": "no"}'), /at byte 0 of 15/],
    [
      'a Git LFS pointer',
      Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:0\n'),
      /git lfs pull/,
    ],
    ['a length beyond the file', Buffer.from([58, 255, 255, 255, 255, 127]), /where 0 are left/],
    ['an endless number', Buffer.alloc(40, 0x88), /more than ten bytes|field number/],
    ['graphs in graphs', nested(40), /nested deeper than 16/],
  ])('refuses %s', async (_, bytes, message) => {
    const failure = reading(bytes);
    await expect(failure).rejects.toThrow(DataError);
    await expect(failure).rejects.toThrow(message);
  });

  it('refuses a path without a file, and a directory', async () => {
    const folder = await temporaryFolder();
    await expect(readOnnxModel(join(folder, 'absent.onnx'))).rejects.toThrow(/cannot be read: ENOENT/);
    await expect(readOnnxModel(folder)).rejects.toThrow(DataError);
  });
});

/** A model whose only node holds a graph whose only node holds a graph, and so on. */
function nested(depth: number): Buffer {
  const field = (number: number, payload: Buffer) => {
    const length: number[] = [];
    let rest = payload.length;
    for (; rest > 127; rest >>= 7) length.push((rest & 127) | 128);
    return Buffer.concat([Buffer.from([number * 8 + 2, ...length, rest]), payload]);
  };
  let graph = Buffer.alloc(0);
  for (let level = 0; level < depth; level++) {
    graph = field(1, Buffer.concat([field(4, Buffer.from('If')), field(5, field(6, graph))]));
  }
  return Buffer.concat([Buffer.from([8, 8]), field(7, graph)]);
}
