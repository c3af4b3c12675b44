/** A tiny ONNX model, written by hand: `sum = a + b` and `double = a + a` over float32 [n, 2]. */

const bytes = (field: number, content: Uint8Array) => [
  ...varint((field << 3) | 2),
  ...varint(content.length),
  ...content,
];
const number = (field: number, value: number) => [...varint(field << 3), ...varint(value)];
const text = (field: number, value: string) => bytes(field, new TextEncoder().encode(value));
const message = (field: number, ...parts: number[][]) => bytes(field, Uint8Array.from(parts.flat()));

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}

/** ValueInfoProto: name, type { tensor_type { elem_type float, shape { dim n, dim 2 } } }. */
const value = (field: number, name: string) =>
  message(
    field,
    text(1, name),
    message(2, message(1, number(1, 1), message(2, message(1, text(2, 'n')), message(1, number(1, 2))))),
  );
const add = (left: string, right: string, output: string) =>
  message(1, text(1, left), text(1, right), text(2, output), text(4, 'Add'));

export const ADDING_MODEL = Uint8Array.from(
  [
    number(1, 8),
    message(
      7,
      add('a', 'b', 'sum'),
      add('a', 'a', 'double'),
      text(2, 'adding'),
      value(11, 'a'),
      value(11, 'b'),
      value(12, 'sum'),
      value(12, 'double'),
    ),
    message(8, number(2, 14)),
  ].flat(),
);
