import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DataError, OptionError } from '../../../../src/errors';
import { integerField, messageField } from '../../../../src/files/protobuf-writer';
import { findFeatureOutputs } from '../../../../src/models/extractors/onnx/find-feature-outputs';
import {
  GRAPH_FIELDS,
  MODEL_GRAPH,
  type NodeDeclaration,
  nodeField,
  type ValueDeclaration,
  valueField,
  weightField,
} from '../../../../src/models/extractors/onnx/onnx-messages';
import { readOnnxModel } from '../../../../src/models/extractors/onnx/read-onnx-model';
import { temporaryFolder } from '../../../data/mvsa/mini-mvsa';
import { fixtures } from './run-onnx';

const find = async (name: string, options = {}) =>
  findFeatureOutputs(await readOnnxModel(join(fixtures, `${name}.onnx`)), options);

const node = (opType: string, inputs: string, output: string, attributes = {}): NodeDeclaration => ({
  opType,
  inputs: inputs.split(' '),
  output,
  attributes,
});

const pixels: ValueDeclaration = { name: 'pixels', elementType: 'float32', shape: ['batch', 3, null, null] };
const ids: ValueDeclaration = { name: 'ids', elementType: 'int64', shape: ['batch', 'tokens'] };

/** A graph written by hand; its weights are `w` [7, 3, 1, 1] and `s` [7]. */
async function graphOf(inputs: ValueDeclaration[], nodes: NodeDeclaration[], outputs: string[]) {
  const file = join(await temporaryFolder(), 'model.onnx');
  const fields = [
    ...nodes.map(nodeField),
    ...inputs.map((value) => valueField(GRAPH_FIELDS.input, value)),
    ...outputs.map((name) => valueField(GRAPH_FIELDS.output, { name, elementType: null, shape: null })),
    ...weightField('w', [7, 3, 1, 1], new Float32Array(21)),
    ...weightField('s', [7], new Float32Array(7)),
  ];
  const opset = messageField(8, integerField(2, 17));
  await writeFile(file, Buffer.concat([integerField(1, 8), opset, messageField(MODEL_GRAPH, ...fields)]));
  return readOnnxModel(file);
}

describe('findFeatureOutputs on what exporters write', () => {
  it.each([
    ['bert-mlm-14', '/model/bert/encoder/layer.1/output/LayerNorm/Add_1_output_0'],
    ['bert-mlm-fused', '/model/bert/encoder/layer.1/output/LayerNorm/Add_1_output_0'],
    ['bert-classifier-17', '/model/bert/encoder/layer.0/output/LayerNorm/LayerNormalization_output_0'],
    ['bert-encoder-17', 'last_hidden_state'],
  ])('%s: the hidden state, not the norm inside the head', async (name, tensor) => {
    expect(await find(name)).toEqual({ kind: 'text', tokens: { tensor, dim: 14 } });
  });

  it.each([
    ['cnn-pool', '/Flatten_output_0'],
    ['cnn-view', '/Reshape_output_0'],
    ['cnn-mean', '/ReduceMean_output_0'],
  ])('%s: the last map, not that of a gate, and the flat vector', async (name, pooled) => {
    expect(await find(name)).toEqual({
      kind: 'image',
      regions: { tensor: '/blocks/blocks.1/Relu_output_0', dim: 13 },
      pooled: { tensor: pooled, dim: 13 },
    });
  });

  it('takes a tensor by name', async () => {
    const tensor = '/model/bert/encoder/layer.0/output/LayerNorm/Add_1_output_0';
    expect(await find('bert-mlm-14', { tokens: tensor })).toEqual({
      kind: 'text',
      tokens: { tensor, dim: 14 },
    });
    const regions = '/blocks/blocks.0/Relu_output_0';
    const pooled = '/Flatten_output_0';
    expect(await find('cnn-pool', { regions, pooled })).toMatchObject({
      regions: { tensor: regions, dim: 11 },
      pooled: { tensor: pooled },
    });
  });

  it('refuses a name that is none or has other axes, and names the option', async () => {
    await expect(find('bert-mlm-14', { tokens: 'absent' })).rejects.toThrow(OptionError);
    await expect(find('bert-mlm-14', { tokens: 'absent' })).rejects.toThrow(/^tokens: .*"logits"/);
    await expect(find('cnn-pool', { regions: 'logits' })).rejects.toThrow(
      /^regions: .* 4 axes.*\[batch, 5\]/,
    );
    await expect(find('cnn-pool', { pooled: 'absent' })).rejects.toThrow(/^pooled: /);
    await expect(find('cnn-pool', { regions: '/blocks/blocks.0/Add_output_0' })).rejects.toThrow(
      /option pooled/,
    );
  });
});

