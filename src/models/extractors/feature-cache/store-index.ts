import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../../../errors';
import { readBytes } from '../../../files/file-bytes';
import { JOURNAL_PATTERN, type JournalEntry, parseEntry, shardFileName } from './journal';
import { openShard, type ShardFile } from './shard';
import type { StoreLayout } from './store-layout';

/** A row of an open shard. */
export interface RowLocation extends JournalEntry {
  /** The row's shard. */
  readonly file: ShardFile;
  /** Name of the shard's file. */
  readonly fileName: string;
}

/** No more findings than these are kept in words. */
const MAX_PROBLEMS = 20;

/** What the journals of all writers say, as far as it was read; it only reads files, and needs no lock. */
export class StoreIndex {
  /** Each key's rows, the first to be used; more than one after a repair, or when two processes computed the same. */
  readonly #rows = new Map<string, RowLocation[]>();
  /** How much of each journal was read, in bytes. */
  readonly #journalBytes = new Map<string, number>();
  /** The shards by file name; null for those that cannot be used. */
  readonly #shards = new Map<string, ShardFile | null>();
  readonly #problems: string[] = [];
  #damaged = 0;

  constructor(private readonly store: StoreLayout) {}

  get size(): number {
    return this.#rows.size;
  }

  get damaged(): number {
    return this.#damaged;
  }

  get problems(): readonly string[] {
    return this.#problems;
  }

  has(key: string): boolean {
    return this.#rows.has(key);
  }

  keys(): IterableIterator<string> {
    return this.#rows.keys();
  }

  find(key: string): RowLocation | undefined {
    return this.#rows.get(key)?.[0];
  }

  /** Takes a damaged row out. */
  drop(location: RowLocation, reason: string): void {
    const rows = this.#rows.get(location.key);
    // Two reads under way may both find the damage.
    if (!rows?.includes(location)) return;
    const rest = rows.filter((other) => other !== location);
    if (rest.length > 0) this.#rows.set(location.key, rest);
    else this.#rows.delete(location.key);
    this.#note(`${join(this.store.directory, location.fileName)}: row ${location.row} ${reason}.`);
    this.#damaged++;
  }

  /** Reads what is new in all journals. Calls must follow each other. */
  async refresh(): Promise<void> {
    const { directory } = this.store;
    const entries = await readdir(directory, { withFileTypes: true }).catch(
      (cause: NodeJS.ErrnoException) => {
        if (cause.code === 'ENOENT') return [];
        throw new DataError(
          `${directory}: expected a feature store, which cannot be read: ${cause.message}.`,
          {
            cause,
          },
        );
      },
    );
    const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    for (const name of names.sort()) {
      const writer = JOURNAL_PATTERN.exec(name)?.[1];
      if (writer !== undefined) await this.readJournal(writer);
    }
  }

  /** Reads what is new in the journal of one writer. Calls must follow each other. */
  async readJournal(writer: string): Promise<void> {
    const path = join(this.store.directory, `${writer}.journal`);
    let position = this.#journalBytes.get(writer) ?? 0;
    const text = await readFrom(path, position);
    // A last line without its end may be in the middle of being written.
    const end = text.lastIndexOf('\n') + 1;
    if (end === 0) return;
    for (const line of text.slice(0, end - 1).split('\n')) {
      const entry = parseEntry(line);
      if (entry === null) {
        this.#note(`${path}: expected a journal entry, received a damaged line.`);
        this.#damaged++;
      } else await this.#add(writer, entry);
      // After each line: what follows a failure is read again, what came before is not.
      position += line.length + 1;
      this.#journalBytes.set(writer, position);
    }
  }

  /** Closes the shards. */
  async close(): Promise<void> {
    const open = [...this.#shards.values()];
    this.#shards.clear();
    await Promise.all(open.map((shard) => shard?.handle.close()));
  }

  async #add(writer: string, entry: JournalEntry): Promise<void> {
    const fileName = shardFileName(writer, entry.shard);
    const file = await this.#openShard(fileName);
    if (file === null) {
      this.#damaged++;
      return;
    }
    const { rows, positions } = file.layout;
    const fits = entry.row < rows && (!this.store.isRagged || entry.start + entry.length <= positions);
    if (!fits || entry.checksums.length !== this.store.tensors.length) {
      this.#note(`${writer}.journal: expected a row within ${fileName}, received row ${entry.row}.`);
      this.#damaged++;
      return;
    }
    const location = { ...entry, file, fileName };
    const known = this.#rows.get(entry.key);
    if (known) known.push(location);
    else this.#rows.set(entry.key, [location]);
  }

  async #openShard(name: string): Promise<ShardFile | null> {
    const known = this.#shards.get(name);
    if (known !== undefined) return known;
    const shard = await openShard(this.store, name).catch((error: Error) => {
      // Too many open files, or no right to read, is no damage: computing the rows again would not help.
      const cause = (error instanceof DataError ? error.cause : error) as NodeJS.ErrnoException | undefined;
      if (cause?.code !== undefined && cause.code !== 'ENOENT' && cause.code !== 'EIO') {
        throw new DataError(`${join(this.store.directory, name)}: cannot be read: ${cause.message}.`, {
          cause,
        });
      }
      this.#note(error.message);
      return null;
    });
    this.#shards.set(name, shard);
    return shard;
  }

  #note(problem: string): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(problem);
  }
}

/** The text of a file from a position on. */
async function readFrom(path: string, position: number): Promise<string> {
  try {
    const handle = await open(path);
    try {
      const { size } = await handle.stat();
      const bytes = Buffer.alloc(Math.max(0, size - position));
      const read = await readBytes(handle, bytes, position);
      // One character for each byte, so that positions count bytes whatever damage there is.
      return bytes.toString('latin1', 0, read);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    // Deleted since it was listed.
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new DataError(`${path}: expected a journal, which cannot be read: ${(cause as Error).message}.`, {
      cause,
    });
  }
}
