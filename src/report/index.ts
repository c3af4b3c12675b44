export type { ExperimentResult, SkippedExample } from './experiment-result';
export { writeDatasetReport } from './write-dataset-report';
export { writeReport } from './write-report';
export { writeResult } from './write-result';
