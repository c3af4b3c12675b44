import { type FileHandle, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DataError, MvsaFusionError, OptionError } from '../../errors';
import { DirectoryLock } from '../../files/directory-lock';
import { createFile, syncDirectory } from '../../files/write-file';
import type { JsonObject } from '../../training';
import {
  type AnswersJournal,
  type AnswersState,
  checkSameRun,
  howToBeginAnew,
  JOURNAL_FORMAT,
  readJournal,
} from './answers-journal';

const NOTHING: AnswersState = { rows: 0, failed: 0, inputEnd: 0, columns: [] };

/**
 * Answers that are being written: a folder beside the output, named `OUT.part`, with the answers so far, a journal that says how far
 * they reach, and a lock.
 *
 * What the journal says is on the disk, whatever kills process or machine; what stands behind it is cut off when a run goes on.
 */
export class AnswersPart {
  readonly #output: string;
  readonly #files: ReturnType<typeof filesOf>;
  readonly #lock: DirectoryLock;
  readonly #handle: FileHandle | null;
  #journal: AnswersJournal;
  /** Rows that the journal on the disk counts. */
  #notedRows: number;
  /** The journal under way to the disk; it is never waited for while there is something to compute. */
  #noting: Promise<void> | null = null;
  #failure: { readonly error: unknown } | null = null;

  private constructor(
    output: string,
    lock: DirectoryLock,
    handle: FileHandle | null,
    journal: AnswersJournal,
  ) {
    this.#output = output;
    this.#files = filesOf(output);
    this.#lock = lock;
    this.#handle = handle;
    this.#journal = journal;
    this.#notedRows = journal.rows;
  }

  /**
   * Begins a run, or goes on with one that was stopped.
   *
   * @param run what decides the answers
   * @param force whether a finished output, and a run of something else, give way
   * @throws {@link OptionError} when the output is there already
   * @throws {@link DataError} when what was stopped is another run, or damaged
   * @throws {@link MvsaFusionError} when another process writes to it, or the file system refuses
   */
  static async open(output: string, run: JsonObject, force: boolean): Promise<AnswersPart> {
    const files = filesOf(output);
    const isThere = await exists(output);
    if (isThere && !(await stat(output)).isFile())
      throw new OptionError(`${output}: expected the name of a file to write, received a folder or device.`);
    // Nothing is created beside an output that is not to be touched.
    if (isThere && !force && !(await exists(files.journal))) refuseOutput(output);
    const lock = new DirectoryLock(files.part);
    await writing(output, 0, () => lock.hold());
    try {
      await removeTemporary(files);
      let journal = await readStopped(files, run, force);
      const size = await sizeOf(files.answers);
      if (journal?.isFinished && size === null) {
        // Killed between the last two moves: the output has its name already.
        if (isThere) return new AnswersPart(output, lock, null, journal);
        journal = null;
      }
      if (isThere && !force) refuseOutput(output);
      if (journal && (size ?? 0) < journal.outputBytes) {
        throw new DataError(
          `${files.answers}: expected ${journal.outputBytes} bytes or more, as the journal beside it says, received ${size ?? 'no file'}. ${howToBeginAnew(files.part)}`,
        );
      }
      journal ??= { format: JOURNAL_FORMAT, run, ...NOTHING, outputBytes: 0, isFinished: false };
      const kept = journal;
      const handle = await writing(output, kept.rows, async () => {
        if (kept.rows === 0) await rm(files.journal, { force: true });
        const opened = await open(files.answers, 'a');
        await opened.truncate(kept.outputBytes);
        return opened;
      });
      return new AnswersPart(output, lock, handle, journal);
    } catch (error) {
      await lock.release().catch(() => {});
      await rmdir(files.part).catch(() => {});
      throw error;
    }
  }

  /** How far the answers reach. */
  get state(): AnswersState {
    return this.#journal;
  }

  /** Whether all rows have their answers. */
  get isFinished(): boolean {
    return this.#journal.isFinished;
  }

