import { checkOptionNames } from '../../options/check-option-names';
import type { StepLog, TrainingCallbacks } from '../training-callbacks';
import { createProgressLine, formatDuration, type ProgressStream } from './progress-line';

/** Options of {@link progressBar}. */
export interface ProgressBarOptions {
  /**
   * Where to write.
   * @defaultValue process.stderr, so that stdout can be piped
   */
  readonly stream?: ProgressStream;
  /**
   * Whether to write nothing at all.
   * @defaultValue false
   */
  readonly quiet?: boolean;
}

/** Steps that the means of rate and time forget: they follow a machine whose load changes. */
const MEMORY = 50;

/**
 * Shows how far training is: the epoch, its steps, loss, posts a second and the time left, and after each epoch its figures.
 *
 * On a terminal the state is one line that is redrawn. Elsewhere, as in a file, it is a plain line at most every ten seconds.
 * The line after an epoch stays in both. The time left of the run is what it takes when it does not stop early; rate and times count
 * only the steps of this process.
 *
 * @throws {@link OptionError} when an option is unknown.
 * @example
 * ```ts
 * import { jsonlLog, progressBar } from 'mvsa-fusion/training';
 *
 * const callbacks = [progressBar({ quiet: process.argv.includes('--quiet') }), jsonlLog('./runs/first/log.jsonl')];
 * ```
 */
export function progressBar(options: ProgressBarOptions = {}): TrainingCallbacks {
  checkOptionNames('progressBar', options, { stream: true, quiet: true });
  const { stream, quiet = false } = options;
  if (quiet) return {};
  const line = createProgressLine(stream);
  let epochs = 0;
  let stepsPerEpoch = 0;
  let seen = 0;
  let stepSeconds = 0;
  let stepPosts = 0;
  // What an epoch takes beyond its steps, validation above all; known after the first epoch.
  let otherSeconds = 0;
  let secondsOfEpoch = 0;
  let stepsOfEpoch = 0;

  const count = (step: StepLog) => {
    seen++;
    const share = 1 / Math.min(seen, MEMORY);
    stepSeconds += (step.seconds - stepSeconds) * share;
    stepPosts += (step.posts - stepPosts) * share;
    if (step.step === 1) stepsOfEpoch = secondsOfEpoch = 0;
    stepsOfEpoch++;
    secondsOfEpoch += step.seconds;
  };
  const timeLeft = ({ epoch, step }: StepLog): string => {
    const ofEpoch = (stepsPerEpoch - step) * stepSeconds;
    const later = epochs - epoch;
    const ofRun = ofEpoch + later * stepsPerEpoch * stepSeconds + (later + 1) * otherSeconds;
    const run = later > 0 ? `, run at most ${formatDuration(ofRun)}` : '';
    return `${formatDuration(ofEpoch)} left${run}`;
  };

  return {
    onTrainBegin(start) {
      ({ epochs, stepsPerEpoch } = start);
      seen = stepSeconds = stepPosts = otherSeconds = secondsOfEpoch = stepsOfEpoch = 0;
      if (start.resumedStep > 0) {
        line.print(`goes on after step ${start.resumedStep} of ${epochs * stepsPerEpoch}`);
      }
    },
    onStepEnd(step) {
      count(step);
      const rate = stepSeconds > 0 ? `  ${rounded(stepPosts / stepSeconds)} posts/s` : '';
      const stage = `epoch ${step.epoch}/${epochs}`;
      const progress = { stage, done: step.step, total: stepsPerEpoch };
      line.update(progress, `loss ${points(step.meanLoss)}${rate}`, timeLeft(step));
    },
    onValidation({ epoch, done, total }) {
      line.update({ stage: `epoch ${epoch}/${epochs} validation`, done, total });
    },
    onEpochEnd(log, isBest) {
      // An epoch that another process began took other time than its steps here.
      if (stepsOfEpoch === stepsPerEpoch) otherSeconds = Math.max(log.seconds - secondsOfEpoch, 0);
      const { monitored } = log;
      const figures = [
        `epoch ${String(log.epoch).padStart(String(epochs).length)}/${epochs}`,
        `loss ${points(log.loss)}`,
        `validation: loss ${points(log.valLoss)}`,
        `accuracy ${points(log.valAccuracy)}`,
        `macro-F1 ${points(log.valMacroF1)}`,
        ...(monitored ? [`${monitored.name} ${points(monitored.value)}`] : []),
        `${log.seconds.toFixed(1)} s`,
        ...(isBest ? ['best'] : []),
      ];
      line.print(figures.join('  '));
    },
    onTrainEnd() {
      line.clear();
    },
  };
}

const points = (value: number) => value.toFixed(3);
const rounded = (value: number) => (value < 10 ? value.toFixed(1) : value.toFixed(0));
