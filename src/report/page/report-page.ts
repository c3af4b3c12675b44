import type { Evaluation } from '../../training';
import { SENTIMENT_LABELS } from '../../types';
import type { ChartsOrReason } from '../charts/draw-charts';
import { type ExperimentResult, namedSplits } from '../experiment-result';
import { count, decimal, interval, percent } from '../format';
import { type Html, html } from './html';
import { page } from './page';
import { datasetSection, runSection, trainingCurves } from './report-sections';

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

interface Row {
  readonly name: string;
  readonly split: string;
  readonly evaluation: Evaluation;
  /** The one row that the others are held against. */
  readonly isMain?: boolean;
}

/** Accuracy and macro-F1 of the model beside its baselines, as a table with bars. */
function headline(result: ExperimentResult): Html {
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

/** The title, what was run on what, and how it ended. */
function summary(result: ExperimentResult): Html {
  const { dataset, backend, config, stoppedBy } = result;
  const sizes = namedSplits(dataset).map(
    ([name, counts]) =>
      `${name} ${count(SENTIMENT_LABELS.reduce((sum, label) => sum + (counts[label] as number), 0))}`,
  );
  const facts = [
    ['Dataset', `${dataset.name}, ${dataset.variant}`],
    ['Posts', sizes.join(' · ')],
    ...(typeof config.fusion === 'string' ? [['Fusion', config.fusion]] : []),
    ['Backend', backend.summary],
    ['Seed', String(config.seed ?? 'not given')],
  ];
  const ending = endingOf(result);
  return html`<header>
<h1>Results on ${dataset.name}</h1>
<dl class="facts">${facts.map(([name = '', value = '']) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${stoppedBy === 'signal' ? html`<p class="notice" role="status">${ending}</p>` : html`<p>${ending}</p>`}
</header>`;
}

function endingOf({ epochs, bestEpoch, stoppedBy }: ExperimentResult): string {
  const done = epochs.length === 1 ? '1 epoch' : `${count(epochs.length)} epochs`;
  const kept =
    bestEpoch > 0 ? `The model holds the weights of epoch ${bestEpoch}, the best on validation.` : '';
  if (stoppedBy === 'signal') {
    if (epochs.length === 0) return 'Training was interrupted before any epoch was measured.';
    // `train` measures an unfinished epoch when it has no other.
    return `Training was interrupted after ${epochs.length === 1 ? 'one epoch or a part of it' : done}. ${kept}`;
  }
  return stoppedBy === 'patience'
    ? `Training stopped after ${done}, when validation no longer got better. ${kept}`
    : `Training ran all of its ${done}. ${kept}`;
}

/** An evaluation and the split it was measured on. */
interface JudgedEvaluation {
  readonly split: 'test' | 'validation';
  readonly evaluation: Evaluation;
}

/** What the model is judged by: the test figures, else the validation figures; undefined when nothing was measured. */
function judgedEvaluation({ test, validation }: ExperimentResult): JudgedEvaluation | undefined {
  if (test) return { split: 'test', evaluation: test };
  return validation ? { split: 'validation', evaluation: validation } : undefined;
}

/** The confusion matrix and the scores of each class. */
function classScores(result: ExperimentResult): Html {
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
