import { SENTIMENT_LABELS } from '../../types';
import type { ExperimentResult } from '../experiment-result';
import { count } from '../format';
import { type Html, html } from '../html';
import { namedSplits } from '../named-splits';

/** The title, what was run on what, and how it ended. */
export function summary(result: ExperimentResult): Html {
  const { dataset, backend, config, stoppedBy } = result;
  const sizes = namedSplits(dataset).map(
    ([name, counts]) => `${name} ${count(SENTIMENT_LABELS.reduce((sum, label) => sum + counts[label], 0))}`,
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
