export type { ClassCounts, ExperimentResult, SkippedExample } from './experiment-result';
export { writeReport } from './write-report';
export { writeResult } from './write-result';
