import type { ChartsOrReason } from '../charts/draw-charts';
import type { ExperimentResult } from '../experiment-result';
import { html } from '../html';
import { classScores } from './class-scores';
import { datasetSection } from './dataset-section';
import { headline } from './headline';
import { PAGE_STYLE } from './page-style';
import { runSection } from './run-section';
import { summary } from './summary';
import { trainingCurves } from './training-curves';

/** The whole page, as the text of an HTML file that needs no other file. */
export function reportPage(result: ExperimentResult, charts: ChartsOrReason): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Results on ${result.dataset.name}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
${summary(result)}
${headline(result)}
${'reason' in charts ? html`<p class="notice">No charts. ${charts.reason}</p>` : []}
${trainingCurves(result, charts)}
${classScores(result)}
${datasetSection(result, charts)}
${runSection(result)}
</main>
</body>
</html>
`.markup;
}
