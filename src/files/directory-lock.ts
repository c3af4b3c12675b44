import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TrainingError } from '../errors';
import { isRunning, type ProcessPlace, thisProcess } from './running-process';
import { temporaryPath } from './write-file';

/** How often the owner renews the lock, in milliseconds. */
const RENEWAL = 30_000;
/** A lock of a process that cannot be seen from here counts as left over after so long without renewal. */
const LEFT_OVER_AFTER = 600_000;
/** Whoever creates a lock fills it at once; one without content for so long is left over. */
const FILLED_WITHIN = 2_000;
const ATTEMPTS = 100;

/**
 * A file that makes one process the only writer of a directory.
 *
 * A lock that a dead process left is taken over: of this machine at once, of another one (a shared disk) after ten minutes.
 */
export class DirectoryLock {
  readonly #directory: string;
  readonly #path: string;
  #content: string | null = null;
  #renewal: NodeJS.Timeout | undefined;

  constructor(directory: string) {
    this.#directory = directory;
    this.#path = join(directory, 'lock');
  }

  /**
   * Makes sure that this process has the directory to itself, and creates the directory.
   *
   * @throws {@link TrainingError} when another process has it, with its number; errors of the file system as they are
   */
  async hold(): Promise<void> {
    if (this.#content !== null) {
      const found = await readOrNull(this.#path);
      if (found === this.#content) return;
      this.#forget();
    }
    await mkdir(this.#directory, { recursive: true });
    const place = thisProcess();
    const content = `${JSON.stringify({ ...place, since: new Date().toISOString(), token: randomUUID() })}\n`;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (await this.#create(content)) {
        this.#content = content;
        this.#renewal = setInterval(() => void this.#renew(), RENEWAL).unref();
        return;
      }
    }
    throw new TrainingError(`${this.#path}: other processes keep taking this lock. Use another directory.`);
  }

  /** Gives the directory free. */
  async release(): Promise<void> {
    const content = this.#content;
    this.#forget();
    if (content !== null && (await readOrNull(this.#path)) === content) await rm(this.#path, { force: true });
  }

  /** Creates the lock, or clears the way for the next attempt. */
  async #create(content: string): Promise<boolean> {
    try {
      const handle = await open(this.#path, 'wx');
      try {
        await handle.writeFile(content);
      } catch (error) {
        await rm(this.#path, { force: true });
        throw error;
      } finally {
        await handle.close();
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    // Read again in any case: who was stopped for a while between the two calls above may have lost it.
    const found = await readOrNull(this.#path);
    if (found === null) return false;
    if (found === content) return true;
    const holder = parseHolder(found);
    const age = Date.now() - (await stat(this.#path).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
    if (holder === null && age < FILLED_WITHIN) {
      await sleep(50);
      return false;
    }
    const runs = holder === null ? false : isRunning(holder);
    if (holder !== null && (runs ?? age < LEFT_OVER_AFTER)) throw this.#refusal(holder, runs === null);
    await this.#removeLeftOver(found);
    return false;
  }

  /** Of several processes that find the same old lock, the rename of one succeeds. */
  async #removeLeftOver(content: string): Promise<void> {
    const moved = temporaryPath(this.#path);
    try {
      await rename(this.#path, moved);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw error;
    }
    // Another process was faster, and this is its new lock: put it back.
    if ((await readOrNull(moved)) !== content) await link(moved, this.#path).catch(() => {});
    await rm(moved, { force: true });
  }

  #refusal({ pid, host, since }: LockHolder, isElsewhere: boolean): TrainingError {
    const who = pid === process.pid && !isElsewhere ? 'this process itself' : `process ${pid} on ${host}`;
    const advice = isElsewhere
      ? `If it has ended, delete ${this.#path}.`
      : 'Wait for it, stop it, or choose another directory.';
    return new TrainingError(
      `${this.#directory}: expected a directory that nobody else writes into, but ${who} does, since ${since}. ${advice}`,
    );
  }

  async #renew(): Promise<void> {
    const now = new Date();
    await utimes(this.#path, now, now).catch(() => {});
  }

  #forget(): void {
    clearInterval(this.#renewal);
    this.#content = null;
  }
}

interface LockHolder extends ProcessPlace {
  readonly since: string;
}

function parseHolder(text: string): LockHolder | null {
  try {
    const holder = JSON.parse(text) as LockHolder;
    return Number.isSafeInteger(holder.pid) && holder.pid > 0 && typeof holder.host === 'string'
      ? holder
      : null;
  } catch {
    return null;
  }
}

async function readOrNull(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}
