import { conv2dBackpropFilter, conv2dBackpropInput } from './kernels/conv2d-gradients';
import { convolution } from './kernels/convolutions';
import { cpuAvgPoolGrad, cpuCumulative, cpuMatMul, cpuResizeNearestGrad } from './kernels/cpu-kernels';
import { depthwiseBackpropFilter, depthwiseBackpropInput } from './kernels/depthwise-gradients';
import { einsum } from './kernels/einsum';
import {
  cast,
  clipByValue,
  floatTest,
  identity,
  log1p,
  numbersOnly,
  oneHot,
  prelu,
  relu6,
  sign,
} from './kernels/elements';
import { fusedConvolution, fusedMatMul } from './kernels/fused';
import { gather, unsortedSegmentSum } from './kernels/gather';
import { matMul } from './kernels/matmul';
import { avgPoolGrad, maxPool3D, maxPoolGrad, pool3DGrad, pooling } from './kernels/poolings';
import { cumulative, reduction, sum } from './kernels/reductions';
import type { Replacement } from './kernels/replacement';
import { tensorflowStep } from './kernels/tensorflow-step';

/** A backend, by its name in tfjs, some of whose kernels are replaced. */
export type ReplacedBackend = 'wasm' | 'cpu' | 'tensorflow';

/** Kernels of one backend that give way to one of this library, and why. */
export interface KernelReplacement {
  /** Their names in tfjs. */
  readonly kernels: readonly string[];
  /** What runs in their place; `refused`: nothing, and whoever calls them gets an error. */
  readonly replacement: Replacement | 'refused';
  /**
   * What is the matter with those of tfjs 4.22: "missing: ", "wrong: " or "slow: " and more. What follows the first two is
   * the title of a case in docs/upstream-bugs.md.
   */
  readonly reasons: readonly string[];
}

// Cases of docs/upstream-bugs.md that concern several kernels.
const PAD_BY_NUMBER = 'wrong: Padding by a number with an uneven filter or stride gives a wrong shape';
const SAME_PADDING = "wrong: Convolution padded 'same' returns zeros where the stride leaves pixels unused";
const NAN_TO_INFINITY = 'wrong: Convolution makes -Infinity of NaN, and a relu makes 0 of that';
const NAN_CLIPPED = 'wrong: `clipByValue` and `relu6` make a number of NaN';
const NEGATIVE_WINDOW =
  'wrong: Max pooling: a window without a positive value sends its gradient to element 0';
const BOOL = 'wrong: Element-wise functions of bool return memory that nothing was written to';
const INT_BITS = 'wrong: `isNaN`, `isInf` and `isFinite` of int32 read the bits as floats';
const OVER_NOTHING = 'wrong: Reductions over nothing return memory that nothing was written to';

/**
 * Every kernel of tfjs 4.22 that this library replaces, by backend, with the reason.
 *
 * A new one is a function in `kernels`, a row here, and a case in docs/upstream-bugs.md if tfjs gives a wrong result or none.
 * A kernel stands in one row of its backend.
 */
