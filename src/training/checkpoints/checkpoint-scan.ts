import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../../errors';
import {
  type CheckpointRecord,
  parseRecord,
  RECORD_PATTERN,
  recordName,
  stepOf,
  TEMPORARY_PATTERN,
  TENSORS_PATTERN,
} from './checkpoint-record';

/** A checkpoint whose JSON file is whole; its tensors were not read yet. */
interface FoundRecord {
  /** What the file says. */
  readonly record: CheckpointRecord;
  /** The file's name. */
  readonly name: string;
  /** SHA-256 of the file's content; tells this checkpoint from another of the same step. */
  readonly sha256: string;
}

/** What a directory holds. */
interface CheckpointScan {
  /** All names. */
  readonly names: ReadonlySet<string>;
  /** The newest first. */
  readonly records: readonly FoundRecord[];
  /** JSON files that are not as they were written, the newest first. */
  readonly broken: readonly { readonly name: string; readonly reason: string }[];
}

/** Lists a directory that need not exist. @throws {@link DataError} when it cannot be read */
export async function listNames(directory: string): Promise<string[]> {
  return readdir(directory).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [];
    throw new DataError(
      `${directory}: expected a directory of checkpoints, which cannot be read: ${cause.message}.`,
      {
        cause,
      },
    );
  });
}

/**
 * Reads the JSON files of a directory.
 *
 * @throws {@link DataError} when one cannot be read, or is of a newer version of the format
 */
export async function scanCheckpoints(directory: string): Promise<CheckpointScan> {
  const names = await listNames(directory);
  const records: FoundRecord[] = [];
  const broken: { name: string; reason: string }[] = [];
  const newestFirst = names.filter((name) => RECORD_PATTERN.test(name)).sort((a, b) => stepOf(b) - stepOf(a));
  for (const name of newestFirst) {
    const file = join(directory, name);
    let parsed: ReturnType<typeof parseRecord>;
    try {
      parsed = parseRecord(await readFile(file));
    } catch (cause) {
      const reason = damageOf(cause);
      if (reason === null) throw unreadable(file, cause);
      parsed = { problem: reason };
    }
    if ('newerVersion' in parsed) {
      throw new DataError(
        `${file}: expected a checkpoint of version 1, received version ${parsed.newerVersion}: a newer mvsa-fusion wrote it. Update mvsa-fusion, or use another directory.`,
      );
    }
    if ('problem' in parsed) broken.push({ name, reason: parsed.problem });
    else if (recordName(parsed.record.step) !== name) {
      broken.push({ name, reason: `it is of step ${parsed.record.step}: the file was renamed` });
    } else records.push({ record: parsed.record, name, sha256: parsed.sha256 });
  }
  return { names: new Set(names), records, broken };
}

/** Names of tensor files that no checkpoint on the disk needs. */
export function unneededTensors({ names, records, broken }: CheckpointScan): string[] {
  const needed = new Set(records.flatMap(({ record: { tensors, best } }) => [tensors.name, best?.name]));
  const brokenSteps = new Set(broken.map(({ name }) => stepOf(name)));
  return [...names].filter((name) => {
    if (!TENSORS_PATTERN.test(name) || needed.has(name)) return false;
    // What a broken JSON file referred to, nobody knows.
    return name.startsWith('best-') ? brokenSteps.size === 0 : !brokenSteps.has(stepOf(name));
  });
}

/** Removes what killed writers left half written. */
export async function removeTemporaries(directory: string): Promise<void> {
  for (const name of await listNames(directory)) {
    if (TEMPORARY_PATTERN.test(name)) await rm(join(directory, name), { force: true }).catch(() => {});
  }
}

/**
 * What is wrong with a file that could not be read as it was written; null when the file itself may be whole, as when too
 * many files are open.
 */
export function damageOf(error: unknown): string | null {
  const { cause, message } = error as Error;
  const systemError = (cause ?? error) as NodeJS.ErrnoException;
  if (systemError.code === 'ENOENT') return 'it is missing';
  if (systemError.code === 'EIO') return `the disk cannot read it: ${systemError.message}`;
  return systemError.code === undefined && error instanceof DataError ? message : null;
}

/** An error of the system that says nothing of the file's content. */
export function unreadable(file: string, cause: unknown): DataError {
  return new DataError(`${file}: cannot be read: ${(cause as Error).message}. Mend that and try again.`, {
    cause,
  });
}
