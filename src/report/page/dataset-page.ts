import type { ClassCounts, ConflictingTwins, MvsaSummary, SplitAudit } from '../../data';
import { SENTIMENT_LABELS } from '../../types';
import { agreementChart } from '../charts/agreement-chart';
import { classSharesChart } from '../charts/class-shares-chart';
import { draw } from '../charts/draw';
import { histogramChart } from '../charts/histogram-chart';
import { scatterChart } from '../charts/scatter-chart';
import { count, percent } from '../format';
import { type Html, html } from './html';
import { page } from './page';

/** What is in a data set and what is wrong with a split of it, as a page. */
export async function datasetPage(name: string, summary: MvsaSummary, audit?: SplitAudit): Promise<string> {
  const parts: [string, ClassCounts][] = Object.entries(summary.splits ?? { all: summary.classes });
  const charts = await draw({
    classes: classSharesChart(parts),
    sizes: scatterChart(summary.imageSizes),
    words: histogramChart(summary.textLength, 'words in a text'),
    agreement: agreementChart(summary.labelAgreement),
  });
  const figure = (caption: string, chart: Html) =>
    html`<figure><figcaption>${caption}</figcaption>${chart}</figure>`;
  return page(
    `What is in ${name}`,
    header(name, summary),
    'reason' in charts
      ? html`<p class="notice">No charts. ${charts.reason}</p>`
      : html`<section><h2>Posts</h2><div class="columns">
${figure('Class distribution', charts.classes)}
${figure('Labels of text and image, all rows', charts.agreement)}
${figure('Image sizes', charts.sizes)}
${figure('Text lengths', charts.words)}
</div></section>`,
    ...(audit ? [splitSection(audit)] : []),
    rulesTable(summary),
    leftOut(summary),
  );
}

function header(name: string, summary: MvsaSummary): Html {
  const { duplicates } = summary;
  const facts = [
    ['Data set', `MVSA-${summary.variant === 'single' ? 'Single' : 'Multiple'}`],
    ['Label rule', summary.labelRule],
    ['Posts', `${count(summary.kept)} kept of ${count(summary.total)}`],
    ['Encoding', `${summary.encoding}: ${summary.encodingEvidence.reason}`],
    ['Texts without a word', count(summary.textFeatures.empty)],
    ...(duplicates
      ? [
          [
            'Posts with a twin',
            `${count(duplicates.sameText)} by text, ${count(duplicates.sameImage)} by image file, ${duplicates.nearImage === null ? 'not compared' : count(duplicates.nearImage)} by look`,
          ],
        ]
      : []),
  ];
  return html`<header>
<h1>What is in ${name}</h1>
<dl class="facts">${facts.map(([term = '', value = '']) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>
</header>`;
}

function rulesTable({ labelRules, labelRule, total }: MvsaSummary): Html {
  const rows = Object.entries<ClassCounts>(labelRules).map(([rule, counts]) => {
    const numbers = SENTIMENT_LABELS.map((label) => counts[label] as number);
    const kept = numbers.reduce((sum, posts) => sum + posts, 0);
    return html`<tr${rule === labelRule ? html` class="main"` : []}><th scope="row">${rule}</th>${[...numbers, kept, total - kept].map((posts) => html`<td class="number">${count(posts)}</td>`)}<td class="number">${percent(Math.max(...numbers) / kept)}</td></tr>
`;
  });
  const heads = [...SENTIMENT_LABELS, 'kept', 'dropped', 'largest class'];
  return html`<section><h2>Label rules</h2><table>
<thead><tr><th>Rule</th>${heads.map((head) => html`<th class="number">${head}</th>`)}</tr></thead>
<tbody>
${rows}
</tbody>
</table></section>`;
}

function leftOut({ droppedByReason, skippedByReason }: MvsaSummary): Html {
  const rows = Object.entries<number>({ ...droppedByReason, ...skippedByReason }).map(
    ([reason, posts]) => html`<tr><th scope="row">${reason}</th><td class="number">${count(posts)}</td></tr>
`,
  );
  if (rows.length === 0) return html``;
  return html`<section><h2>Posts left out</h2><table>
<thead><tr><th>Reason</th><th class="number">Posts</th></tr></thead>
<tbody>
${rows}
</tbody>
</table></section>`;
}

/** What makes the figures of a split untrue: leaks, twins with different labels, absent classes. */
function splitSection(audit: SplitAudit): Html {
  const absent = Object.entries(audit.parts).flatMap(([part, { absentClasses }]) =>
    absentClasses.map((label) => `no ${label} post in ${part}`),
  );
  const facts = [
    ...absent,
    ...(audit.repeatedIds.length > 0 ? [`${count(audit.repeatedIds.length)} ids stand twice`] : []),
    `${count(audit.unused)} kept posts in no part`,
  ];
  return html`<section><h2>Split</h2>
${leaksTable(audit)}
<p>${facts.join('; ')}.</p>
${twinsTable(audit.conflictingTwins)}
</section>`;
}

function leaksTable({ leaks }: SplitAudit): Html {
  const rows = leaks.map(({ part, twinsIn, text, exactText, image, nearImage, any, share }) => {
    const numbers = [text, exactText, image, nearImage, any].map((posts) =>
      posts === null ? '-' : count(posts),
    );
    return html`<tr><th scope="row">${part}, twins in ${twinsIn}</th>${[...numbers, percent(share)].map((cell) => html`<td class="number">${cell}</td>`)}</tr>
`;
  });
  const heads = ['same text', 'of these exact', 'same image file', 'same look', 'any twin', 'share'];
  return html`<table>
<caption>Leaks: posts of one part with a twin in another</caption>
<thead><tr><th>Part</th>${heads.map((head) => html`<th class="number">${head}</th>`)}</tr></thead>
<tbody>
${rows}
</tbody>
</table>`;
}

function twinsTable(twins: readonly ConflictingTwins[]): Html {
  const rows = twins.map(({ relation, ids, labels }) => {
    const posts = ids.map((id, index) => `${id} ${labels[index]}`);
    return html`<tr><th scope="row">${relation}</th><td>${posts.join(', ')}</td></tr>
`;
  });
  const title = `Sets of twins with different labels: ${count(twins.length)}`;
  if (rows.length === 0) return html`<p>${title}.</p>`;
  return html`<details><summary>${title}</summary><table>
<thead><tr><th>Same</th><th>Posts</th></tr></thead>
<tbody>
${rows}
</tbody>
</table></details>`;
}
