import type { LabelArray } from './label-options';

/** Options of the metrics on probabilities. */
export interface ProbabilityOptions {
  /**
   * The class of each column: names or integers.
   * @defaultValue the labels are column indices, from 0
   */
  readonly labels?: LabelArray;
}
