import type { ConflictingTwins, SplitAudit } from '../../data';
import { count, percent } from '../format';
import { type Html, html } from '../html';

/** What makes the figures of a split untrue: leaks, twins with different labels, absent classes. */
export function splitSection(audit: SplitAudit): Html {
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
