import { DataError } from '../../../errors';
import { checkOptionNames } from '../../../options/check-option-names';
import type { FoundTensor } from './find-text-outputs';
import { OnnxGraph, quoted } from './onnx-graph';
import type { OnnxModel, OnnxNode } from './onnx-model';

/** Options of {@link findImageOutputs}. */
export interface FindImageOptions {
  /** The name of the tensor [batch, channels, rows, columns], when it cannot be found or is the wrong one. @defaultValue found */
  readonly regions?: string;
  /** The name of the tensor [batch, channels]. @defaultValue found */
  readonly pooled?: string;
}

/** What {@link findImageOutputs} finds. */
export interface ImageOutputs {
  /** The last spatial map, [batch, channels, rows, columns]. */
  readonly regions: FoundTensor;
  /** Its mean over rows and columns, [batch, channels] (or [batch, channels, 1, 1] in a graph that never flattens it). */
  readonly pooled: FoundTensor;
}

/** Operations that change neither the numbers of a pooled map nor their order. */
const FLATTENING = new Set(['Flatten', 'Reshape', 'Squeeze', 'Identity', 'Dropout']);

/**
 * Finds the last spatial map of a CNN, before its global average pooling, and the pooled vector after it.
 *
 * The pooling is the last of the graph: those of squeeze-and-excite gates come before it.
 *
 * @throws {@link DataError} when there is none or more than one: names the candidates and the options that pick one.
 * @throws {@link OptionError} when an option is unknown, and when the tensor of an option does not exist or has another rank.
 * @see Lin et al. 2013, "Network In Network", section 3.2 (global average pooling)
 */
export function findImageOutputs(model: OnnxModel, options: FindImageOptions = {}): ImageOutputs {
  checkOptionNames('findImageOutputs', options, { regions: true, pooled: true });
  const graph = new OnnxGraph(model);
  if (options.regions !== undefined) graph.checkChoice('regions', options.regions, [4]);
  if (options.pooled !== undefined) graph.checkChoice('pooled', options.pooled, [2, 4]);
  if (options.regions !== undefined && options.pooled !== undefined) {
    const dim = channelsOf(graph, options.regions);
    return { regions: { tensor: options.regions, dim }, pooled: { tensor: options.pooled, dim } };
  }
  const pool = findPool(graph, options.regions);
  const regions = options.regions ?? (pool.inputs[0] as string);
  const dim = channelsOf(graph, regions);
  const shape = graph.value(regions)?.shape;
  if (shape && shape.length !== 4) {
    throw new DataError(
      `${model.file}: expected the pooled map "${regions}" to be [batch, channels, rows, columns], received [${shape.join(', ')}]. Name another tensor with the option regions.`,
    );
  }
  return {
    regions: { tensor: regions, dim },
    pooled: { tensor: options.pooled ?? flattened(graph, pool), dim },
  };
}

function findPool(graph: OnnxGraph, regions: string | undefined): OnnxNode {
  const { model } = graph;
  const pools = model.nodes.filter((node) => isGlobalPool(graph, node));
  const before = graph.ancestors(pools.flatMap(({ inputs }) => inputs[0] ?? []));
  const last = pools.filter((node) =>
    regions === undefined ? !before.has(node) : node.inputs[0] === regions,
  );
  const [pool] = last;
  if (pool && last.length === 1) return pool;
  const names = (last.length > 1 ? last : pools).map(({ inputs }) => inputs[0] as string);
  throw new DataError(
    regions === undefined
      ? `${model.file}: expected one global average pooling (GlobalAveragePool, or ReduceMean over axes 2 and 3) at the end of the CNN, received ${last.length}, of: ${quoted(names)}. Name the tensors with the options regions and pooled.`
      : `${model.file}: expected one global average pooling of "${regions}", received ${last.length}. Name the pooled tensor with the option pooled too.`,
  );
}

function isGlobalPool(graph: OnnxGraph, { opType, inputs, attributes }: OnnxNode): boolean {
  if (inputs[0] === undefined) return false;
  if (opType === 'GlobalAveragePool') return true;
  if (opType !== 'ReduceMean') return false;
  // An attribute up to operator set 17, an input from 18 on.
  const axes = attributes.get('axes') ?? graph.constant(inputs[1])?.values;
  const sorted = axes?.map((axis) => (axis < 0 ? axis + 4 : axis)).sort((a, b) => a - b);
  return sorted?.length === 2 && sorted[0] === 2 && sorted[1] === 3;
}

/** The pooled tensor after the reshapes that follow. */
function flattened(graph: OnnxGraph, pool: OnnxNode): string {
  const first = pool.outputs[0] as string;
  let tensor = first;
  let isFlat = pool.opType === 'ReduceMean' && pool.attributes.get('keepdims')?.[0] === 0;
  for (let step = 0; !isFlat && step < 8; step++) {
    const next = graph
      .consumers(tensor)
      .find(({ opType, inputs }) => FLATTENING.has(opType) && inputs[0] === tensor);
    if (next?.outputs[0] === undefined) return first;
    tensor = next.outputs[0];
    isFlat = next.opType !== 'Identity' && next.opType !== 'Dropout';
  }
  return tensor;
}

/** Operations whose result has the channels of their first input. */
const KEEPS_CHANNELS = new Set(
  'Relu LeakyRelu PRelu Clip Elu Selu Celu Sigmoid HardSigmoid HardSwish Mish Gelu Tanh Softplus Swish QuickGelu BatchNormalization InstanceNormalization Dropout Identity Cast MaxPool AveragePool GlobalAveragePool QuantizeLinear DequantizeLinear'.split(
    ' ',
  ),
);

/** Channels of a map, from its stated shape or from the convolution behind it. */
function channelsOf(graph: OnnxGraph, start: string): number | null {
  const queue = [start];
  const seen = new Set<string>();
  for (let tensor = queue.pop(); tensor !== undefined; tensor = queue.pop()) {
    if (seen.has(tensor)) continue;
    seen.add(tensor);
    const stated = graph.value(tensor)?.shape;
    if (stated?.length === 4 && typeof stated[1] === 'number') return stated[1];
    const node = graph.producer(tensor);
    if (!node) continue;
    const { opType, inputs } = node;
    if (opType === 'Conv' || opType === 'FusedConv' || opType === 'QLinearConv' || opType === 'ConvInteger') {
      const channels = graph.constant(inputs[opType === 'QLinearConv' ? 3 : 1])?.dims[0];
      if (channels !== undefined) return channels;
    } else if (opType === 'Add' || opType === 'Mul' || opType === 'Sub' || opType === 'Div') {
      queue.push(...inputs.filter((input) => !graph.constant(input)));
    } else if (KEEPS_CHANNELS.has(opType) && inputs[0] !== undefined) {
      queue.push(inputs[0]);
    }
  }
  return null;
}