export const kernelReplacements: Readonly<Record<ReplacedBackend, readonly KernelReplacement[]>> = {
  wasm: [
    // Gradients and einsum that are missing
    {
      kernels: ['Conv2DBackpropFilter'],
      replacement: conv2dBackpropFilter,
      reasons: ['missing: Gradient of a convolution by its filter'],
    },
    {
      kernels: ['DepthwiseConv2dNativeBackpropFilter'],
      replacement: depthwiseBackpropFilter,
      reasons: ['missing: Gradients of a depthwise convolution'],
    },
    {
      kernels: ['DepthwiseConv2dNativeBackpropInput'],
      replacement: depthwiseBackpropInput,
      reasons: ['missing: Gradients of a depthwise convolution'],
    },
    {
      kernels: ['UnsortedSegmentSum'],
      replacement: unsortedSegmentSum,
      reasons: ['missing: Gradient of `gather`, so of every embedding'],
    },
    { kernels: ['Einsum'], replacement: einsum, reasons: ['missing: `einsum`'] },

    // Products and convolutions
    {
      kernels: ['BatchMatMul'],
      replacement: matMul,
      reasons: ['slow: scalar code when an operand is batched or transposed, as in each dense gradient'],
    },
    {
      kernels: ['_FusedMatMul'],
      replacement: fusedMatMul,
      reasons: ['wrong: `fused.matMul` with a bias and a transposed operand', 'slow: as BatchMatMul'],
    },
    {
      kernels: ['Conv2D'],
      replacement: convolution('Conv2D'),
      reasons: [SAME_PADDING, NAN_TO_INFINITY, PAD_BY_NUMBER],
    },
    {
      kernels: ['DepthwiseConv2dNative'],
      replacement: convolution('DepthwiseConv2dNative'),
      reasons: [SAME_PADDING, NAN_TO_INFINITY, PAD_BY_NUMBER],
    },
    {
      kernels: ['FusedConv2D'],
      replacement: fusedConvolution('Conv2D'),
      reasons: [SAME_PADDING, NAN_TO_INFINITY, PAD_BY_NUMBER],
    },
    {
      kernels: ['FusedDepthwiseConv2D'],
      replacement: fusedConvolution('DepthwiseConv2dNative'),
      reasons: [SAME_PADDING, NAN_TO_INFINITY, PAD_BY_NUMBER],
    },
    {
      kernels: ['Conv2DBackpropInput'],
      replacement: conv2dBackpropInput,
      reasons: ['slow: scalar code, about ten times slower than the convolution itself'],
    },
    {
      kernels: ['Conv3DBackpropFilterV2', 'Conv3DBackpropInputV2'],
      replacement: 'refused',
      reasons: ['wrong: Gradients of a three-dimensional convolution'],
    },

    // Poolings
    {
      kernels: ['AvgPool'],
      replacement: pooling('AvgPool'),
      reasons: [NAN_TO_INFINITY, PAD_BY_NUMBER],
    },
    { kernels: ['MaxPool'], replacement: pooling('MaxPool'), reasons: [PAD_BY_NUMBER] },
    {
      kernels: ['MaxPool3D'],
      replacement: maxPool3D,
      reasons: ['wrong: Max pooling of volumes returns 1.2e-38 for negatives'],
    },
    {
      kernels: ['AvgPoolGrad'],
      replacement: avgPoolGrad,
      reasons: [
        'wrong: Average pooling: the gradient divides by the whole filter where the pooling divides by what it holds',
      ],
    },
    {
      kernels: ['AvgPool3DGrad'],
      replacement: pool3DGrad('AvgPool'),
      reasons: ['wrong: Average pooling of volumes: the same'],
    },
    { kernels: ['MaxPoolGrad'], replacement: maxPoolGrad, reasons: [NEGATIVE_WINDOW] },
    { kernels: ['MaxPool3DGrad'], replacement: pool3DGrad('MaxPool'), reasons: [NEGATIVE_WINDOW] },
    {
      kernels: ['MaxPoolWithArgmax'],
      replacement: 'refused',
      reasons: ['wrong: `maxPoolWithArgmax` returns 1.2e-38 and index 0 for negatives'],
    },
    {
      kernels: ['Dilation2D', 'Dilation2DBackpropFilter', 'Dilation2DBackpropInput'],
      replacement: 'refused',
      reasons: ['wrong: `dilation2d` returns 1.2e-38 for negatives'],
    },

    // Along an axis
    {
      kernels: ['GatherV2'],
      replacement: gather,
      reasons: ['wrong: `gather` with batch axes reads the indices of other batches'],
    },
    {
      kernels: ['Cumprod', 'Cumsum'],
      replacement: cumulative,
      reasons: ['wrong: `cumsum` and `cumprod` with a negative axis write outside of their output'],
    },
    {
      kernels: ['Sum'],
      replacement: sum,
      reasons: [OVER_NOTHING, 'slow: transposes first where it sums over leading axes, as for a bias'],
    },
    { kernels: ['Mean'], replacement: reduction(Number.NaN), reasons: [OVER_NOTHING] },
    { kernels: ['Max'], replacement: reduction(Number.NEGATIVE_INFINITY), reasons: [OVER_NOTHING] },
    { kernels: ['Min'], replacement: reduction(Number.POSITIVE_INFINITY), reasons: [OVER_NOTHING] },
    { kernels: ['All', 'Prod'], replacement: reduction(1), reasons: [OVER_NOTHING] },
    { kernels: ['Any'], replacement: reduction(0), reasons: [OVER_NOTHING] },

    // Element by element
    {
      kernels: ['Identity'],
      replacement: identity,
      reasons: ['slow: copies, and the gradient tape clones whatever it saves'],
    },
    {
      kernels: ['Cast'],
      replacement: cast,
      reasons: ['wrong: A cast to bool keeps the lowest byte', 'slow: copies what has the type already'],
    },
    {
      kernels: ['ClipByValue'],
      replacement: clipByValue,
      reasons: [NAN_CLIPPED, 'wrong: `clipByValue` of int32'],
    },
    { kernels: ['Relu6'], replacement: relu6, reasons: [NAN_CLIPPED, BOOL] },
    {
      kernels: ['Abs', 'Neg', 'Reciprocal', 'Relu', 'Round', 'Selu', 'Square', 'Step'],
      replacement: numbersOnly('bool'),
      reasons: [BOOL],
    },
    { kernels: ['Exp', 'LeakyRelu'], replacement: numbersOnly('float32'), reasons: [BOOL] },
    {
      kernels: ['Sign'],
      replacement: sign,
      reasons: ['wrong: `sign` is 0 for numbers below 1.2e-7', BOOL],
    },
    {
      kernels: ['Log1p'],
      replacement: log1p,
      reasons: ['wrong: `log1p` is 0 for numbers below 6e-8'],
    },
    { kernels: ['IsFinite'], replacement: floatTest(1), reasons: [INT_BITS] },
    { kernels: ['IsInf', 'IsNan'], replacement: floatTest(0), reasons: [INT_BITS] },
    {
      kernels: ['OneHot'],
      replacement: oneHot,
      reasons: ['wrong: `oneHot` writes integers into float32'],
    },
    {
      kernels: ['Prelu'],
      replacement: prelu,
      reasons: ['wrong: `prelu` does not broadcast its weights'],
    },
  ],
  cpu: [
    {
      kernels: ['AvgPoolGrad'],
      replacement: cpuAvgPoolGrad,
      reasons: ['wrong: Average pooling: the gradient divides by the whole filter'],
    },
    {
      kernels: ['BatchMatMul'],
      replacement: cpuMatMul,
      reasons: ['wrong: `matMul` pairs broadcast batches wrongly'],
    },
    {
      kernels: ['Cumprod', 'Cumsum'],
      replacement: cpuCumulative,
      reasons: ['wrong: `cumsum` and `cumprod` with a negative axis return another shape'],
    },
    {
      kernels: ['ResizeNearestNeighborGrad'],
      replacement: cpuResizeNearestGrad,
      reasons: ['wrong: Gradient of `resizeNearestNeighbor`: of a batch, only the first image is right'],
    },
  ],
  tensorflow: [
    {
      kernels: ['Step'],
      replacement: tensorflowStep,
      reasons: [
        'slow: makes an array of ones in JavaScript for each call, and each gradient of a relu calls it',
      ],
    },
  ],
};
