import type { OnnxGraph } from './onnx-graph';
import type { OnnxNode } from './onnx-model';

/** A layer normalization, one node or the several that it was written as. */
export interface LayerNorm {
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
export function findLayerNorms(graph: OnnxGraph): LayerNorm[] {
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
