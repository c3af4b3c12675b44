import { readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { OptionError } from '../../errors';
import { checkOptionNames } from '../../options/check-option-names';
import type { TrainingCallbacks } from '../training-callbacks';
import { checkEverySteps, type LogFile, openLogFile } from './log-file';
import {
  type EventTime,
  fileVersionEvent,
  scalarsEvent,
  sessionStartEvent,
  textEvent,
  tfRecord,
} from './tensor-board-events';

/** Options of {@link tensorBoardLog}. */
export interface TensorBoardLogOptions {
  /**
   * Writes only the steps whose number within the run is a multiple of this; epochs are all written.
   * @defaultValue 1
   */
  readonly everySteps?: number;
}

/**
 * Writes a run's figures as an event file of TensorBoard, without TensorFlow: see them with `tensorboard --logdir DIRECTORY`.
 *
 * The steps of all curves are optimizer steps of the run:
 * - of each step `train/loss`, `train/gradient_norm`, `train/posts_per_second` and `train/learning_rate/GROUP`;
 * - of each epoch `train/epoch_loss`, `validation/loss`, `validation/accuracy`, `validation/macro_f1` and the monitored figure
 *   as `validation/NAME`;
 * - the text `config`, a table of the run's configuration.
 *
 * TensorBoard stores figures as float32. An event is handed to the operating system whole before training goes on: a killed
 * process loses none, and TensorBoard shows each as soon as it looks.
 * A run that goes on from a checkpoint writes a file of its own into the same directory, with a mark by which TensorBoard
 * drops what the killed run wrote after the checkpoint. A new run in the same directory drops all of the earlier one
 * in the same way: give each run a directory to see both.
 *
 * @param directory created when training begins
 * @throws {@link OptionError} when an option is unknown or out of range; before the first step {@link MvsaFusionError} when the file
 * cannot be written.
 * @example
 * ```ts
 * import { tensorBoardLog } from 'mvsa-fusion/training';
 *
 * const callbacks = [tensorBoardLog('./runs/first/tensorboard')];
 * ```
 * @see https://www.tensorflow.org/tensorboard
 */
export function tensorBoardLog(directory: string, options: TensorBoardLogOptions = {}): TrainingCallbacks {
  checkOptionNames('tensorBoardLog', options, { everySteps: true });
  const { everySteps = 1 } = options;
  checkEverySteps('tensorBoardLog', everySteps);
  if (typeof directory !== 'string' || directory === '') {
    throw new OptionError(
      `tensorBoardLog: expected the path of a directory, received ${JSON.stringify(directory)}.`,
    );
  }
  let log: LogFile | undefined;
  const write = (event: Uint8Array) => log?.append(tfRecord(event));
  const at = (step: number): EventTime => ({ wallTime: Date.now() / 1000, step });
  return {
    onTrainBegin({ resumedStep, config }) {
      log = openLogFile(join(directory, eventFileName(directory)));
      write(fileVersionEvent(Date.now() / 1000));
      // The mark drops its own step, too: what was logged at the checkpoint's step stays.
      write(sessionStartEvent(at(resumedStep === 0 ? 0 : resumedStep + 1)));
      write(textEvent(at(resumedStep), 'config', markdownTable(config)));
    },
    onStepEnd({ globalStep, loss, gradientNorm, posts, seconds, learningRates }) {
      if (globalStep % everySteps !== 0) return;
      const scalars: Record<string, number> = { 'train/loss': loss, 'train/gradient_norm': gradientNorm };
      // A clock may be too coarse for a tiny step.
      if (seconds > 0) scalars['train/posts_per_second'] = posts / seconds;
      for (const [group, rate] of Object.entries(learningRates)) {
        scalars[`train/learning_rate/${group}`] = rate;
      }
      write(scalarsEvent(at(globalStep), scalars));
    },
    onEpochEnd({ globalStep, loss, valLoss, valAccuracy, valMacroF1, monitored }) {
      const scalars: Record<string, number> = {
        'train/epoch_loss': loss,
        'validation/loss': valLoss,
        'validation/accuracy': valAccuracy,
        'validation/macro_f1': valMacroF1,
      };
      if (monitored) scalars[`validation/${monitored.name}`] = monitored.value;
      write(scalarsEvent(at(globalStep), scalars));
    },
    onTrainEnd() {
      log?.close();
      log = undefined;
    },
  };
}

let filesOfThisProcess = 0;

/** A name that TensorBoard reads after those in the directory: it goes by the order of names. */
function eventFileName(directory: string): string {
  const earlier = namesIn(directory).map((name) =>
    Number(/^events\.out\.tfevents\.(\d+)/.exec(name)?.[1] ?? 0),
  );
  const seconds = Math.max(Math.floor(Date.now() / 1000), ...earlier.map((other) => other + 1));
  const number = String(seconds).padStart(10, '0');
  return `events.out.tfevents.${number}.${hostname()}.${process.pid}.${filesOfThisProcess++}`;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    // Not there yet; if it cannot be read, opening the file says so.
    return [];
  }
}

/**
 * A Markdown table of a configuration: one row for each value, groups as paths such as `options.batchSize`, lists as JSON.
 */
export function markdownTable(config: Readonly<Record<string, unknown>>): string {
  const rows = [...leavesOf(config, '')].map(
    ([name, value]) => `| ${escapeCell(name)} | ${escapeCell(value)} |`,
  );
  return ['| name | value |', '| --- | --- |', ...rows].join('\n');
}

function* leavesOf(group: object, path: string): Generator<[name: string, value: string], void> {
  for (const [name, value] of Object.entries(group)) {
    if (value === undefined) continue;
    const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (isGroup && Object.keys(value).length > 0) yield* leavesOf(value, `${path}${name}.`);
    else yield [path + name, spell(value)];
  }
}

const spell = (value: unknown) =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);

/** Signs that would end a cell or mean something in Markdown stand for themselves. */
const escapeCell = (text: string) => text.replace(/[\\|`*_<>[\]]/g, '\\$&').replace(/\s*\n\s*/g, ' ');
