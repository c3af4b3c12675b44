/** Text that is markup already; everything else is escaped. */
export class Html {
  constructor(readonly markup: string) {}
}

type HtmlPart = Html | readonly Html[] | string | number;

/** Tag of template literals that hold markup: what is put into them is escaped, unless it is {@link Html}. */
export function html(literals: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  return new Html(
    literals.reduce((before, literal, index) => before + markupOf(parts[index - 1] ?? '') + literal),
  );
}

function markupOf(part: HtmlPart): string {
  if (part instanceof Html) return part.markup;
  return typeof part === 'object' ? part.map(markupOf).join('') : escapeHtml(String(part));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}
