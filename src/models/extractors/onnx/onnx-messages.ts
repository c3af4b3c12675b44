import { integerField, messageField, messageHeader, stringField } from '../../../files/protobuf-writer';
import { elementTypeNumber } from './parse-onnx';

/** Field numbers of a GraphProto. */
export const GRAPH_FIELDS = { node: 1, name: 2, initializer: 5, input: 11, output: 12 } as const;

/** The field number of the graph in a ModelProto. */
export const MODEL_GRAPH = 7;

/** A value to declare: an input or output of the graph. */
export interface ValueDeclaration {
  /** Its name. */
  readonly name: string;
  /** Such as `float32`; null leaves the type to be inferred. */
  readonly elementType: string | null;
  /** Sizes, or names of free sizes; null leaves the shape to be inferred. */
  readonly shape: readonly (number | string | null)[] | null;
}

/** A ValueInfoProto as the field `number` of a graph. */
export function valueField(number: number, { name, elementType, shape }: ValueDeclaration): Uint8Array {
  const type = elementType === null ? 0 : elementTypeNumber(elementType);
  if (type === 0) return messageField(number, stringField(1, name));
  const dimensions = shape?.map((size) => {
    if (size === null) return messageField(1);
    return messageField(1, typeof size === 'number' ? integerField(1, size) : stringField(2, size));
  });
  const tensor = [integerField(1, type), ...(dimensions ? [messageField(2, ...dimensions)] : [])];
  return messageField(number, stringField(1, name), messageField(2, messageField(1, ...tensor)));
}

/** A node to write. */
export interface NodeDeclaration {
  /** An operator of ONNX itself. */
  readonly opType: string;
  /** Names of tensors. */
  readonly inputs: readonly string[];
  /** The name of the tensor that it gives, and of the node itself. */
  readonly output: string;
  /** Whole numbers, or lists of them. */
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

/** Values of AttributeProto.type. */
const ATTRIBUTE_TYPES = { int: 2, ints: 7 } as const;

/** A NodeProto as a field of a graph. */
export function nodeField({ opType, inputs, output, attributes = {} }: NodeDeclaration): Uint8Array {
  return messageField(
    GRAPH_FIELDS.node,
    ...inputs.map((input) => stringField(1, input)),
    stringField(2, output),
    stringField(3, output),
    stringField(4, opType),
    ...Object.entries(attributes).map(([name, value]) => {
      const values =
        typeof value === 'number' ? [integerField(3, value)] : value.map((item) => integerField(8, item));
      const type = typeof value === 'number' ? ATTRIBUTE_TYPES.int : ATTRIBUTE_TYPES.ints;
      return messageField(5, stringField(1, name), ...values, integerField(20, type));
    }),
  );
}

/** A float32 weight as a field of a graph, in two pieces so that its numbers are not copied. */
export function weightField(name: string, dims: readonly number[], data: Float32Array): Uint8Array[] {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const head = Buffer.concat([
    ...dims.map((dim) => integerField(1, dim)),
    integerField(2, elementTypeNumber('float32')),
    stringField(8, name),
    messageHeader(9, bytes.length),
  ]);
  const header = messageHeader(GRAPH_FIELDS.initializer, head.length + bytes.length);
  return [Buffer.concat([header, head]), bytes];
}
