import type { MvsaSummary, SplitAudit } from '../data';
import { writeFileAtomically } from '../write-file-atomically';
import { datasetPage } from './page/dataset-page';

/**
 * Writes what is in a data set as one self-contained HTML page: class distribution, image sizes, text lengths, how text and
 * image labels agree, and the class counts under every label rule; with an audit also what leaks between the parts of a split,
 * and which twins differ in their label.
 *
 * The charts need the optional package `vega`: without it the page is written all the same and says how to install it.
 *
 * @param file the path of the page; its directory is created when absent
 * @param name the data set's name or directory, for the title
 * @param summary from `dataset.summary()`, with a split or duplicates if they were passed there
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
  summary: MvsaSummary,
  audit?: SplitAudit,
): Promise<string> {
  return writeFileAtomically(file, await datasetPage(name, summary, audit));
}
