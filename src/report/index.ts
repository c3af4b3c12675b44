export type { ClassCounts, ExperimentResult } from './experiment-result';
export { writeReport } from './write-report';
export { writeResult } from './write-result';
