import { OptionError, TrainingError } from '../errors';
import type { Evaluation } from './evaluation/evaluate';

/** A validation figure of the caller's own. */
export interface MonitorMetric {
  /** What logs call it. */
  readonly name: string;
  /** Which of two values is better. */
  readonly better: 'higher' | 'lower';
  /**
   * Computes it after each epoch.
   *
   * @param trueLabels [posts] class indices
   * @param probabilities [posts][classes], each row summing to 1
   */
  score(trueLabels: readonly number[], probabilities: readonly (readonly number[])[]): number;
}

/** The figures that can be monitored by name. */
export const MONITOR_NAMES = [
  'macroF1',
  'weightedF1',
  'accuracy',
  'loss',
] as const satisfies readonly Monitor[];

/** What decides which epoch was the best: a figure of {@link Evaluation}, or any metric. A loss is better when lower. */
export type Monitor = 'macroF1' | 'weightedF1' | 'accuracy' | 'loss' | MonitorMetric;

/** A monitor as plain JSON: what it is called and which way is better. */
export function describeMonitor(monitor: Monitor): {
  readonly name: string;
  readonly better: 'higher' | 'lower';
} {
  if (typeof monitor === 'object' && monitor !== null) {
    const { name, better } = monitor;
    if (
      typeof name !== 'string' ||
      (better !== 'higher' && better !== 'lower') ||
      typeof monitor.score !== 'function'
    )
      throw new OptionError(
        `train: expected monitor { name, better: 'higher' or 'lower', score(trueLabels, probabilities) }, received ` +
          `${JSON.stringify(monitor)}.`,
      );
    return { name, better };
  }
  if (!MONITOR_NAMES.includes(monitor)) {
    throw new OptionError(
      `train: expected monitor to be one of ${MONITOR_NAMES.join(', ')}, or { name, better, score }, received ${JSON.stringify(monitor)}.`,
    );
  }
  return { name: monitor, better: monitor === 'loss' ? 'lower' : 'higher' };
}

/**
 * The monitored figure of an epoch.
 *
 * @throws {@link TrainingError} when a metric of the caller's own gives no finite number
 */
export function monitoredValue(
  monitor: Monitor,
  evaluation: Evaluation,
  trueLabels: readonly number[],
  probabilities: readonly (readonly number[])[],
): number {
  if (typeof monitor === 'string') return evaluation[monitor];
  const value = monitor.score(trueLabels, probabilities);
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new TrainingError(
    `monitor ${monitor.name}: expected a finite number, received ${value}. Check its score function.`,
  );
}
