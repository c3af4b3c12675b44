export type { ExperimentResult, SkippedExample } from './experiment-result';
export { writeDatasetReport, writeReport, writeResult } from './write-report';
