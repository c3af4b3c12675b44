import { join } from 'node:path';
import { writeFileAtomically } from '../write-file-atomically';
import { drawCharts } from './charts/draw-charts';
import type { ExperimentResult } from './experiment-result';
import { reportPage } from './page/report-page';

/**
 * Writes what a training run left behind as `report.html`, one self-contained page for people to read.
 *
 * It holds the figures beside their baselines, the curves, the confusion matrix, the scores of each class, the data
 * set, the options and the timing; no script and nothing from the network. The charts need the optional package
 * `vega`: without it the page is written all the same, every number in it, and says how to install it.
 *
 * @param directory where the file goes; created when absent
 * @param result a run's result, or the content of a `result.json`
 * @returns the path of the file
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
  const charts = await drawCharts(result);
  return writeFileAtomically(join(directory, 'report.html'), reportPage(result, charts));
}
