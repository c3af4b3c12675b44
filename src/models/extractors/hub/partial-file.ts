import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { sha256 } from '../../../files/digests';
import { isNumberInUse } from '../../../files/running-process';

/** A download under way, in the directory of the file that it becomes. */
export interface PartialFile {
  /** Its path; it holds the process that writes it and the version of the content. */
  readonly path: string;
  /** Mark of the content's version, as {@link versionMark} makes it; null for a new file. */
  readonly mark: string | null;
}

/** A part that has not grown for so many milliseconds is abandoned, whoever wrote it. */
const ABANDONED_AFTER = 3_600_000;
const NO_MARK = 'new';
const END = '.part';
/** Paths that this thread writes at the moment. */
const active = new Set<string>();
const host = sha256(hostname()).slice(0, 8);

/** A short mark of a content's version, from the hash or tag that the server names; null when it names none. */
export function versionMark(tag: string | null): string | null {
  return tag ? sha256(tag).slice(0, 16) : null;
}

/** Takes over a part that a dead process left, or starts a new one. The caller gives it back with {@link leavePartial}. */
export async function takePartial(file: string): Promise<PartialFile> {
  await mkdir(dirname(file), { recursive: true });
  const start = `.${basename(file)}.`;
  for (const name of await readdir(dirname(file))) {
    if (!name.startsWith(start) || !name.endsWith(END)) continue;
    const path = join(dirname(file), name);
    const [mark = NO_MARK, ...writer] = name.slice(start.length, -END.length).split('-');
    if (!(await isAbandoned(path, writer))) continue;
    const mine = newPath(file, mark);
    active.add(mine);
    try {
      // Of two processes that see it, the rename of one succeeds.
      await rename(path, mine);
      return { path: mine, mark: mark === NO_MARK ? null : mark };
    } catch {
      active.delete(mine);
    }
  }
  const path = newPath(file, NO_MARK);
  active.add(path);
  return { path, mark: null };
}

/** Notes which version of the content the part holds, before the first byte of it. */
export async function markPartial(
  file: string,
  partial: PartialFile,
  mark: string | null,
): Promise<PartialFile> {
  const path = newPath(file, mark ?? NO_MARK);
  active.add(path);
  await (await open(partial.path, 'w')).close();
  await rename(partial.path, path);
  active.delete(partial.path);
  return { path, mark };
}

/** Ends the use of a part; it stays for a later download unless it is worthless. */
export async function leavePartial(partial: PartialFile, keep: boolean): Promise<void> {
  // Without a mark, nobody could tell whether the rest still fits.
  if (!keep || partial.mark === null || (await sizeOf(partial.path)) === 0)
    await rm(partial.path, { force: true }).catch(() => {});
  active.delete(partial.path);
}

/** Bytes that a part holds. */
export async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Removes what dead processes left of a file that is there by now. */
export async function removeAbandoned(file: string): Promise<void> {
  const names = await readdir(dirname(file));
  for (const name of names.filter((one) => one.startsWith(`.${basename(file)}.`) && one.endsWith(END))) {
    const path = join(dirname(file), name);
    const [, ...writer] = name.slice(basename(file).length + 2, -END.length).split('-');
    if (await isAbandoned(path, writer)) await rm(path, { force: true }).catch(() => {});
  }
}

function newPath(file: string, mark: string): string {
  const writer = [host, process.pid, threadId, randomBytes(4).toString('hex')].join('-');
  return join(dirname(file), `.${basename(file)}.${mark}-${writer}${END}`);
}

async function isAbandoned(path: string, [theirHost, pid, thread]: readonly string[]): Promise<boolean> {
  if (active.has(path)) return false;
  if (theirHost === host) {
    if (Number(pid) === process.pid && Number(thread) === threadId) return true;
    if (!isNumberInUse(Number(pid))) return true;
  }
  const changed = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Number.POSITIVE_INFINITY,
  );
  return Date.now() - changed > ABANDONED_AFTER;
}
