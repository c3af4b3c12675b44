import { classNamesOfResult, type ExperimentResult, namedSplits } from '../experiment-result';
import type { Html } from '../page/html';
import { classSharesChart } from './class-shares-chart';
import { draw, type NoCharts } from './draw';
import { lineChart } from './line-chart';

/** The charts of a run's report, each an `svg` element. */
interface Charts {
  /** Training and validation loss per epoch. */
  readonly loss: Html;
  /** Validation accuracy and macro-F1 per epoch. */
  readonly scores: Html;
  /** Shares of the classes. */
  readonly classShares: Html;
}

/** The charts, or why there are none. */
export type ChartsOrReason = Charts | NoCharts;

/** Draws the charts of a result. */
export async function drawCharts(result: ExperimentResult): Promise<ChartsOrReason> {
  const { epochs, bestEpoch, dataset } = result;
  const lossLines = [
    { name: 'training', values: epochs.map((log) => log.loss) },
    { name: 'validation', values: epochs.map((log) => log.valLoss) },
  ];
  const scoreLines = [
    { name: 'accuracy', values: epochs.map((log) => log.valAccuracy) },
    { name: 'macro-F1', values: epochs.map((log) => log.valMacroF1) },
  ];
  return draw({
    loss: lineChart(lossLines, '~g', bestEpoch),
    scores: lineChart(scoreLines, '.0%', bestEpoch),
    classShares: classSharesChart(namedSplits(dataset), classNamesOfResult(result)),
  });
}
