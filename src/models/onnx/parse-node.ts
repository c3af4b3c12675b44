import type { OnnxNode } from './onnx-model';
import { parseTensor } from './parse-tensor';
import type { ByteRange, ProtobufField, ProtobufReader } from './protobuf-reader';

const DEEPEST_SUBGRAPH = 16;

/** Reads a NodeProto; its tensors are passed over unless they are small and whole-numbered. */
export function parseNode(reader: ProtobufReader, whole: ProtobufField, depth = 0): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, readonly number[]>();
  const captured: string[] = [];
  let name = '';
  let opType = '';
  let domain = '';
  let constantDims: readonly number[] | null = null;
  for (const field of reader.fields(reader.message(whole))) {
    if (field.number === 1) inputs.push(reader.string(field));
    else if (field.number === 2) outputs.push(reader.string(field));
    else if (field.number === 3) name = reader.string(field);
    else if (field.number === 4) opType = reader.string(field);
    else if (field.number === 7) domain = reader.string(field);
    else if (field.number === 5) {
      const attribute = parseAttribute(reader, reader.message(field), depth);
      if (attribute.values) attributes.set(attribute.name, attribute.values);
      if (attribute.dims) constantDims = attribute.dims;
      captured.push(...attribute.captured);
    }
  }
  if (opType === '') throw reader.corrupt(whole.range.start, 'a node without an operator');
  // ONNX's own operators have two names.
  if (domain === 'ai.onnx') domain = '';
  return { name, opType, domain, inputs, outputs, attributes, constantDims, captured, range: whole.range };
}

function parseAttribute(reader: ProtobufReader, range: ByteRange, depth: number) {
  const captured: string[] = [];
  let name = '';
  let values: number[] | null = null;
  let dims: readonly number[] | null = null;
  for (const field of reader.fields(range)) {
    if (field.number === 1) name = reader.string(field);
    else if (field.number === 3) values = [reader.integer(field)];
    else if (field.number === 8) values = [...(values ?? []), ...reader.integers(field)];
    else if (field.number === 5) {
      const tensor = parseTensor(reader, reader.message(field));
      dims = tensor.dims;
      if (tensor.values) values = [...tensor.values];
    } else if (field.number === 6 || field.number === 11) {
      captured.push(...namesOfSubgraph(reader, field, depth + 1));
    }
  }
  return { name, values, dims, captured };
}

/** Every name that the nodes and outputs of a subgraph use. */
function namesOfSubgraph(reader: ProtobufReader, graph: ProtobufField, depth: number): string[] {
  if (depth > DEEPEST_SUBGRAPH) {
    throw reader.corrupt(graph.range.start, `graphs nested deeper than ${DEEPEST_SUBGRAPH}`);
  }
  const names: string[] = [];
  for (const field of reader.fields(reader.message(graph))) {
    if (field.number === 1) {
      const node = parseNode(reader, field, depth);
      names.push(...node.inputs, ...node.captured);
    } else if (field.number === 12) {
      for (const part of reader.fields(reader.message(field))) {
        if (part.number === 1) names.push(reader.string(part));
      }
    }
  }
  return names;
}
