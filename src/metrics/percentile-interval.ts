import { OptionError } from '../errors';
import { createRandom } from '../random';
import type { BootstrapOptions } from './bootstrap-options';
import { show } from './check-labels';
import type { LabelArray } from './label-options';
import { quantile } from './quantile';

/** Draws samples with replacement, scores each draw, and cuts the tails of the scores: [low, high]. */
export function percentileInterval(
  numSamples: number,
  scoreDraw: (places: readonly number[]) => number,
  { resamples = 1000, confidence = 0.95, seed = 0 }: BootstrapOptions,
): [low: number, high: number] {
  checkOptions(resamples, confidence, seed);
  const random = createRandom(seed);
  const values = Float64Array.from({ length: resamples }, () => {
    const value = scoreDraw(Array.from({ length: numSamples }, () => random.integer(numSamples)));
    if (!Number.isFinite(value)) {
      throw new OptionError(
        `statistic: expected a finite number, received ${show(value)} for one draw of the samples. ` +
          'Let 0/0 count as 0 or 1 with zeroDivision.',
      );
    }
    return value;
  }).sort();
  const tail = (1 - confidence) / 2;
  return [quantile(values, tail), quantile(values, 1 - tail)];
}

/** Refuses what plain JavaScript may pass in place of a metric, such as the options that come behind it. */
export function checkStatistic(statistic: unknown): void {
  if (typeof statistic === 'function') return;
  throw new OptionError(
    `statistic: expected a function of true and predicted labels, such as accuracyScore, received ${typeof statistic}.`,
  );
}

/** The labels at some places; the same place may come twice. */
export function pickLabels(labels: LabelArray, places: readonly number[]): LabelArray {
  return places.map((place) => labels[place]) as string[] | number[];
}

function checkOptions(resamples: number, confidence: number, seed: number): void {
  if (!Number.isInteger(resamples) || resamples < 1) {
    throw new OptionError(`resamples: expected an integer of at least 1, received ${show(resamples)}.`);
  }
  if (!(confidence > 0 && confidence < 1)) {
    throw new OptionError(
      `confidence: expected a share between 0 and 1, such as 0.95, received ${show(confidence)}.`,
    );
  }
  if (!Number.isFinite(seed)) {
    throw new OptionError(`seed: expected a finite number, such as 7, received ${show(seed)}.`);
  }
}
