import { Html, html } from './html';

/** A whole page, as the text of an HTML file that needs no other file. */
export function page(title: string, ...sections: readonly (Html | readonly Html[])[]): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
${sections.flat()}
</main>
</body>
</html>
`.markup;
}

/** The page's CSS; system colours and fonts, for light, dark and print. */
const PAGE_STYLE = new Html(`
:root { color-scheme: light dark; --text: #1d2126; --page: #fff; --line: #8884; --quiet: #606a75; --accent: 61 130 196; }
@media (prefers-color-scheme: dark) { :root { --text: #dfe3e8; --page: #15181c; --quiet: #9aa5b1; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 14px/1.45 system-ui, sans-serif; }
main { max-width: 64rem; margin: 0 auto; padding: 1.5rem 1.25rem 3rem; }
h1 { margin: 0 0 .5rem; font-size: 1.45rem; overflow-wrap: anywhere; }
h2 { margin: 1.75rem 0 .5rem; padding-bottom: .2rem; border-bottom: 1px solid var(--line); font-size: 1.05rem; }
p { margin: .5rem 0; }
.facts { display: flex; flex-wrap: wrap; gap: .2rem 1.75rem; margin: 0; }
.facts div { display: flex; gap: .5rem; }
dt, .quiet, caption, figcaption, thead th { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
.notice { padding: .5rem .75rem; border-left: 3px solid #d9822b; background: #d9822b22; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 1rem 2.5rem; align-items: start; }
.wide { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption, figcaption { padding: .25rem 0; text-align: left; font-weight: 600; }
th, td { padding: .25rem .5rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: middle; }
th { font-weight: 500; }
thead th { font-size: .86em; }
tr > :first-child { padding-left: 0; }
td { overflow-wrap: anywhere; }
.wide th, .wide td { overflow-wrap: normal; white-space: nowrap; }
.number { text-align: right; white-space: nowrap; }
.number .long { white-space: normal; }
.code { font-family: ui-monospace, monospace; font-size: .92em; }
.main > * { font-weight: 700; }
.main > .quiet { font-weight: 400; }
.bar { width: 12%; min-width: 6rem; }
.bar div { position: relative; height: .8rem; background: #8882; }
.bar i { position: absolute; inset: 0 auto 0 0; background: #93a1b5; }
.main .bar i { background: rgb(var(--accent)); }
.bar b { position: absolute; top: calc(50% - 1px); height: 2px; background: currentColor; }
.matrix th[scope="col"], .matrix td { width: calc(72% / var(--classes)); text-align: center; }
.long { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; min-width: 4.5rem; overflow: hidden; overflow-wrap: anywhere; }
.matrix td { background: rgb(var(--accent) / calc(var(--share) * .7)); border: 2px solid var(--page); padding: .5rem; }
.matrix small { display: block; opacity: .85; }
.dense { width: auto; min-width: min(26rem, 100%); font-size: .75em; }
.dense caption { font-size: 1.33em; }
.dense th[scope="col"], .dense td { width: auto; min-width: 1.35rem; padding: .1rem .05rem; }
.dense th[scope="col"] { vertical-align: bottom; }
.dense th[scope="col"] span { display: inline-block; max-height: 9rem; overflow: hidden; text-overflow: ellipsis; writing-mode: vertical-rl; transform: rotate(180deg); }
.dense td { border-width: 1px; }
.dense tbody th { position: sticky; left: 0; max-width: 11rem; padding: 0 .5rem 0 0; overflow: hidden; text-overflow: ellipsis; background: var(--page); }
.stacked > * + * { margin-top: 1rem; }
figure { margin: 0; }
figure svg { display: block; max-width: 100%; height: auto; }
figure svg text { font-family: inherit; }
details { margin: .5rem 0; }
summary { cursor: pointer; color: var(--quiet); }
@media print { h2 { break-after: avoid; } figure, table { break-inside: avoid; } }
`);
