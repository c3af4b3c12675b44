import { SENTIMENT_LABELS } from '../../types';
import type { ChartsOrReason } from '../charts/draw-charts';
import { type ExperimentResult, namedSplits } from '../experiment-result';
import { count, decimal, duration, percent } from '../format';
import { type Html, html } from './html';

/** The classes of each split, how labels were made, and the posts that were left out. */
export function datasetSection({ dataset }: ExperimentResult, charts: ChartsOrReason): Html {
  return html`<section>
<h2>Dataset</h2>
<div class="columns">
${'reason' in charts ? [] : html`<figure><figcaption>Class distribution</figcaption>${charts.classShares}</figure>`}
${countsTable(dataset)}
</div>
<p>Label rule: ${dataset.labelRule}. Text encoding: ${dataset.encoding}. Posts left out because their text and image contradict each other: ${count(dataset.dropped)}.</p>
${skippedPosts(dataset.skipped)}
</section>`;
}

function countsTable(dataset: ExperimentResult['dataset']): Html {
  const rows = namedSplits(dataset).map(([name, counts]) => {
    const numbers = SENTIMENT_LABELS.map((label) => counts[label] as number);
    const total = numbers.reduce((sum, posts) => sum + posts, 0);
    return html`<tr><th scope="row">${name}</th>${[...numbers, total].map((posts) => html`<td class="number">${count(posts)}</td>`)}</tr>
`;
  });
  return html`<table>
<caption>Posts</caption>
<thead><tr><th>Split</th>${[...SENTIMENT_LABELS, 'all'].map((name) => html`<th class="number">${name}</th>`)}</tr></thead>
<tbody>
${rows}
</tbody>
</table>`;
}

function skippedPosts(skipped: ExperimentResult['dataset']['skipped']): Html {
  if (skipped.length === 0) return html``;
  return html`<details><summary>Posts skipped because of their files: ${count(skipped.length)}</summary>
<table>
<thead><tr><th>Post</th><th>Reason</th></tr></thead>
<tbody>
${skipped.map(
  ({ id, reason }) => html`<tr><th scope="row">${id}</th><td>${reason}</td></tr>
`,
)}
</tbody>
</table></details>`;
}

/** Loss, accuracy and macro-F1 per epoch, as curves and as a table. */
export function trainingCurves({ epochs, bestEpoch }: ExperimentResult, charts: ChartsOrReason): Html {
  if (epochs.length === 0) return html`<section><h2>Training</h2><p>No epoch was finished.</p></section>`;
  const rows = epochs.map(
    (
      log,
    ) => html`<tr${log.epoch === bestEpoch ? html` class="main"` : []}><th scope="row" class="number">${log.epoch}</th><td class="number">${decimal(log.loss)}</td><td class="number">${decimal(log.valLoss)}</td><td class="number">${percent(log.valAccuracy)}</td><td class="number">${percent(log.valMacroF1)}</td><td class="number">${duration(log.seconds)}</td></tr>
`,
  );
  return html`<section>
<h2>Training</h2>
${'reason' in charts ? [] : curves(charts.loss, charts.scores)}
<details${'reason' in charts ? html` open` : []}><summary>Figures of each epoch</summary>
<div class="wide"><table>
<thead><tr><th class="number">Epoch</th><th class="number">Training loss</th><th class="number">Validation loss</th><th class="number">Accuracy</th><th class="number">Macro-F1</th><th class="number">Time</th></tr></thead>
<tbody>
${rows}
</tbody>
</table></div></details>
</section>`;
}

function curves(loss: Html, scores: Html): Html {
  return html`<div class="columns">
<figure><figcaption>Loss</figcaption>${loss}</figure>
<figure><figcaption>Accuracy and macro-F1 on validation</figcaption>${scores}</figure>
</div>`;
}

/** Every option of the run, and where its time went. */
export function runSection({ config, timing }: ExperimentResult): Html {
  const options = Object.entries(config).map(([name, value]) => [name, optionText(value)] as const);
  const stages = Object.entries(timing).map(([name, seconds]) => [name, duration(seconds)] as const);
  return html`<section>
<h2>Run</h2>
<div class="columns">
${pairsTable('Options', options, 'code')}
${pairsTable('Time of each stage', stages, 'number')}
</div>
</section>`;
}

function pairsTable(
  caption: string,
  pairs: readonly (readonly [string, string])[],
  kind: 'code' | 'number',
): Html {
  return html`<table>
<caption>${caption}</caption>
<tbody>
${pairs.map(
  ([name, value]) => html`<tr><th scope="row">${name}</th><td class="${kind}">${value}</td></tr>
`,
)}
</tbody>
</table>`;
}

function optionText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
}
