import type { TensorInfo } from '@tensorflow/tfjs-core';

/**
 * A kernel of this library. It takes backend, inputs and attributes of a call, as tfjs gives them, and the kernel that it
 * replaces ({@link Stock}), where there is one; each says which types those are.
 */
export type Replacement = (
  backend: never,
  inputs: never,
  attrs: never,
  stock: never,
) => TensorInfo | TensorInfo[];

/** The kernel of tfjs that was replaced; it still serves the cases that its replacement leaves to it. */
export type Stock<Inputs, Attrs> = (backend: unknown, inputs: Inputs, attrs: Attrs) => TensorInfo;
