import type { ChartsOrReason } from '../charts/draw-charts';
import type { ExperimentResult } from '../experiment-result';
import { decimal, duration, percent } from '../format';
import { type Html, html } from '../html';

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