describe('findFeatureOutputs on graphs written by hand', () => {
  const pool = (map: string, output: string) => node('GlobalAveragePool', map, output);

  it('keeps [batch, channels, 1, 1] where nothing flattens it', async () => {
    const model = await graphOf(
      [pixels],
      [node('Conv', 'pixels w', 'map'), pool('map', 'mean')],
      ['map', 'mean'],
    );
    expect(findFeatureOutputs(model)).toEqual({
      kind: 'image',
      regions: { tensor: 'map', dim: 7 },
      pooled: { tensor: 'mean', dim: 7 },
    });
  });

  it('names the candidates of a model with two heads, and lets one be picked', async () => {
    const nodes = [
      node('Conv', 'pixels w', 'a'),
      node('Conv', 'pixels w', 'b'),
      pool('a', 'c'),
      pool('b', 'd'),
    ];
    const model = await graphOf([pixels], nodes, ['c', 'd']);
    expect(() => findFeatureOutputs(model)).toThrow(DataError);
    expect(() => findFeatureOutputs(model)).toThrow(/received 2, of: "a", "b"\. .*regions and pooled/);
    expect(findFeatureOutputs(model, { regions: 'b' })).toMatchObject({ pooled: { tensor: 'd', dim: 7 } });
  });

  it('refuses a CNN without global pooling', async () => {
    const model = await graphOf(
      [pixels],
      [node('Conv', 'pixels w', 'map'), node('Flatten', 'map', 'x')],
      ['x'],
    );
    expect(() => findFeatureOutputs(model)).toThrow(/GlobalAveragePool.*received 0, of: none/);
  });

  it('names both encoders of a model with two', async () => {
    const tower = (name: string) => [
      node('Gather', 's ids', `${name}0`),
      node('Relu', `${name}0`, `${name}1`),
      node('Add', `${name}0 ${name}1`, `${name}2`),
      node('LayerNormalization', `${name}2 s s`, `${name}3`),
    ];
    const model = await graphOf([ids], [...tower('a'), ...tower('b')], ['a3', 'b3']);
    expect(() => findFeatureOutputs(model)).toThrow(/2 candidates: "a3", "b3"\. .* option tokens/);
    expect(findFeatureOutputs(model, { tokens: 'b3' })).toMatchObject({ tokens: { tensor: 'b3', dim: 7 } });
    const one = await graphOf([ids], tower('a'), ['a3']);
    expect(findFeatureOutputs(one)).toEqual({ kind: 'text', tokens: { tensor: 'a3', dim: 7 } });
  });

  it('refuses a text model without layer normalization', async () => {
    const model = await graphOf([ids], [node('Gather', 's ids', 'x')], ['x']);
    expect(() => findFeatureOutputs(model)).toThrow(/none \(0 layer normalizations, outputs "x /);
  });

  it('refuses a model of both kinds, or of neither', async () => {
    const nodes = [node('Conv', 'pixels w', 'map'), node('Gather', 's ids', 'x')];
    const both = await graphOf([pixels, ids], nodes, ['map', 'x']);
    expect(() => findFeatureOutputs(both)).toThrow(/pixels float32 \[batch, 3, , \]; ids int64/);
  });

  it('ends on a graph that runs in circles', async () => {
    const nodes = [node('Identity', 'b', 'a'), node('Identity', 'a', 'b'), pool('a', 'c')];
    const model = await graphOf([pixels], nodes, ['c']);
    expect(findFeatureOutputs(model)).toMatchObject({ regions: { tensor: 'a', dim: null } });
    const norm = node('LayerNormalization', 'a s s', 'c');
    const text = await graphOf([ids], [node('Identity', 'b', 'a'), node('Identity', 'a', 'b'), norm], ['c']);
    expect(() => findFeatureOutputs(text)).toThrow(DataError);
  });
});
