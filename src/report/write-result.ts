import { join } from 'node:path';
import { writeFileAtomically } from '../write-file-atomically';
import type { ExperimentResult } from './experiment-result';

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
