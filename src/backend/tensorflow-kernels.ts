import {
  getKernel,
  type KernelConfig,
  type KernelFunc,
  Relu,
  registerKernel,
  Sign,
  Step,
  type TensorInfo,
  unregisterKernel,
} from '@tensorflow/tfjs-core';

const registered = new WeakSet<KernelFunc>();

/**
 * Replaces the kernel of tfjs-node 4.22 that slows training down: `step`, which every gradient of a relu calls.
 *
 * Theirs makes an array of ones in JavaScript for each call; the sign of relu(x) is the same, NaN included.
 */
export function registerTensorflowKernels(): void {
  const current = getKernel(Step, 'tensorflow');
  if (!current || registered.has(current.kernelFunc)) return;
  const kernelFunc: KernelFunc = (call) => {
    const { inputs, attrs, backend } = call;
    const x = inputs.x as TensorInfo;
    if (x.dtype !== 'float32' || attrs?.alpha !== 0) return current.kernelFunc(call);
    const run = (kernel: string, of: TensorInfo) => {
      const { kernelFunc: apply } = getKernel(kernel, 'tensorflow') as KernelConfig;
      return apply({ inputs: { x: of }, attrs: {}, backend }) as TensorInfo;
    };
    const positive = run(Relu, x);
    const sign = run(Sign, positive);
    (backend as { disposeData(dataId: object): boolean }).disposeData(positive.dataId);
    return sign;
  };
  registered.add(kernelFunc);
  unregisterKernel(Step, 'tensorflow');
  registerKernel({ ...current, kernelFunc });
}
