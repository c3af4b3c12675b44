import { TrainingError } from '../../errors';
import type { JsonObject, JsonValue } from './checkpoint';

const LONGEST_VALUE = 60;
/** More would hide the first. */
const MOST_LINES = 20;
/** A few differences tell; a list shifted by one differs everywhere. */
const MOST_IN_A_LIST = 5;

/**
 * What differs between two configurations, in sentences such as `learningRate: 0.001 in the checkpoint, 0.002 now`.
 *
 * Names in nested values are paths, such as `groups[0].learningRate`. The order of names does not count.
 *
 * @param stored of the checkpoint
 * @param current of the run that is to go on
 * @returns one line for each difference; empty when there is none
 */
export function diffConfig(stored: JsonObject, current: JsonObject): string[] {
  return differences(stored, current, '');
}

/**
 * Refuses to resume a run with another configuration than its checkpoint was made with.
 *
 * @param stored of the checkpoint
 * @param current of the run that is to go on
 * @throws {@link TrainingError} listing what differs, as {@link diffConfig} words it
 */
export function checkSameConfig(stored: JsonObject, current: JsonObject): void {
  const lines = diffConfig(stored, current);
  if (lines.length === 0) return;
  const rest = lines.length - MOST_LINES;
  const listed = [...lines.slice(0, MOST_LINES), ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ');
  throw new TrainingError(
    `resume: expected the configuration of the checkpoint, received another: ${listed}. Give the same options as before, or start anew in another directory.`,
  );
}

type Found = JsonValue | undefined;

function differences(stored: Found, current: Found, path: string): string[] {
  if (stored === current) return [];
  if (Array.isArray(stored) && Array.isArray(current)) return listDifferences(stored, current, path);
  if (isObject(stored) && isObject(current)) {
    const names = new Set([...Object.keys(stored), ...Object.keys(current)]);
    return [...names].flatMap((name) =>
      differences(member(stored, name), member(current, name), join(path, name)),
    );
  }
  const [before, after] = shortened(stored, current);
  return [`${path}: ${before} in the checkpoint, ${after} now`];
}

function listDifferences(
  stored: readonly JsonValue[],
  current: readonly JsonValue[],
  path: string,
): string[] {
  if (stored.length !== current.length) {
    const isShort = [stored, current].every((list) => JSON.stringify(list).length <= LONGEST_VALUE);
    const [before, after] = isShort
      ? shortened(stored, current)
      : [`${stored.length} items`, `${current.length} items`];
    return [`${path}: ${before} in the checkpoint, ${after} now`];
  }
  const lines = stored.map((item, index) => differences(item, current[index], `${path}[${index}]`));
  const differing = lines.filter(({ length }) => length > 0);
  const rest = differing.length - MOST_IN_A_LIST;
  return [
    ...differing.slice(0, MOST_IN_A_LIST).flat(),
    ...(rest > 0 ? [`${path}: ${rest} more of its ${stored.length} items differ`] : []),
  ];
}

/** Both as JSON; where they are long, a part from a little before where they begin to differ. */
function shortened(stored: Found, current: Found): [string, string] {
  const texts = [stored, current].map((value) =>
    value === undefined ? 'absent' : JSON.stringify(value),
  ) as [string, string];
  let common = 0;
  while (common < texts[0].length && texts[0][common] === texts[1][common]) common++;
  const start = texts.some(({ length }) => length > LONGEST_VALUE) ? Math.max(0, common - 12) : 0;
  return texts.map((text) => {
    const part = text.slice(start, start + LONGEST_VALUE);
    return `${start > 0 ? '...' : ''}${part}${start + part.length < text.length ? '...' : ''}`;
  }) as [string, string];
}

function member(value: JsonObject, name: string): Found {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function join(path: string, name: string): string {
  if (!/^[\p{L}_$][\p{L}\d_$]*$/u.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === '' ? name : `${path}.${name}`;
}

function isObject(value: Found): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
