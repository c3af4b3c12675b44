import { DataError } from '../../../errors';
import { checkOptionNames } from '../../../options/check-option-names';
import { OnnxGraph, quoted } from './onnx-graph';
import type { OnnxModel, OnnxNode } from './onnx-model';

/** A tensor that holds features. */
export interface FoundTensor {
  /** Its name in the graph. */
  readonly tensor: string;
  /** The length of its feature axis; null when neither shapes nor weights tell. */
  readonly dim: number | null;
}

/** Options of {@link findTextOutputs}. */
export interface FindTextOptions {
  /** The name of the tensor [batch, tokens, hidden], when it cannot be found or is the wrong one. @defaultValue found */
  readonly tokens?: string;
}

/** What {@link findTextOutputs} finds. */
export interface TextOutputs {
  /** The encoder's last hidden state, [batch, tokens, hidden]. */
  readonly tokens: FoundTensor;
}

/** What exporters call the last hidden state when it is an output. */
const OUTPUT_NAMES = new Set(['last_hidden_state', 'token_embeddings']);

/**
 * Finds the last hidden state of a BERT-family encoder in its graph, whatever head the export ends in.
 *
 * It is the graph's output where that is one. Otherwise it is what the encoder's last layer normalization gives: the last one
 * that ends a residual connection. The normalization inside a masked-language head follows an activation instead.
 *
 * @throws {@link DataError} when there is no such tensor or more than one: names the candidates and the option that picks one.
 * @throws {@link OptionError} when an option is unknown, and when the tensor of the option does not exist or has another rank.
 * @see Devlin et al. 2018, section 3; Ba et al. 2016, "Layer Normalization"
 */
export function findTextOutputs(model: OnnxModel, options: FindTextOptions = {}): TextOutputs {
  checkOptionNames('findTextOutputs', options, { tokens: true });
  const { tokens } = options;
  const graph = new OnnxGraph(model);
  const norms = findLayerNorms(graph);
  const chosen = tokens ?? model.outputs.find(({ name, shape }) => isHiddenState(name, shape))?.name;
  if (chosen !== undefined) {
    graph.checkChoice('tokens', chosen, [3]);
    const stated = graph.value(chosen)?.shape?.at(-1);
    const norm = norms.find(({ output }) => output === chosen);
    return { tokens: { tensor: chosen, dim: typeof stated === 'number' ? stated : (norm?.dim ?? null) } };
  }
  const ends = norms.filter(({ isResidual }) => isResidual);
  const before = graph.ancestors(ends.map(({ input }) => input));
  const last = ends.filter(({ output }) => {
    const node = graph.producer(output);
    return node !== undefined && !before.has(node);
  });
  const [norm] = last;
  if (!norm || last.length > 1)
    throw notFound(
      model,
      last.map(({ output }) => output),
      norms.length,
    );
  const shape = graph.value(norm.output)?.shape;
  if (shape && (shape.length !== 3 || (typeof shape[2] === 'number' && shape[2] !== norm.dim))) {
    throw new DataError(
      `${model.file}: expected the last hidden state "${norm.output}" to be [batch, tokens, ${norm.dim}], received [${shape.join(', ')}]. Name another tensor with the option tokens.`,
    );
  }
  return { tokens: { tensor: norm.output, dim: norm.dim } };
}

function isHiddenState(name: string, shape: readonly unknown[] | null): boolean {
  return OUTPUT_NAMES.has(name) && (shape === null || shape.length === 3);
}

function notFound(model: OnnxModel, candidates: readonly string[], norms: number): DataError {
  const outputs = model.outputs.map(({ name, shape }) => `${name} [${shape?.join(', ') ?? 'shape unknown'}]`);
  const received =
    candidates.length > 1
      ? `${candidates.length} candidates: ${quoted(candidates)}`
      : `none (${norms} layer normalizations, outputs ${quoted(outputs)})`;
  return new DataError(
    `${model.file}: expected one encoder whose last layer normalization gives [batch, tokens, hidden], received ${received}. Name the tensor with the option tokens.`,
  );
}

/** A layer normalization, one node or the several that it was written as. */
interface LayerNorm {
  /** The tensor that it normalizes; for a fused residual one of the two. */
  readonly input: string;
  /** The tensor that it gives. */
  readonly output: string;
  /** The last axis, from the shape of its scale. */
  readonly dim: number;
  /** True when it normalizes the sum of two computed tensors: the end of a residual connection. */
  readonly isResidual: boolean;
}

const FUSED = new Set(['LayerNormalization', 'SkipLayerNormalization', 'EmbedLayerNormalization']);

/** Every layer normalization of a graph, in its order. */
function findLayerNorms(graph: OnnxGraph): LayerNorm[] {
  return graph.model.nodes.flatMap((node) => {
    const found = FUSED.has(node.opType) ? fused(graph, node) : decomposed(graph, node);
    return found ?? [];
  });
}

function fused(graph: OnnxGraph, node: OnnxNode): LayerNorm | null {
  // ONNX Runtime's own fusions take the scale third; its embedding layer, after ids and three tables.
  const scale = { LayerNormalization: 1, SkipLayerNormalization: 2 }[node.opType] ?? 5;
  const dim = graph.constant(node.inputs[scale])?.dims.at(-1);
  const [input, output] = [node.inputs[0], node.outputs[0]];
  if (dim === undefined || input === undefined || output === undefined) return null;
  const isResidual = node.opType === 'SkipLayerNormalization' || isComputedSum(graph, input);
  return { input, output, dim, isResidual };
}

/** Matches scale * (x - mean(x)) / sqrt(variance + epsilon) + shift, from its last addition backwards. */
function decomposed(graph: OnnxGraph, add: OnnxNode): LayerNorm | null {
  if (add.opType !== 'Add') return null;
  const scaled = operand(graph, add, (tensor) => graph.origin(tensor)?.opType === 'Mul');
  const scaling = graph.origin(scaled);
  if (!scaling || !otherIsConstant(graph, add, scaled)) return null;
  const normalized = operand(graph, scaling, (tensor) => graph.origin(tensor)?.opType === 'Div');
  const scale = graph.constant(scaling.inputs.find((tensor) => tensor !== normalized));
  const division = graph.origin(normalized);
  const dim = scale?.dims.at(-1);
  if (!division || dim === undefined) return null;
  const centring = graph.origin(division.inputs[0]);
  const input = centring?.inputs[0];
  const isNorm =
    centring?.opType === 'Sub' &&
    graph.origin(centring.inputs[1])?.opType === 'ReduceMean' &&
    graph.origin(division.inputs[1])?.opType === 'Sqrt';
  const output = add.outputs[0];
  if (!isNorm || input === undefined || output === undefined) return null;
  return { input, output, dim, isResidual: isComputedSum(graph, input) };
}

function isComputedSum(graph: OnnxGraph, tensor: string): boolean {
  const node = graph.origin(tensor);
  // A sum with a constant is a linear layer's bias.
  return node?.opType === 'Add' && node.inputs.every((input) => !graph.constant(input));
}

function operand(graph: OnnxGraph, node: OnnxNode, matches: (tensor: string) => boolean): string | undefined {
  return node.inputs.find((tensor) => !graph.constant(tensor) && matches(tensor));
}

function otherIsConstant(graph: OnnxGraph, node: OnnxNode, tensor: string | undefined): boolean {
  const other = node.inputs.find((input) => input !== tensor);
  return other !== undefined && graph.constant(other) !== null;
}
