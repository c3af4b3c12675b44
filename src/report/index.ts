export type { ExperimentResult } from './experiment-result';
export { writeDatasetReport, writeReport, writeResult } from './write-report';
