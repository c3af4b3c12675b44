/**
 * A Markdown table of a configuration: one row for each value, groups as paths such as `options.batchSize`, lists as JSON.
 */
export function markdownTable(config: Readonly<Record<string, unknown>>): string {
  const rows = [...leavesOf(config, '')].map(
    ([name, value]) => `| ${escapeCell(name)} | ${escapeCell(value)} |`,
  );
  return ['| name | value |', '| --- | --- |', ...rows].join('\n');
}

function* leavesOf(group: object, path: string): Generator<[name: string, value: string], void> {
  for (const [name, value] of Object.entries(group)) {
    if (value === undefined) continue;
    const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (isGroup && Object.keys(value).length > 0) yield* leavesOf(value, `${path}${name}.`);
    else yield [path + name, spell(value)];
  }
}

const spell = (value: unknown) =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);

/** Signs that would end a cell or mean something in Markdown stand for themselves. */
const escapeCell = (text: string) => text.replace(/[\\|`*_<>[\]]/g, '\\$&').replace(/\s*\n\s*/g, ' ');
