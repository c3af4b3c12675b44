import type { Evaluation } from '../../training';
import { SENTIMENT_LABELS } from '../../types';
import type { ExperimentResult } from '../experiment-result';
import { count, percent } from '../format';
import { type Html, html } from '../html';
import { judgedEvaluation } from './judged-evaluation';

/** The confusion matrix and the scores of each class. */
export function classScores(result: ExperimentResult): Html {
  const judged = judgedEvaluation(result);
  if (!judged) return html``;
  return html`<section>
<h2>Classes, on ${judged.split}</h2>
<div class="columns">
${confusionTable(judged.evaluation)}
${perClassTable(judged.evaluation)}
</div>
</section>`;
}

function confusionTable({ confusionMatrix }: Evaluation): Html {
  const rows = SENTIMENT_LABELS.map((label, trueClass) => {
    const counts = confusionMatrix[trueClass] ?? [];
    const total = Math.max(
      1,
      counts.reduce((sum, posts) => sum + posts, 0),
    );
    const cells = counts.map(
      (posts) =>
        html`<td style="--share:${posts / total}">${count(posts)}<small>${percent(posts / total)}</small></td>`,
    );
    return html`<tr><th scope="row">${label}</th>${cells}</tr>
`;
  });
  return html`<table class="matrix">
<caption>Confusion matrix: posts, and share of the true class</caption>
<thead><tr><th class="quiet">true ↓ predicted →</th>${SENTIMENT_LABELS.map((label) => html`<th scope="col">${label}</th>`)}</tr></thead>
<tbody>
${rows}
</tbody>
</table>`;
}

function perClassTable({ perClass }: Evaluation): Html {
  const rows = SENTIMENT_LABELS.map((label) => {
    const { precision, recall, f1, support } = perClass[label];
    return html`<tr><th scope="row">${label}</th><td class="number">${percent(precision)}</td><td class="number">${percent(recall)}</td><td class="number">${percent(f1)}</td><td class="number">${count(support)}</td></tr>
`;
  });
  return html`<table>
<caption>Scores of each class</caption>
<thead><tr><th>Class</th><th class="number">Precision</th><th class="number">Recall</th><th class="number">F1</th><th class="number">Support</th></tr></thead>
<tbody>
${rows}
</tbody>
</table>`;
}
