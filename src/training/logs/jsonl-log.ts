import { existsSync, renameSync, statSync } from 'node:fs';
import { checkOptionNames } from '../../check-option-names';
import { OptionError } from '../../errors';
import type { TrainingCallbacks } from '../training-callbacks';
import { checkEverySteps } from './check-every-steps';
import { findResumePoint } from './find-resume-point';
import { attemptWrite, type LogFile, openLogFile } from './log-file';

/** Options of {@link jsonlLog}. */
export interface JsonlLogOptions {
  /**
   * Writes only the steps whose number within the run is a multiple of this; epochs are all written.
   * @defaultValue 1
   */
  readonly everySteps?: number;
}

/**
 * Writes a run's figures to a file, one JSON object a line.
 *
 * Each line has a `type`, a `time` (ISO 8601) and a `globalStep`, and then:
 * - `start`: the fields of `TrainingStart`, with the whole `config`;
 * - `step`: the fields of `StepLog`;
 * - `epoch`: the fields of `EpochLog`, and `isBest`;
 * - `end`: the fields of `TrainingEnd`.
 *
 * JSON has no NaN and no infinity: they are the strings `"NaN"`, `"Infinity"` and `"-Infinity"`, as in protobuf's JSON.
 *
 * A line is handed to the operating system whole before training goes on: a killed process loses none.
 * A run that goes on from a checkpoint first cuts the file back to the checkpoint's step, with what was half written; it
 * then has one line for each step and epoch, and one `start` for each time it was started. A new run starts a new file: an
 * earlier one of the same name stays under the first free name of `FILE.1`, `FILE.2`, ...
 *
 * @param file created with its directories when training begins
 * @throws {@link OptionError} when an option is unknown or out of range. Before the first step: {@link MvsaFusionError} when the file
 * cannot be written, {@link DataError} when a run goes on and the file is no such log; it is then left as it is.
 * @example
 * ```ts
 * import { jsonlLog } from 'mvsa-fusion/training';
 *
 * const callbacks = [jsonlLog('./runs/first/log.jsonl', { everySteps: 10 })];
 * ```
 */
export function jsonlLog(file: string, options: JsonlLogOptions = {}): TrainingCallbacks {
  checkOptionNames('jsonlLog', options, { everySteps: true });
  const { everySteps = 1 } = options;
  checkEverySteps('jsonlLog', everySteps);
  if (typeof file !== 'string' || file === '') {
    throw new OptionError(`jsonlLog: expected the path of a file, received ${JSON.stringify(file)}.`);
  }
  let log: LogFile | undefined;
  let globalStep = 0;
  let lastEpoch = 0;
  const write = (type: string, fields: object) => {
    const line = { type, time: new Date().toISOString(), globalStep, ...fields };
    log?.append(`${JSON.stringify(line, spellNumber)}\n`);
  };
  return {
    onTrainBegin(start) {
      globalStep = start.resumedStep;
      lastEpoch = 0;
      // A pipe or a device has nothing to go on with.
      const isFile = attemptWrite(file, () => existsSync(file) && statSync(file).isFile());
      if (isFile && globalStep > 0) {
        const point = findResumePoint(file, globalStep);
        lastEpoch = point.lastEpoch;
        log = openLogFile(file, point.size);
      } else {
        if (isFile) attemptWrite(file, () => keepEarlier(file));
        log = openLogFile(file);
      }
      write('start', start);
    },
    onStepEnd(step) {
      globalStep = step.globalStep;
      if (globalStep % everySteps === 0) write('step', step);
    },
    onEpochEnd(epoch, isBest) {
      globalStep = epoch.globalStep;
      // From a checkpoint between an epoch's last step and its end, the same epoch ends twice, with the same figures.
      if (epoch.epoch > lastEpoch) write('epoch', { ...epoch, isBest });
    },
    onTrainEnd(end) {
      write('end', end);
      log?.close();
      log = undefined;
    },
  };
}

const spellNumber = (_key: string, value: unknown) =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;

/** Moves a file out of the way, unless it is empty. */
function keepEarlier(file: string): void {
  if (statSync(file).size === 0) return;
  let number = 1;
  while (existsSync(`${file}.${number}`)) number++;
  renameSync(file, `${file}.${number}`);
}
