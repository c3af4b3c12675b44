import { type Html, html } from '../html';
import { PAGE_STYLE } from './page-style';

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
