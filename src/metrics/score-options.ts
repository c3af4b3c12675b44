import type { LabelOptions } from './label-options';

/**
 * How the scores of the classes become one: `'macro'`, their plain mean; `'weighted'`, their mean weighted by support;
 * `'micro'`, the score of all decisions taken together.
 */
export type Average = 'macro' | 'micro' | 'weighted';

/** Options of the metrics that divide counts of a class by its predictions or its samples. */
export interface ScoreOptions extends LabelOptions {
  /**
   * What 0/0 yields, such as the precision of a class that was never predicted: 0, 1 or `NaN`. Averages skip `NaN`.
   * @defaultValue `0`
   */
  readonly zeroDivision?: number;
}

/** Options of a metric that yields one number for all classes. */
export interface AverageScoreOptions extends ScoreOptions {
  /** How the scores of the classes become one. */
  readonly average: Average;
}

/** Options of a metric that yields one number for each class. */
export interface ClassScoreOptions extends ScoreOptions {
  /** `null`: no average. */
  readonly average: null;
}
