import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../../src/errors';
import { type WritableTensor, writeSafetensors } from '../../../src/files/safetensors';
import { openResNet50Weights, RESNET50_CONVOLUTIONS } from '../../../src/models/resnet50/resnet50-weights';
import { temporaryFolder } from '../../data/mvsa/mini-mvsa';
import { huggingFaceName, resnet50 } from './noise-resnet50';

type Tensors = Record<string, WritableTensor>;

/** Float16 zeros of the real shapes: 47 MB. */
const zeros = (names: readonly (readonly [string, readonly number[]])[]): Tensors =>
  Object.fromEntries(
    names.map(([name, shape]) => {
      const size = shape.reduce((product, length) => product * length, 1);
      return [name, { shape, data: new Float32Array(size), dtype: 'F16' }];
    }),
  );

async function open(tensors: Tensors) {
  const file = join(await temporaryFolder(), 'model.safetensors');
  await writeSafetensors(file, tensors);
  return openResNet50Weights(file);
}

const torchvision = zeros(resnet50.names.torchvision);

describe('openResNet50Weights', () => {
  it('knows 53 convolutions of 23,454,912 weights', () => {
    expect(RESNET50_CONVOLUTIONS).toHaveLength(53);
    const sizes = RESNET50_CONVOLUTIONS.map(({ inputs, outputs, kernel }) => inputs * outputs * kernel ** 2);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(23_454_912);
  });

  it.each([
    ['torchvision', torchvision, 'torchvision and timm'],
    ['Hugging Face', zeros(resnet50.names.huggingface), 'Hugging Face'],
    [
      'Hugging Face without a head',
      zeros(
        resnet50.names.huggingface
          .filter(([name]) => name.startsWith('resnet.'))
          .map(([name, shape]) => [name.slice('resnet.'.length), shape]),
      ),
      'Hugging Face without a head',
    ],
  ])('takes every name of %s', async (_, tensors, library) => {
    const weights = await open(tensors);
    expect(weights.library).toBe(library);
    const last = RESNET50_CONVOLUTIONS.at(-1);
    if (!last) throw new Error('no convolution');
    const { weight, variance } = await weights.read(last);
    expect([weight.length, variance.length]).toEqual([512 * 2048, 2048]);
    await weights.close();
  });

  it('agrees with a translation of names written down apart', () => {
    expect(resnet50.names.torchvision.map(([name]) => huggingFaceName(name)).toSorted()).toEqual(
      resnet50.names.huggingface.map(([name]) => name).toSorted(),
    );
  });

  it('names what is missing, unexpected and misshapen', async () => {
    const { 'bn1.bias': _bias, 'layer3.5.conv2.weight': _weight, ...rest } = torchvision;
    const wrong = {
      ...rest,
      'layer9.weight': { shape: [2], data: new Float32Array(2) },
      'layer1.0.bn1.weight': { shape: [63], data: new Float32Array(63) },
    };
    const failure = open(wrong);
    await expect(failure).rejects.toThrow(DataError);
    await expect(failure).rejects.toThrow(
      '2 missing: bn1.bias, layer3.5.conv2.weight; 1 unexpected: layer9.weight; 1 misshapen: layer1.0.bn1.weight [63] instead of [64]',
    );
  });

  it('refuses numbers that are none, and integers', async () => {
    const spoiled = (data: WritableTensor['data']) =>
      open({ ...torchvision, 'bn1.running_var': { shape: [64], data } }).then(async (weights) => {
        const [stem] = RESNET50_CONVOLUTIONS;
        if (!stem) throw new Error('no convolution');
        return weights.read(stem).finally(() => weights.close());
      });
    const values = new Float32Array(64);
    values[17] = Number.NaN;
    await expect(spoiled(values)).rejects.toThrow(/bn1\.running_var, received NaN at position 17/);
    await expect(spoiled(new Int32Array(64))).rejects.toThrow(/bn1\.running_var, received I32/);
  });

  it('refuses another model, and no model', async () => {
    await expect(open({ weight: { shape: [1], data: new Float32Array(1) } })).rejects.toThrow(
      /received 1 tensors: weight/,
    );
    const file = join(await temporaryFolder(), 'x.safetensors');
    await writeFile(file, 'not a checkpoint');
    await expect(openResNet50Weights(file)).rejects.toThrow(DataError);
  });
});
