import { getKernel, type KernelConfig, Relu, Sign, type TensorInfo } from '@tensorflow/tfjs-core';
import type { Stock } from './replacement';

type Inputs = { readonly x: TensorInfo };
type Attrs = { readonly alpha: number };

/**
 * 1 above 0, else 0, which every gradient of a relu calls: the sign of relu(x), NaN included.
 *
 * tfjs-node 4.22 makes an array of ones in JavaScript for each call.
 */
export function tensorflowStep(
  backend: { disposeData(dataId: object): boolean },
  inputs: Inputs,
  attrs: Attrs,
  stock: Stock<Inputs, Attrs>,
): TensorInfo {
  if (inputs.x.dtype !== 'float32' || attrs.alpha !== 0) return stock(backend, inputs, attrs);
  const run = (kernel: string, x: TensorInfo) => {
    const { kernelFunc } = getKernel(kernel, 'tensorflow') as KernelConfig;
    return kernelFunc({ inputs: { x }, attrs: {}, backend }) as TensorInfo;
  };
  const positive = run(Relu, inputs.x);
  const sign = run(Sign, positive);
  backend.disposeData(positive.dataId);
  return sign;
}
