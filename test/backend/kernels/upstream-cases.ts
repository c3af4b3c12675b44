import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One case of docs/upstream-bugs.md. */
export interface UpstreamCase {
  /** The chapter it stands in. */
  readonly chapter: string;
  readonly title: string;
  /** What it runs; it prints one line. */
  readonly code: string;
  readonly expected: string;
  /** What tfjs prints, or undefined when that is left to chance. */
  readonly received: string | undefined;
  /** What this library does about it. */
  readonly here: string;
}

/** The cases of docs/upstream-bugs.md, in its order. */
export function upstreamCases(): UpstreamCase[] {
  const page = readFileSync(
    fileURLToPath(new URL('../../../docs/upstream-bugs.md', import.meta.url)),
    'utf8',
  );
  return page.split(/^## /m).flatMap((text) => {
    const chapter = text.slice(0, text.indexOf('\n'));
    const sections = text.split(/^### /m).slice(1);
    return sections.map((section) => {
      const find = (pattern: RegExp) => pattern.exec(section)?.[1] ?? '';
      return {
        chapter,
        title: section.slice(0, section.indexOf('\n')),
        code: find(/^```js\n([\s\S]*?)^```$/m),
        expected: find(/^- Expected: `(.+)`$/m),
        received: find(/^- Received: `(.+)`$/m) || undefined,
        here: find(/^- Here: (.+)$/m),
      };
    });
  });
}
