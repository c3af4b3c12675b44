import { SENTIMENT_LABELS } from '../../types';
import type { ChartsOrReason } from '../charts/draw-charts';
import type { ExperimentResult } from '../experiment-result';
import { count } from '../format';
import { type Html, html } from '../html';
import { namedSplits } from '../named-splits';

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
    const numbers = SENTIMENT_LABELS.map((label) => counts[label]);
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
