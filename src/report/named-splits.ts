import type { ClassCounts } from '../data';
import type { ExperimentResult } from './experiment-result';

/** The splits that a data set has, in reading order. */
export function namedSplits({ splits }: ExperimentResult['dataset']): [name: string, counts: ClassCounts][] {
  return [
    ['train', splits.train],
    ['validation', splits.validation],
    ...(splits.test ? [['test', splits.test] as [string, ClassCounts]] : []),
  ];
}
