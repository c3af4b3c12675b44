/**
 * The first key that stands twice in one object of a JSON text, or null; `JSON.parse` keeps the last in silence.
 *
 * @param text JSON that `JSON.parse` accepts
 */
export function findDuplicateKey(text: string): string | null {
  // One entry for each open bracket: the keys of an object, or null for a list.
  const open: (Set<string> | null)[] = [];
  let mayBeKey = false;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(null);
    else if (token === '}' || token === ']') open.pop();
    else if (mayBeKey && token.startsWith('"')) {
      const keys = open.at(-1);
      if (keys) {
        // Unescaped first, as one name can be spelled in two ways.
        const key = JSON.parse(token) as string;
        if (keys.has(key)) return key;
        keys.add(key);
      }
    }
    mayBeKey = token === '{' || token === ',';
  }
  return null;
}
