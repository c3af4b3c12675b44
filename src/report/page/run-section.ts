import type { ExperimentResult } from '../experiment-result';
import { duration } from '../format';
import { type Html, html } from '../html';

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
