import { DataError } from '../../errors';
import { findLayerNorms } from './find-layer-norms';
import { OnnxGraph, quoted } from './onnx-graph';
import type { OnnxModel } from './onnx-model';

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
 * @throws {@link OptionError} when the tensor of the option does not exist or has another rank.
 * @see Devlin et al. 2018, section 3; Ba et al. 2016, "Layer Normalization"
 */
export function findTextOutputs(model: OnnxModel, { tokens }: FindTextOptions = {}): TextOutputs {
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
