import { DataError } from '../../../errors';
import { integerField, messageField, messageHeader, stringField } from '../../../files/protobuf-writer';
import { writeFileAtomically } from '../../../files/write-file';
import {
  type ConvolutionWeights,
  openResNet50Weights,
  RESNET50_CONVOLUTIONS,
  type ResNetConvolution,
} from '../../resnet50/resnet50-weights';
import { GRAPH_FIELDS, MODEL_GRAPH, nodeField, valueField, weightField } from './onnx-messages';

/** ONNX 1.8: what ResNet-50 needs has not changed since, and ONNX Runtime 1.14 reads up to 8 and 18. */
const [IR_VERSION, OPSET] = [7, 13];

const INPUT = 'pixel_values';

/**
 * Writes an ONNX model that computes the features of a ResNet-50 from its weights, without Python.
 *
 * - input `pixel_values` [batch, 3, height, width] float32, normalised as the weights want it
 * - output `grid` [batch, 2048, height / 32, width / 32], the last spatial map (rounded up)
 * - output `pooled` [batch, 2048], its mean over rows and columns
 *
 * Batch normalization is folded into the convolutions; the classifier is left out. The same weights give the same bytes.
 *
 * @param weightsFile a safetensors state dict of a ResNet-50 (version 1.5) with the names of torchvision, timm or Hugging Face
 * @param targetFile the model to write, 94 MB; whole or not at all
 * @returns `targetFile`
 * @throws {@link DataError} when a tensor is missing, unexpected, misshapen or not finite: names it.
 * @throws {@link MvsaFusionError} when the target cannot be written.
 * @see He et al. 2015, "Deep Residual Learning for Image Recognition"
 * @example
 * ```ts
 * import { exportResNet50Onnx } from 'mvsa-fusion/onnx';
 *
 * await exportResNet50Onnx('./models/resnet50/model.safetensors', './models/resnet50/features.onnx');
 * ```
 */
export async function exportResNet50Onnx(weightsFile: string, targetFile: string): Promise<string> {
  const graph = [...nodes(), stringField(GRAPH_FIELDS.name, 'resnet50'), ...declarations()];
  const weights = await openResNet50Weights(weightsFile);
  try {
    for (const convolution of RESNET50_CONVOLUTIONS) {
      const { inputs, outputs, kernel } = convolution;
      const name = nameOf(convolution.place);
      const { weight, bias } = foldBatchNorm(await weights.read(convolution), `${weightsFile}: ${name}`);
      graph.push(...weightField(`${name}.weight`, [outputs, inputs, kernel, kernel], weight));
      graph.push(...weightField(`${name}.bias`, [outputs], bias));
    }
  } finally {
    await weights.close();
  }
  const length = graph.reduce((sum, field) => sum + field.length, 0);
  return writeFileAtomically(targetFile, [
    integerField(1, IR_VERSION),
    stringField(2, 'mvsa-fusion'),
    messageField(8, integerField(2, OPSET)),
    messageHeader(MODEL_GRAPH, length),
    ...graph,
  ]);
}

function nameOf(place: ResNetConvolution['place']): string {
  if (place === 'stem') return 'stem';
  const [stage, block, part] = place;
  return `stage${stage}.block${block}.${part === 'shortcut' ? part : `conv${part}`}`;
}

function declarations(): Uint8Array[] {
  const value = (name: string, shape: readonly (number | string)[]) => ({
    name,
    elementType: 'float32',
    shape,
  });
  return [
    valueField(GRAPH_FIELDS.input, value(INPUT, ['batch', 3, 'height', 'width'])),
    valueField(GRAPH_FIELDS.output, value('grid', ['batch', 2048, 'rows', 'columns'])),
    valueField(GRAPH_FIELDS.output, value('pooled', ['batch', 2048])),
  ];
}

/** The operations in topological order. */
function nodes(): Uint8Array[] {
  const fields: Uint8Array[] = [];
  const add = (opType: string, inputs: readonly string[], output: string, attributes = {}) => {
    fields.push(nodeField({ opType, inputs, output, attributes }));
    return output;
  };
  const convolve = (convolution: ResNetConvolution, input: string) => {
    const { place, kernel, stride } = convolution;
    const name = nameOf(place);
    const pad = (kernel - 1) / 2;
    return add('Conv', [input, `${name}.weight`, `${name}.bias`], name, {
      kernel_shape: [kernel, kernel],
      pads: [pad, pad, pad, pad],
      strides: [stride, stride],
    });
  };
  const relu = (input: string, output = `${input}.relu`) => add('Relu', [input], output);

  const [stem, ...convolutions] = RESNET50_CONVOLUTIONS as [ResNetConvolution, ...ResNetConvolution[]];
  let map = add('MaxPool', [relu(convolve(stem, INPUT))], 'stem.pool', {
    kernel_shape: [3, 3],
    pads: [1, 1, 1, 1],
    strides: [2, 2],
  });
  while (convolutions.length > 0) {
    const [first, second, third] = convolutions.splice(0, 3) as [
      ResNetConvolution,
      ResNetConvolution,
      ResNetConvolution,
    ];
    const residual = convolve(third, relu(convolve(second, relu(convolve(first, map)))));
    const hasShortcut = convolutions[0]?.place[2] === 'shortcut';
    const shortcut = hasShortcut ? convolve(convolutions.shift() as ResNetConvolution, map) : map;
    const sum = add('Add', [residual, shortcut], nameOf(third.place).replace('conv2', 'sum'));
    map = relu(sum, convolutions.length === 0 ? 'grid' : undefined);
  }
  add('Flatten', [add('GlobalAveragePool', [map], 'grid.mean')], 'pooled', { axis: 1 });
  return fields;
}

/** torch's default, which torchvision, timm and Hugging Face all keep for ResNet-50. */
const EPSILON = 1e-5;

/**
 * Folds a batch normalization at inference into the convolution before it.
 *
 * scale * (conv(x) - mean) / sqrt(variance + epsilon) + shift is a convolution too, whose weight is multiplied by
 * scale / sqrt(variance + epsilon). Computed in float64 and rounded once.
 *
 * @param what the convolution, for the message
 * @returns weight [outputs, inputs, kernel, kernel] and bias [outputs]
 * @throws {@link DataError} when a variance is negative, or a result exceeds float32.
 * @see Ioffe and Szegedy 2015, "Batch Normalization", section 3.1
 */
export function foldBatchNorm(
  { weight, scale, shift, mean, variance }: ConvolutionWeights,
  what: string,
): { weight: Float32Array; bias: Float32Array } {
  const outputs = scale.length;
  const folded = new Float32Array(weight.length);
  const bias = new Float32Array(outputs);
  const size = weight.length / outputs;
  for (let output = 0; output < outputs; output++) {
    const factor = (scale[output] as number) / Math.sqrt((variance[output] as number) + EPSILON);
    bias[output] = (shift[output] as number) - (mean[output] as number) * factor;
    let isRepresentable = Number.isFinite(bias[output]);
    for (let index = output * size; index < (output + 1) * size; index++) {
      folded[index] = (weight[index] as number) * factor;
      isRepresentable &&= Number.isFinite(folded[index]);
    }
    if (!isRepresentable) {
      throw new DataError(
        `${what}: expected a batch normalization that can be folded, received variance ${variance[output]}, mean ${mean[output]} and scale ${scale[output]} in channel ${output}. Fetch or train the weights again.`,
      );
    }
  }
  return { weight: folded, bias };
}
