import type { Evaluation } from '../../training';
import { SENTIMENT_LABELS } from '../../types';
import type { ExperimentResult } from '../experiment-result';
import { count, decimal, interval, percent } from '../format';
import { type Html, html } from '../html';
import { judgedEvaluation } from './judged-evaluation';

interface Row {
  readonly name: string;
  readonly split: string;
  readonly evaluation: Evaluation;
  /** The one row that the others are held against. */
  readonly isMain?: boolean;
}

/** Accuracy and macro-F1 of the model beside its baselines, as a table with bars. */
export function headline(result: ExperimentResult): Html {
  const rows = rowsOf(result);
  return html`<section>
<h2>Model and baselines</h2>
${judgedEvaluation(result) ? [] : html`<p>The model was not measured; the baselines were.</p>`}
<div class="wide"><table>
<thead><tr><th>Classifier</th><th>Split</th><th class="number">Posts</th><th colspan="3">Accuracy, 95% interval</th><th colspan="3">Macro-F1, 95% interval</th><th class="number">Weighted F1</th><th class="number">Loss</th></tr></thead>
<tbody>
${rows.map(rowMarkup)}
</tbody>
</table></div>
</section>`;
}

function rowsOf(result: ExperimentResult): Row[] {
  const { baselines, dataset, test, validation } = result;
  const judged = judgedEvaluation(result);
  const baselineSplit = dataset.splits.test ? 'test' : 'validation';
  const rows: Row[] = [];
  if (judged) rows.push({ name: 'This model', ...judged, isMain: true });
  if (baselines.textOnly)
    rows.push({ name: 'Text only', split: baselineSplit, evaluation: baselines.textOnly });
  if (baselines.imageOnly)
    rows.push({ name: 'Image only', split: baselineSplit, evaluation: baselines.imageOnly });
  rows.push({ name: 'Majority class', split: baselineSplit, evaluation: baselines.majority });
  if (test && validation) rows.push({ name: 'This model', split: 'validation', evaluation: validation });
  return rows;
}

function rowMarkup({ name, split, evaluation, isMain = false }: Row): Html {
  const { accuracy, macroF1, weightedF1, loss, ci95, perClass } = evaluation;
  const posts = SENTIMENT_LABELS.reduce((sum, label) => sum + perClass[label].support, 0);
  return html`<tr${isMain ? html` class="main"` : []}><th scope="row">${name}</th><td>${split}</td><td class="number">${count(posts)}</td>${score(accuracy, ci95.accuracy)}${score(macroF1, ci95.macroF1)}<td class="number">${percent(weightedF1)}</td><td class="number">${decimal(loss)}</td></tr>
`;
}

/** Three cells: the bar with its interval, the figure, the interval. */
function score(share: number, [low, high]: readonly [number, number]): Html {
  return html`<td class="bar"><div><i style="width:${share * 100}%"></i><b style="left:${low * 100}%;width:${(high - low) * 100}%"></b></div></td><td class="number">${percent(share)}</td><td class="number quiet">${interval([low, high])}</td>`;
}
