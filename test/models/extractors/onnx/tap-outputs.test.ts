import { copyFile, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DataError, OptionError } from '../../../../src/errors';
import { findFeatureOutputs } from '../../../../src/models/extractors/onnx/find-feature-outputs';
import { readOnnxModel } from '../../../../src/models/extractors/onnx/read-onnx-model';
import { type Taps, tapOutputs } from '../../../../src/models/extractors/onnx/tap-outputs';
import { temporaryFolder } from '../../../data/mvsa/mini-mvsa';
import { fixtures, floats, largestDifference, readCases, runOnnx, runtimes } from './run-onnx';

const cases = readCases(fixtures);

async function tapsOf(file: string): Promise<Taps> {
  const found = findFeatureOutputs(await readOnnxModel(file));
  return found.kind === 'text'
    ? { tokens: found.tokens.tensor }
    : { regions: found.regions.tensor, pooled: found.pooled.tensor };
}

describe.each(runtimes)('on ONNX Runtime $version', ({ directory }) => {
  it.each(Object.entries(cases))('%s: taps equal torch', async (name, { inputs, outputs: expected }) => {
    const source = join(fixtures, `${name}.onnx`);
    const target = join(await temporaryFolder(), 'tapped.onnx');
    const taps = await tapsOf(source);
    await tapOutputs(source, target, taps);
    const { outputs } = await runOnnx(directory, target, inputs);
    expect(Object.keys(outputs)).toEqual(Object.keys(taps));
    for (const [output, tensor] of Object.entries(outputs)) {
      const reference = expected[output];
      expect(tensor.dims, output).toEqual(reference?.dims);
      expect(largestDifference(floats(tensor), floats(reference as typeof tensor))).toBeLessThan(1e-5);
    }
  });

  it.each(Object.keys(cases))('%s: keeps its own outputs to the bit', async (name) => {
    const source = join(fixtures, `${name}.onnx`);
    const target = join(await temporaryFolder(), 'tapped.onnx');
    const taps = await tapsOf(source);
    await tapOutputs(source, target, taps, { keepOutputs: true });
    const inputs = cases[name]?.inputs ?? {};
    const before = await runOnnx(directory, source, inputs);
    const after = await runOnnx(directory, target, inputs);
    expect(Object.keys(after.outputs)).toEqual([...Object.keys(before.outputs), ...Object.keys(taps)]);
    expect(after.outputs).toMatchObject(before.outputs);
  });

  it('taps a graph that ONNX Runtime has fused', async () => {
    const source = join(fixtures, 'bert-mlm-fused.onnx');
    const target = join(await temporaryFolder(), 'tapped.onnx');
    await tapOutputs(source, target, await tapsOf(source));
    const { inputs = {}, outputs: expected } = cases['bert-mlm-14'] ?? {};
    const tokens = (await runOnnx(directory, target, inputs)).outputs.tokens;
    expect(largestDifference(floats(tokens as never), floats(expected?.tokens as never))).toBeLessThan(1e-5);
  });

  it('reads weights from a file beside the model', async () => {
    const folder = await temporaryFolder();
    for (const file of ['external.onnx', 'external.onnx_data']) {
      await copyFile(join(fixtures, file), join(folder, file));
    }
    const source = join(folder, 'external.onnx');
    const target = await tapOutputs(source, join(folder, 'tapped.onnx'), await tapsOf(source));
    const { inputs, outputs: expected } = cases['cnn-pool'] as NonNullable<(typeof cases)[string]>;
    const { outputs } = await runOnnx(directory, target, inputs);
    for (const name of ['regions', 'pooled']) {
      const [tensor, reference] = [outputs[name], expected[name]].map((packed) => floats(packed as never));
      expect(largestDifference(tensor as Float32Array, reference as Float32Array)).toBeLessThan(1e-5);
    }
  });

  it('runs a file that was extended by appending, as protobuf merges it', async () => {
    const target = join(await temporaryFolder(), 'appended.onnx');
    const source = join(fixtures, 'bert-mlm-14.onnx');
    // graph { node { input: "logits" output: "copy" op_type: "Identity" } output { name: "copy" } }
    const text = (field: number, value: string) => [field * 8 + 2, value.length, ...Buffer.from(value)];
    const node = [...text(1, 'logits'), ...text(2, 'copy'), ...text(4, 'Identity')];
    const graph = [10, node.length, ...node, 12 * 8 + 2, 6, ...text(1, 'copy')];
    await writeFile(
      target,
      Buffer.concat([await readFile(source), Buffer.from([58, graph.length, ...graph])]),
    );
    expect((await readOnnxModel(target)).outputs.map(({ name }) => name)).toEqual(['logits', 'copy']);
    const again = await tapOutputs(target, `${target}.taps.onnx`, { copy: 'copy' });
    const { inputs = {}, outputs: expected } = cases['bert-mlm-14'] ?? {};
    const { outputs } = await runOnnx(directory, again, inputs);
    expect(largestDifference(floats(outputs.copy as never), floats(expected?.logits as never))).toBeLessThan(
      1e-5,
    );
  });
});