  /** Adds whole lines; the journal follows as fast as the disk can. */
  async append(lines: string, state: AnswersState): Promise<void> {
    const bytes = Buffer.from(lines);
    await this.#write(() => (this.#handle as FileHandle).appendFile(bytes));
    const outputBytes = this.#journal.outputBytes + bytes.length;
    this.#journal = { ...this.#journal, ...state, outputBytes };
    this.#noting ??= this.#note(this.#journal)
      .catch((error: unknown) => {
        this.#failure = { error };
      })
      .finally(() => {
        this.#noting = null;
      });
    if (this.#failure) throw this.#failure.error;
  }

  /** Gives the answers their name, and removes the part. */
  async finish(): Promise<AnswersState> {
    if (this.#handle) {
      await this.#noting;
      const finished = { ...this.#journal, isFinished: true };
      await this.#note(finished);
      this.#journal = finished;
      await this.#handle.close();
      await this.#write(async () => {
        await rename(this.#files.answers, this.#output);
        await syncDirectory(dirname(this.#output));
      });
    }
    await this.#remove();
    return this.#journal;
  }

  /** Leaves the answers so far for a run that goes on; where there are none, nothing stays behind. */
  async leave(): Promise<void> {
    await this.#noting;
    // The error that ended the run is the one to tell.
    if (this.#journal.rows > 0 && !this.isFinished) await this.#note(this.#journal).catch(() => {});
    await this.#handle?.close().catch(() => {});
    if (this.#journal.rows === 0) await this.#remove();
    else await this.#lock.release().catch(() => {});
  }

  async #note(journal: AnswersJournal): Promise<void> {
    await this.#write(async () => {
      // Before the journal that counts on it.
      await this.#handle?.datasync();
      const file = await createFile(this.#files.journal, (empty) => empty.writeFile(JSON.stringify(journal)));
      await file.close();
    });
    this.#notedRows = journal.rows;
  }

  async #remove(): Promise<void> {
    await rm(this.#files.answers, { force: true });
    await rm(this.#files.journal, { force: true });
    await this.#lock.release();
    // Not what somebody else has put there.
    await rmdir(this.#files.part).catch(() => {});
  }

  #write<Result>(action: () => Promise<Result>): Promise<Result> {
    return writing(this.#output, this.#notedRows, action);
  }
}

const filesOf = (output: string) => {
  const part = `${output}.part`;
  return { part, answers: join(part, 'answers.jsonl'), journal: join(part, 'journal.json') };
};

/** The journal of the run to go on with; null to begin anew. */
async function readStopped(
  { journal: file, part }: ReturnType<typeof filesOf>,
  run: JsonObject,
  force: boolean,
): Promise<AnswersJournal | null> {
  try {
    const journal = await readJournal(file, part);
    if (journal) checkSameRun(part, journal.run, run);
    return journal;
  } catch (error) {
    if (force && error instanceof DataError) return null;
    throw error;
  }
}

/** What a run that was killed in the middle of writing its journal left. */
async function removeTemporary({ part, journal }: ReturnType<typeof filesOf>): Promise<void> {
  const start = `.${basename(journal)}.`;
  const names = (await readdir(part)).filter((name) => name.startsWith(start));
  await Promise.all(names.map((name) => rm(join(part, name), { force: true })));
}

function refuseOutput(output: string): never {
  throw new OptionError(
    `${output}: expected no file, since answers are not written over others, received one that is there. Delete it, name another, or pass force (--force).`,
  );
}

async function writing<Result>(output: string, rows: number, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (cause) {
    if (cause instanceof MvsaFusionError && !cause.cause) throw cause;
    const reached =
      rows > 0 ? ` The answers of the first ${rows} rows are kept: the same call goes on behind them.` : '';
    throw new MvsaFusionError(
      `Could not write ${output}: ${(cause as Error).message}. Choose a directory that can be written to and has free space.${reached}`,
      { cause },
    );
  }
}

async function exists(path: string): Promise<boolean> {
  return (await sizeOf(path)) !== null;
}

/** The size of a file; null where there is none. */
async function sizeOf(path: string): Promise<number | null> {
  return stat(path).then(
    ({ size }) => size,
    () => null,
  );
}
