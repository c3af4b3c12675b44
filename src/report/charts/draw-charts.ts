import type { Config, Spec } from 'vega';
import { DependencyError } from '../../errors';
import { loadOptional } from '../../load-optional';
import type { ExperimentResult } from '../experiment-result';
import { Html } from '../html';
import { namedSplits } from '../named-splits';
import { classSharesChart } from './class-shares-chart';
import { lineChart } from './line-chart';

/** The charts of a report, each an `svg` element. */
export interface Charts {
  /** Training and validation loss per epoch. */
  readonly loss: Html;
  /** Validation accuracy and macro-F1 per epoch. */
  readonly scores: Html;
  /** Shares of the classes in each split. */
  readonly classShares: Html;
}

/** The charts, or why there are none, as a sentence. */
export type ChartsOrReason = Charts | { readonly reason: string };

/** Draws the charts of a result; without vega, says how to install it. */
export async function drawCharts(result: ExperimentResult): Promise<ChartsOrReason> {
  const { epochs, bestEpoch, dataset } = result;
  try {
    const vega = await loadOptional<typeof import('vega')>('vega', 'to draw charts');
    const draw = async (spec: Spec) =>
      new Html(await new vega.View(vega.parse(spec, THEME), { renderer: 'none' }).toSVG());
    const lossLines = [
      { name: 'training', values: epochs.map((log) => log.loss) },
      { name: 'validation', values: epochs.map((log) => log.valLoss) },
    ];
    const scoreLines = [
      { name: 'accuracy', values: epochs.map((log) => log.valAccuracy) },
      { name: 'macro-F1', values: epochs.map((log) => log.valMacroF1) },
    ];
    return {
      loss: await draw(lineChart(lossLines, '~g', bestEpoch)),
      scores: await draw(lineChart(scoreLines, '.0%', bestEpoch)),
      classShares: await draw(classSharesChart(namedSplits(dataset))),
    };
  } catch (error) {
    // The numbers took hours; a missing drawing package must not cost them.
    if (error instanceof DependencyError) return { reason: error.message };
    throw error;
  }
}

// `currentColor` follows the page into the dark.
const TEXT = { labelColor: 'currentColor', titleColor: 'currentColor', labelFontSize: 11, titleFontSize: 11 };

const THEME: Config = {
  axis: {
    ...TEXT,
    titleFontWeight: 'normal',
    domainColor: 'currentColor',
    domainOpacity: 0.4,
    tickColor: 'currentColor',
    tickOpacity: 0.4,
    gridColor: 'currentColor',
    gridOpacity: 0.12,
  },
  legend: { ...TEXT, symbolStrokeWidth: 2, offset: 16 },
};