describe('tapOutputs', () => {
  it('leaves out the head: its nodes and its weights', async () => {
    const source = join(fixtures, 'bert-mlm-14.onnx');
    const target = await tapOutputs(
      source,
      join(await temporaryFolder(), 'tapped.onnx'),
      await tapsOf(source),
    );
    const [before, after] = [await readOnnxModel(source), await readOnnxModel(target)];
    expect((await stat(target)).size).toBeLessThan((await stat(source)).size);
    const dropped = [...before.initializers.keys()].filter((name) => !after.initializers.has(name));
    expect(dropped.length).toBeGreaterThan(3);
    expect(dropped.every((name) => name.includes('cls.') || name.startsWith('onnx::MatMul'))).toBe(true);
    expect(after.inputs.map(({ name, shape }) => [name, shape])).toEqual(
      before.inputs.map(({ name, shape }) => [name, shape]),
    );
    expect([...after.opsets]).toEqual([...before.opsets]);
    expect(after.producer).toBe(before.producer);
  });

  it('writes the same bytes again, and no other file', async () => {
    const folder = await temporaryFolder();
    const source = join(fixtures, 'cnn-pool.onnx');
    const taps = await tapsOf(source);
    for (const name of ['a.onnx', 'b.onnx']) await tapOutputs(source, join(folder, name), taps);
    expect(await readdir(folder)).toEqual(['a.onnx', 'b.onnx']);
    expect(await readFile(join(folder, 'a.onnx'))).toEqual(await readFile(join(folder, 'b.onnx')));
  });

  it('refuses what it cannot do, and writes nothing', async () => {
    const folder = await temporaryFolder();
    const source = join(fixtures, 'cnn-pool.onnx');
    const tap = (taps: Taps, from = source, to = join(folder, 'x.onnx')) => tapOutputs(from, to, taps);
    await expect(tap({ a: 'no such tensor' })).rejects.toThrow(
      /taps\.a: expected .* received "no such tensor"/,
    );
    await expect(tap({ a: 'pixels' })).rejects.toThrow(OptionError);
    await expect(tap({ pixels: 'logits' })).rejects.toThrow(/received "pixels" for "logits"/);
    await expect(tap({})).rejects.toThrow(/at least one/);
    await expect(tap({ logits: 'logits' }, source, source)).rejects.toThrow(OptionError);
    const external = join(fixtures, 'external.onnx');
    await expect(tap({ a: 'logits' }, external)).rejects.toThrow(/external\.onnx_data/);
    await expect(tap({ a: 'logits' }, join(folder, 'absent.onnx'))).rejects.toThrow(DataError);
    expect(await readdir(folder)).toEqual([]);
  });
});
