import type { Evaluation } from '../../training';
import type { ExperimentResult } from '../experiment-result';

/** An evaluation and the split it was measured on. */
export interface JudgedEvaluation {
  readonly split: 'test' | 'validation';
  readonly evaluation: Evaluation;
}

/** What the model is judged by: the test figures, else the validation figures; undefined when nothing was measured. */
export function judgedEvaluation({ test, validation }: ExperimentResult): JudgedEvaluation | undefined {
  if (test) return { split: 'test', evaluation: test };
  return validation ? { split: 'validation', evaluation: validation } : undefined;
}
