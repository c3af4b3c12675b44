import type { ChartsOrReason } from '../charts/draw-charts';
import type { ExperimentResult } from '../experiment-result';
import { html } from '../html';
import { classScores } from './class-scores';
import { datasetSection } from './dataset-section';
import { headline } from './headline';
import { page } from './page';
import { runSection } from './run-section';
import { summary } from './summary';
import { trainingCurves } from './training-curves';

/** The report of a run. */
export function reportPage(result: ExperimentResult, charts: ChartsOrReason): string {
  return page(
    `Results on ${result.dataset.name}`,
    summary(result),
    headline(result),
    'reason' in charts ? html`<p class="notice">No charts. ${charts.reason}</p>` : [],
    trainingCurves(result, charts),
    classScores(result),
    datasetSection(result, charts),
    runSection(result),
  );
}
