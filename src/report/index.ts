/**
 * What a run leaves behind: `result.json` ({@link writeResult}), its page ({@link writeReport}), and the page of a data
 * set ({@link writeDatasetReport}).
 *
 * @module mvsa-fusion/report
 */

export type { ExperimentResult, PostsByClass } from './experiment-result';
export { type ExperimentParts, formatScores, makeExperimentResult } from './make-experiment-result';
export type { DatasetSummary } from './page/dataset-page';
export { writeDatasetReport, writeReport, writeResult } from './write-report';
