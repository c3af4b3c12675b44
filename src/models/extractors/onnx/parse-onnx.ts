import type { ByteRange, ProtobufField, ProtobufReader } from '../../../files/protobuf-reader';
import type { OnnxInitializer, OnnxNode, OnnxValue } from './onnx-model';

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

/** Names and bytes per element (0: packed or of varying length), by number: onnx.proto3, TensorProto.DataType. */
const ELEMENT_TYPES: readonly (readonly [name: string, bytes: number])[] = [
  ['undefined', 0],
  ['float32', 4],
  ['uint8', 1],
  ['int8', 1],
  ['uint16', 2],
  ['int16', 2],
  ['int32', 4],
  ['int64', 8],
  ['string', 0],
  ['bool', 1],
  ['float16', 2],
  ['float64', 8],
  ['uint32', 4],
  ['uint64', 8],
  ['complex64', 8],
  ['complex128', 16],
  ['bfloat16', 2],
];

/** The number that ONNX gives to an element type, or 0. */
export const elementTypeNumber = (name: string): number =>
  Math.max(
    0,
    ELEMENT_TYPES.findIndex(([known]) => known === name),
  );

const elementTypeName = (number: number): string => ELEMENT_TYPES[number]?.[0] ?? `type ${number}`;

const MOST_VALUES = 64;

/**
 * Reads a TensorProto without its numbers.
 *
 * @param range the message
 * @param whole the field that holds it
 */
export function parseTensor(
  reader: ProtobufReader,
  range: ByteRange,
  whole: ByteRange = range,
): OnnxInitializer {
  const dims: number[] = [];
  const listed: ProtobufField[] = [];
  let name = '';
  let type = 0;
  let data: ByteRange | null = null;
  let isExternal = false;
  let location = '';
  for (const field of reader.fields(range)) {
    if (field.number === 1) dims.push(...reader.integers(field));
    else if (field.number === 2) type = reader.integer(field);
    else if (field.number === 8) name = reader.string(field);
    else if (field.number === 9) data = reader.message(field);
    // int32_data and int64_data, the only other places for whole numbers.
    else if (field.number === 5 || field.number === 7) listed.push(field);
    else if (field.number === 13) location = parseLocation(reader, field) ?? location;
    else if (field.number === 14) isExternal = reader.integer(field) === 1;
  }
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (dims.some((dim) => dim < 0) || !Number.isSafeInteger(count)) {
    throw reader.corrupt(range.start, `the shape [${dims.join(', ')}] of tensor "${name}"`);
  }
  const bytes = ELEMENT_TYPES[type]?.[1] ?? 0;
  if (data && bytes > 0 && data.end - data.start !== count * bytes) {
    throw reader.corrupt(
      data.start,
      `${data.end - data.start} bytes for tensor "${name}" [${dims.join(', ')}] of ${elementTypeName(type)}`,
    );
  }
  const values = count > MOST_VALUES ? null : wholeNumbers(reader, type, data, listed);
  return {
    name,
    elementType: elementTypeName(type),
    dims,
    values: values?.length === count ? values : null,
    range: whole,
    data,
    externalFile: isExternal ? location : null,
  };
}

function wholeNumbers(
  reader: ProtobufReader,
  type: number,
  data: ByteRange | null,
  listed: readonly ProtobufField[],
): number[] | null {
  if (elementTypeName(type) !== 'int64' && elementTypeName(type) !== 'int32') return null;
  if (!data) return listed.flatMap((field) => reader.integers(field));
  const raw = reader.bytes(data);
  const bytes = elementTypeName(type) === 'int64' ? 8 : 4;
  return Array.from({ length: raw.length / bytes }, (_, index) =>
    bytes === 8 ? Number(raw.readBigInt64LE(index * 8)) : raw.readInt32LE(index * 4),
  );
}

/** The value of the entry `location` of `external_data`. */
function parseLocation(reader: ProtobufReader, entry: ProtobufField): string | null {
  let key = '';
  let value = '';
  for (const field of reader.fields(reader.message(entry))) {
    if (field.number === 1) key = reader.string(field);
    else if (field.number === 2) value = reader.string(field);
  }
  return key === 'location' ? value : null;
}

/** Reads a ValueInfoProto. */
export function parseValue(reader: ProtobufReader, whole: ProtobufField): OnnxValue {
  let name = '';
  let elementType: string | null = null;
  let shape: (number | string | null)[] | null = null;
  for (const field of reader.fields(reader.message(whole))) {
    if (field.number === 1) name = reader.string(field);
    if (field.number !== 2) continue;
    for (const kind of reader.fields(reader.message(field))) {
      // Sequences, maps and optionals have other numbers.
      if (kind.number !== 1) continue;
      for (const part of reader.fields(reader.message(kind))) {
        if (part.number === 1) elementType = elementTypeName(reader.integer(part));
        else if (part.number === 2) shape = parseShape(reader, part);
      }
    }
  }
  return { name, elementType, shape, range: whole.range };
}

function parseShape(reader: ProtobufReader, whole: ProtobufField): (number | string | null)[] {
  const shape: (number | string | null)[] = [];
  for (const dimension of reader.fields(reader.message(whole))) {
    if (dimension.number !== 1) continue;
    let size: number | string | null = null;
    for (const field of reader.fields(reader.message(dimension))) {
      if (field.number === 1) size = reader.integer(field);
      else if (field.number === 2) size = reader.string(field);
    }
    shape.push(size);
  }
  return shape;
}
