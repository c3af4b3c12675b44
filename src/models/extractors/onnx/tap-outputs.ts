import { closeSync, openSync, readSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DataError, OptionError } from '../../../errors';
import type { ByteRange } from '../../../files/protobuf-reader';
import { messageHeader } from '../../../files/protobuf-writer';
import { writeFileAtomically } from '../../../files/write-file';
import { checkOptionNames } from '../../../options/check-option-names';
import { OnnxGraph } from './onnx-graph';
import { GRAPH_FIELDS, MODEL_GRAPH, nodeField, valueField } from './onnx-messages';
import type { OnnxModel } from './onnx-model';
import { readOnnxModel } from './read-onnx-model';

/** Names of outputs, and for each the tensor of the graph that it shows. */
export type Taps = Readonly<Record<string, string>>;

/** Options of {@link tapOutputs}. */
export interface TapOptions {
  /** Keep the model's own outputs beside the taps, and so all that they need. @defaultValue false */
  readonly keepOutputs?: boolean;
}

const CHUNK_BYTES = 2 ** 20;

/**
 * Writes a copy of an ONNX model whose outputs are tensors from inside its graph.
 *
 * Operations and weights that no output needs, such as a classifier's head, are left out. What stays is copied byte by byte in
 * pieces of 1 MB, so that a model may exceed memory. The target appears whole or not at all.
 *
 * @param sourceFile the model; it is only read
 * @param taps the output names to make, each with the name of an inner tensor
 * @returns `targetFile`
 * @throws {@link OptionError} when an option is unknown, when a tensor does not exist, or an output would take the name of another tensor.
 * @throws {@link DataError} when the source is damaged, or holds weights in other files and the target is in another directory.
 * @throws {@link MvsaFusionError} when the target cannot be written.
 * @example
 * ```ts
 * import { findTextOutputs, readOnnxModel, tapOutputs } from 'mvsa-fusion/onnx';
 *
 * const source = './models/bert/model.onnx';
 * const { tokens } = findTextOutputs(await readOnnxModel(source));
 * await tapOutputs(source, './models/bert/tapped.onnx', { tokens: tokens.tensor });
 * ```
 */
export async function tapOutputs(
  sourceFile: string,
  targetFile: string,
  taps: Taps,
  options: TapOptions = {},
): Promise<string> {
  checkOptionNames('tapOutputs', options, { keepOutputs: true });
  const { keepOutputs = false } = options;
  if (resolve(sourceFile) === resolve(targetFile)) {
    throw new OptionError(
      `targetFile: expected another file than the source, received ${targetFile} for both.`,
    );
  }
  const model = await readOnnxModel(sourceFile);
  const [external] = model.externalFiles;
  if (external !== undefined && dirname(resolve(sourceFile)) !== dirname(resolve(targetFile))) {
    throw new DataError(
      `${sourceFile}: expected weights inside the model, received a reference to ${external} beside it, which holds only in that directory. Write the target to ${dirname(resolve(sourceFile))}.`,
    );
  }
  return writeFileAtomically(targetFile, pieces(model, taps, keepOutputs));
}

/** The bytes of the new file, piece by piece. Names are checked before the first. */
function pieces(model: OnnxModel, taps: Taps, keepOutputs: boolean): Iterable<Uint8Array> {
  const graph = new OnnxGraph(model);
  const added = checkTaps(graph, taps, keepOutputs);
  const kept = keepOutputs ? model.outputs : [];
  const nodes = graph.ancestors([...Object.values(taps), ...kept.map(({ name }) => name)]);
  const used = new Set([...Object.values(taps), ...kept.map(({ name }) => name)]);
  for (const { inputs, captured } of nodes) for (const name of [...inputs, ...captured]) used.add(name);

  const copies = [
    ...model.nodes.filter((node) => nodes.has(node)),
    ...model.inputs,
    ...model.rest.defaultInputs.filter(({ name }) => used.has(name)),
    ...model.rest.valueInfos.filter(({ name }) => used.has(name) && !Object.hasOwn(taps, name)),
    ...[...model.initializers.values()].filter(({ name }) => used.has(name)),
    ...kept,
  ].map(({ range }) => range);
  const ranges = merge([...model.rest.graphFields, ...copies]);
  const length = [...ranges, ...added.map(({ length }) => ({ start: 0, end: length }))].reduce(
    (sum, { start, end }) => sum + end - start,
    0,
  );
  return (function* () {
    const descriptor = openSync(model.file, 'r');
    try {
      for (const range of merge(model.rest.modelFields)) yield* chunks(descriptor, range, model.file);
      yield messageHeader(MODEL_GRAPH, length);
      for (const range of ranges) yield* chunks(descriptor, range, model.file);
      yield* added;
    } finally {
      closeSync(descriptor);
    }
  })();
}

/** The fields that make the taps outputs. */
function checkTaps(graph: OnnxGraph, taps: Taps, keepOutputs: boolean): Uint8Array[] {
  const { file, outputs } = graph.model;
  if (Object.keys(taps).length === 0) {
    throw new OptionError('taps: expected at least one output name with its tensor, received none.');
  }
  return Object.entries(taps).flatMap(([name, tensor]) => {
    graph.checkChoice(`taps.${name}`, tensor);
    const { elementType = null, shape = null } = graph.value(tensor) ?? {};
    const output = valueField(GRAPH_FIELDS.output, { name, elementType, shape });
    if (name !== tensor) {
      if (name === '' || graph.has(name)) {
        throw new OptionError(
          `taps: expected names that no tensor of ${file} has, received "${name}" for "${tensor}". Choose another name.`,
        );
      }
      return [nodeField({ opType: 'Identity', inputs: [tensor], output: name }), output];
    }
    return keepOutputs && outputs.some((known) => known.name === name) ? [] : [output];
  });
}

/** The ranges in the order of the file, neighbours joined. */
function merge(ranges: readonly ByteRange[]): ByteRange[] {
  const merged: ByteRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last?.end === range.start) merged[merged.length - 1] = { start: last.start, end: range.end };
    else merged.push(range);
  }
  return merged;
}

function* chunks(descriptor: number, { start, end }: ByteRange, file: string): Generator<Uint8Array> {
  for (let at = start; at < end; ) {
    // A new buffer each time: the writer may still hold the last one.
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, end - at));
    const count = readSync(descriptor, chunk, 0, chunk.length, at);
    if (count === 0)
      throw new DataError(`${file}: expected ${end} bytes, received ${at}: it was cut meanwhile.`);
    yield chunk.subarray(0, count);
    at += count;
  }
}
