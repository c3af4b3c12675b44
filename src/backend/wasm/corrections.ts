import type { TensorInfo } from '@tensorflow/tfjs-core';
import { avgPoolGrad } from './avg-pool-grad';
import { clip } from './clip';
import { conv2dBackpropFilter } from './conv2d-backprop-filter';
import { conv2dBackpropInput } from './conv2d-backprop-input';
import { convolution, pooling } from './convolution';
import { cumulative } from './cumulative';
import { depthwiseBackpropFilter, depthwiseBackpropInput } from './depthwise-gradients';
import { einsum } from './einsum';
import { log1p, sign } from './element-functions';
import { cast, floatTest, numbersOnly } from './element-types';
import { reduction } from './empty-reduction';
import { fusedConvolution } from './fused-convolution';
import { gather } from './gather';
import { maxPoolGrad } from './max-pool-grad';
import { oneHot } from './one-hot';
import { maxPool3D, pool3DGrad } from './pooling-3d';
import { prelu } from './prelu';
import { refused } from './refused';
import { type Replacement, replacement } from './replacement';

const entries = (names: readonly string[], of: (name: string) => Replacement) =>
  Object.fromEntries(names.map((name) => [name, of(name)]));

/** Kernels that tfjs-backend-wasm 4.22 lacks or gets wrong, under tfjs' names; docs/upstream-bugs.md shows each fault. */
export const corrections: Readonly<Record<string, Replacement>> = {
  All: replacement(reduction(1)),
  Any: replacement(reduction(0)),
  AvgPool: replacement(pooling('AvgPool')),
  AvgPool3DGrad: replacement(pool3DGrad('AvgPool')),
  AvgPoolGrad: replacement(avgPoolGrad),
  Cast: replacement(cast),
  ClipByValue: replacement(
    (backend, { x }: { x: TensorInfo }, attrs: { clipValueMin: number; clipValueMax: number }) =>
      clip(backend, x, attrs.clipValueMin, attrs.clipValueMax),
  ),
  Conv2D: replacement(convolution('Conv2D')),
  Conv2DBackpropFilter: replacement(conv2dBackpropFilter),
  Conv2DBackpropInput: replacement(conv2dBackpropInput),
  Cumprod: replacement(cumulative),
  Cumsum: replacement(cumulative),
  DepthwiseConv2dNative: replacement(convolution('DepthwiseConv2dNative')),
  DepthwiseConv2dNativeBackpropFilter: replacement(depthwiseBackpropFilter),
  DepthwiseConv2dNativeBackpropInput: replacement(depthwiseBackpropInput),
  Einsum: replacement(einsum),
  FusedConv2D: replacement(fusedConvolution('Conv2D')),
  FusedDepthwiseConv2D: replacement(fusedConvolution('DepthwiseConv2dNative')),
  GatherV2: replacement(gather),
  IsFinite: replacement(floatTest(1)),
  IsInf: replacement(floatTest(0)),
  IsNan: replacement(floatTest(0)),
  Log1p: replacement(log1p),
  Max: replacement(reduction(Number.NEGATIVE_INFINITY)),
  MaxPool: replacement(pooling('MaxPool')),
  MaxPool3D: replacement(maxPool3D),
  MaxPool3DGrad: replacement(pool3DGrad('MaxPool')),
  MaxPoolGrad: replacement(maxPoolGrad),
  Mean: replacement(reduction(Number.NaN)),
  Min: replacement(reduction(Number.POSITIVE_INFINITY)),
  OneHot: replacement(oneHot),
  Prelu: replacement(prelu),
  Prod: replacement(reduction(1)),
  Relu6: replacement((backend, { x }: { x: TensorInfo }) => clip(backend, x, 0, 6)),
  Sign: replacement(sign),
  Sum: replacement(reduction(0)),
  ...entries(['Exp', 'LeakyRelu'], () => replacement(numbersOnly('float32'))),
  ...entries(['Abs', 'Neg', 'Reciprocal', 'Relu', 'Round', 'Selu', 'Square', 'Step'], () =>
    replacement(numbersOnly('bool')),
  ),
  ...entries(
    [
      'Conv3DBackpropFilterV2',
      'Conv3DBackpropInputV2',
      'Dilation2D',
      'Dilation2DBackpropFilter',
      'Dilation2DBackpropInput',
      'MaxPoolWithArgmax',
    ],
    (name) => refused(name),
  ),
};
