import type { WeightPattern } from './weight-patterns';

/** A weight as `parameterGroups` sees it. */
export interface NamedWeight {
  /** Its name, such as `fusion/attention/query_kernel`. */
  readonly name: string;
  /** Lengths of its axes. */
  readonly shape: readonly number[];
}

/** Weights that are trained in their own way. */
export interface ParameterGroupOptions {
  /** What logs call the group. */
  readonly name: string;
  /**
   * Its weights, by name: a string is the start of the name in whole parts (`bert/layer_1` matches `bert/layer_1/kernel`,
   * not `bert/layer_10/kernel`).
   */
  readonly match: WeightPattern;
  /**
   * Peak learning rate, positive.
   * @defaultValue the rate of the weights in no group
   */
  readonly learningRate?: number;
  /**
   * Weight decay, at least 0; weights of `noDecay` have none.
   * @defaultValue the decay of the weights in no group
   */
  readonly weightDecay?: number;
  /**
   * The first epoch that trains the group, from 1; it is frozen before. `Infinity` freezes it for good.
   * @defaultValue 1
   */
  readonly trainFromEpoch?: number;
}

/** Options of `parameterGroups`. */
export interface ParameterGroupsOptions {
  /** Peak learning rate of the weights in no group, positive. */
  readonly learningRate: number;
  /** Weight decay of the weights in no group, at least 0. */
  readonly weightDecay: number;
  /**
   * Groups; a weight belongs to the first that matches it.
   * @defaultValue none: every weight belongs to the group `default`
   */
  readonly groups?: readonly ParameterGroupOptions[];
  /**
   * The weights that do not decay: patterns as a group's `match`, or a function of the weight.
   * @defaultValue weights of rank 0 or 1: biases, and the scales and shifts of normalisation (as in BERT's own training
   * code, Devlin et al. 2018)
   */
  readonly noDecay?: readonly WeightPattern[] | ((weight: NamedWeight) => boolean);
}
