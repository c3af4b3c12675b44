/** Reduces a text to what two copies of one post share: no URLs, no white space, one case. */
export function duplicateKey(text: string): string {
  return text
    .replace(/https?(?::|…|\.\.)\S*/gi, '')
    .replace(/\s+/g, '')
    .toLowerCase();
}
