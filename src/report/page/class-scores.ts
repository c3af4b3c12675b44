import type { Evaluation } from '../../training';
import { FEW_CLASSES } from '../experiment-result';
import { count, decimal, percent } from '../format';
import { type Html, html } from './html';

/** Up to so many classes of a dense matrix fit into half a page. */
const MOST_BESIDE = 15;

/**
 * The confusion matrix and the scores of each class; of very many classes one below the other.
 *
 * @param split what the model was measured on
 */
export function classScores(split: string, evaluation: Evaluation, classNames: readonly string[]): Html {
  const table = classNames.length > FEW_CLASSES ? denseConfusionTable : confusionTable;
  return html`<section>
<h2>Classes, on ${split}</h2>
${calibration(evaluation)}<div class="${classNames.length > MOST_BESIDE ? 'stacked' : 'columns'}">
${table(evaluation, classNames)}
${perClassTable(evaluation, classNames)}
</div>
</section>`;
}

/** Longer names are broken into lines. */
const LONGEST_NAME = 12;

/** The name of a class in a table; of a long one three lines, and all of it as title. */
export function shownName(label: string): Html {
  return label.length > LONGEST_NAME
    ? html`<span class="long" title="${label}">${label}</span>`
    : html`${label}`;
}

function calibration({ calibration: measured }: Evaluation): Html {
  if (!measured) return html``;
  const { temperature, eceBefore, eceAfter } = measured;
  return html`<p>Calibrated with temperature ${decimal(temperature)}: the expected calibration error went from ${percent(eceBefore)} to ${percent(eceAfter)}.</p>
`;
}

/** The shares of a true class's posts that were predicted as each class. */
function shares(counts: readonly number[]): number[] {
  const total = Math.max(
    1,
    counts.reduce((sum, posts) => sum + posts, 0),
  );
  return counts.map((posts) => posts / total);
}

function confusionTable({ confusionMatrix }: Evaluation, classNames: readonly string[]): Html {
  const rows = classNames.map((label, trueClass) => {
    const counts = confusionMatrix[trueClass] ?? [];
    const cells = shares(counts).map(
      (share, predicted) =>
        html`<td style="--share:${share}">${count(counts[predicted] as number)}<small>${percent(share)}</small></td>`,
    );
    return html`<tr><th scope="row">${shownName(label)}</th>${cells}</tr>
`;
  });
  return html`<table class="matrix" style="--classes:${classNames.length}">
<caption>Confusion matrix: posts, and share of the true class</caption>
<thead><tr><th class="quiet">true ↓ predicted →</th>${classNames.map((label) => html`<th scope="col">${shownName(label)}</th>`)}</tr></thead>
<tbody>
${rows}
</tbody>
</table>`;
}

/** Small cells, names upright, nothing where there is no post; what a cell means is its title. */
function denseConfusionTable({ confusionMatrix }: Evaluation, classNames: readonly string[]): Html {
  const rows = classNames.map((label, trueClass) => {
    const counts = confusionMatrix[trueClass] ?? [];
    const cells = shares(counts).map((share, predicted) =>
      share === 0
        ? html`<td></td>`
        : html`<td style="--share:${share.toFixed(3)}" title="true ${label}, predicted ${classNames[predicted] as string}: ${percent(share)}">${count(counts[predicted] as number)}</td>`,
    );
    return html`<tr><th scope="row" title="${label}">${label}</th>${cells}</tr>
`;
  });
  return html`<div class="wide"><table class="matrix dense">
<caption>Confusion matrix: posts, coloured by their share of the true class</caption>
<thead><tr><th class="quiet">true ↓ predicted →</th>${classNames.map((label) => html`<th scope="col" title="${label}"><span>${label}</span></th>`)}</tr></thead>
<tbody>
${rows}
</tbody>
</table></div>`;
}

function perClassTable({ perClass }: Evaluation, classNames: readonly string[]): Html {
  const rows = classNames.map((label) => {
    const { precision, recall, f1, support } = perClass[label] as Evaluation['perClass'][string];
    return html`<tr><th scope="row">${shownName(label)}</th><td class="number">${percent(precision)}</td><td class="number">${percent(recall)}</td><td class="number">${percent(f1)}</td><td class="number">${count(support)}</td></tr>
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
