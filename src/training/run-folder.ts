import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { OptionError } from '../errors';
import { type OptionTable, resolveOptions } from '../options/option-table';
import { BOOLEAN } from '../options/rules';
import type { Progress } from '../types';
import { interruptSignal } from './interrupt-signal';
import { jsonlLog } from './logs/jsonl-log';
import { progressBar } from './logs/progress-bar';
import { createProgressLine } from './logs/progress-line';
import { tensorBoardLog } from './logs/tensor-board-log';
import type { TrainOptions } from './train-options';

/** Options of {@link openRunFolder}. */
export interface RunFolderOptions {
  /**
   * Whether to go on with the run in the folder that was stopped or killed.
   * @defaultValue `false`
   */
  readonly resume?: boolean;
  /**
   * Whether `tensorboard/` is written too, for `tensorboard --logdir`.
   * @defaultValue `false`
   */
  readonly tensorboard?: boolean;
  /**
   * Whether nothing is shown but what the program prints itself.
   * @defaultValue `false`
   */
  readonly quiet?: boolean;
}

const TABLE = {
  resume: {
    default: false,
    rule: BOOLEAN,
    help: 'go on with the run in OUT that was stopped or killed',
  },
  tensorboard: {
    default: false,
    rule: BOOLEAN,
    help: 'also write OUT/tensorboard, for tensorboard --logdir',
  },
  quiet: { default: false, rule: BOOLEAN, help: 'print only the result' },
} as const satisfies OptionTable<RunFolderOptions>;

/** All options of {@link openRunFolder}: their defaults and checks, and the flags of command lines. */
export const RUN_FOLDER_OPTIONS: OptionTable<RunFolderOptions> = TABLE;

/** Where a program that trains writes, and what its stages need. */
export interface RunFolder {
  /** The folder. */
  readonly directory: string;
  /** Where the checkpoints of a run that is not finished lie. */
  readonly checkpoints: string;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Seconds of each stage, for `result.json`. */
  readonly timing: Readonly<Record<string, number>>;
  /** Does the work of a stage and counts its time. */
  timed<Result>(stage: string, work: () => Promise<Result>): Promise<Result>;
  /** Prints a line, unless the run is quiet. */
  say(line: string): void;
  /** Shows how far long work is, unless the run is quiet. */
  onProgress(progress: Progress): void;
  /**
   * What `train` needs to write, show and stop one of the run's models: checkpoints, logs, bar and signal.
   *
   * @param name of the model, and of its files
   */
  trainOptions(name: string): Required<Pick<TrainOptions, 'checkpoints' | 'callbacks' | 'signal'>>;
  /** Deletes the checkpoints: what they were for is done, and those in the folder stand for a run that is not finished. */
  finish(): Promise<void>;
}

/**
 * Opens the folder of a run: clock, progress line and the watch for Ctrl-C start, and nothing is written yet.
 *
 * @throws {@link OptionError} when an option is unknown or out of range; when the folder holds a run that was stopped and `resume` is
 * not set, and the other way round
 * @example
 * ```ts
 * import type { LayersModel } from '@tensorflow/tfjs-layers';
 * import type { LabelledExamples } from 'mvsa-fusion/data';
 * import { openRunFolder, train } from 'mvsa-fusion/training';
 *
 * async function fit(model: LayersModel, posts: LabelledExamples, validation: LabelledExamples) {
 *   const run = openRunFolder('./runs/first', { resume: process.argv.includes('--resume') });
 *   const { stoppedBy } = await train(model, posts, { validation, ...run.trainOptions('mine') });
 *   if (stoppedBy !== 'signal') await run.finish();
 * }
 * ```
 */
export function openRunFolder(directory: string, options: RunFolderOptions = {}): RunFolder {
  const { resume, tensorboard, quiet } = resolveOptions('openRunFolder', options, TABLE);
  const checkpoints = join(directory, 'checkpoints');
  if (!resume && existsSync(checkpoints)) {
    throw new OptionError(
      `${checkpoints}: expected none, found those of a run that was stopped or killed. Go on with --resume, or delete the directory.`,
    );
  }
  if (resume && !existsSync(checkpoints) && existsSync(join(directory, 'result.json'))) {
    throw new OptionError(
      `${directory}: expected a run that was stopped, found a finished one. Leave --resume out to train anew.`,
    );
  }
  const progress = createProgressLine();
  const timing: Record<string, number> = {};
  const signal = interruptSignal();
  return {
    directory,
    checkpoints,
    signal,
    timing,
    async timed(stage, work) {
      const started = performance.now();
      const result = await work();
      timing[stage] = (timing[stage] ?? 0) + (performance.now() - started) / 1000;
      return result;
    },
    say: (line) => void (quiet || progress.print(line)),
    onProgress: (state) => void (quiet || progress.update(state)),
    trainOptions: (name) => ({
      signal,
      checkpoints: { directory: join(checkpoints, name), resume: true },
      callbacks: [
        progressBar({ quiet }),
        jsonlLog(join(directory, 'logs', `${name}.jsonl`)),
        ...(tensorboard ? [tensorBoardLog(join(directory, 'tensorboard', name))] : []),
      ],
    }),
    finish: () => rm(checkpoints, { recursive: true, force: true }),
  };
}
