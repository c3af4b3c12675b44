import { join } from 'node:path';
import type { SplitAudit } from '../data';
import { writeFileAtomically } from '../files/write-file';
import { drawCharts } from './charts/draw-charts';
import { checkResult } from './check-result';
import type { ExperimentResult } from './experiment-result';
import { type DatasetSummary, datasetPage } from './page/dataset-page';
import { reportPage } from './page/report-page';

/**
 * Writes what a training run left behind as `report.html`, one self-contained page for people to read.
 *
 * It holds the figures beside their baselines, the curves, the confusion matrix, the scores of each class, the data
 * set, the options and the timing; no script and nothing from the network. The charts need the optional package
 * `vega`: without it the page is written all the same, every number in it, and says how to install it.
 *
 * @param directory where the file goes; created when absent
 * @param result a run's result, or the content of a `result.json`; of any classes
 * @returns the path of the file
 * @throws {@link OptionError} when `result` is none: names what is missing.
 * @throws {@link MvsaFusionError} when the file cannot be written: names the file, the cause and what to do.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { type ExperimentResult, writeReport } from 'mvsa-fusion/report';
 *
 * export async function redraw(directory: string) {
 *   const result: ExperimentResult = JSON.parse(await readFile(`${directory}/result.json`, 'utf8'));
 *   return writeReport(directory, result);
 * }
 * ```
 */
export async function writeReport(directory: string, result: ExperimentResult): Promise<string> {
  checkResult(result);
  const charts = await drawCharts(result);
  return writeFileAtomically(join(directory, 'report.html'), reportPage(result, charts));
}

/**
 * Writes what is in a data set as one self-contained HTML page: class distribution, image sizes, text lengths, how text and
 * image labels agree, and the class counts under every label rule; with an audit also what leaks between the parts of a split,
 * and which twins differ in their label.
 *
 * The charts need the optional package `vega`: without it the page is written all the same and says how to install it.
 *
 * @param file the path of the page; its directory is created when absent
 * @param name the data set's name or directory, for the title
 * @param summary from `dataset.summary()`, with a split or duplicates if they were passed there; what other data do not have, such as label
 * rules, may be absent
 * @param audit from `auditSplit`
 * @returns the path of the file
 * @throws {@link MvsaFusionError} when the file cannot be written: names the file, the cause and what to do.
 * @example
 * ```ts
 * import { openMvsa } from 'mvsa-fusion/data';
 * import { writeDatasetReport } from 'mvsa-fusion/report';
 *
 * const dataset = await openMvsa('./MVSA_Single');
 * await writeDatasetReport('./runs/mvsa-single.html', 'MVSA-Single', dataset.summary());
 * ```
 */
export async function writeDatasetReport(
  file: string,
  name: string,
  summary: DatasetSummary,
  audit?: SplitAudit,
): Promise<string> {
  return writeFileAtomically(file, await datasetPage(name, summary, audit));
}

/**
 * Writes what a training run left behind as `result.json`, for programs to read.
 *
 * The file is replaced whole. A number that is not finite is written as null, since JSON has no word for it.
 *
 * @param directory where the file goes; created when absent
 * @returns the path of the file
 * @throws {@link MvsaFusionError} when the file cannot be written: names the file, the cause and what to do.
 * @example
 * ```ts
 * import { type ExperimentResult, writeReport, writeResult } from 'mvsa-fusion/report';
 *
 * export async function keep(result: ExperimentResult) {
 *   console.log(await writeResult('./runs/first', result)); // runs/first/result.json
 *   console.log(await writeReport('./runs/first', result)); // runs/first/report.html
 * }
 * ```
 */
export function writeResult(directory: string, result: ExperimentResult): Promise<string> {
  return writeFileAtomically(join(directory, 'result.json'), `${JSON.stringify(result, null, 2)}\n`);
}
