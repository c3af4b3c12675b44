/**
 * The lines, from 1, on which the items of a JSON list begin: `JSON.parse` tells none, and an error must.
 *
 * @param text valid JSON, a list
 */
export function linesOfItems(text: string): number[] {
  const lines: number[] = [];
  let line = 1;
  let depth = 0;
  let isBefore = true;
  let isInString = false;
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (isInString) {
      if (character === '\\') index++;
      else if (character === '"') isInString = false;
      continue;
    }
    if (character === '\n') line++;
    if (/\s/.test(character)) continue;
    if (character === ',' && depth === 1) isBefore = true;
    else if (character === ']' || character === '}') depth--;
    else {
      if (depth === 1 && isBefore) {
        lines.push(line);
        isBefore = false;
      }
      if (character === '[' || character === '{') depth++;
      isInString = character === '"';
    }
  }
  return lines;
}
