import { DataError } from '../../errors';
import type { ConvolutionWeights } from '../weights/open-resnet50-weights';

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
