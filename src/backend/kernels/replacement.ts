import type { TensorInfo } from '@tensorflow/tfjs-core';

/** Kernels of one backend whose place one of this library takes, and why. */
export interface KernelReplacement {
  /** Their names in tfjs. */
  readonly kernels: readonly string[];
  /**
   * What is the matter with those of tfjs 4.22: "missing: ", "wrong: " or "slow: " and more. What follows the first two is
   * the title of a case in docs/upstream-bugs.md.
   */
  readonly reasons: readonly string[];
  /** What runs in their place; `refused`: nothing, and whoever calls them gets an error. */
  readonly replacement: Replacement | 'refused';
}

/**
 * Takes backend, inputs and attributes of a call, as tfjs gives them, and the kernel replaced ({@link Stock}), where there
 * is one. Each replacement says which types those are.
 */
export type Replacement = (
  backend: never,
  inputs: never,
  attrs: never,
  stock: never,
) => TensorInfo | TensorInfo[];

/** The kernel of tfjs that was replaced; it still serves the cases that its replacement leaves to it. */
export type Stock<Inputs, Attrs> = (backend: unknown, inputs: Inputs, attrs: Attrs) => TensorInfo;
