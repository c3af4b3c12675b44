import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../../../errors';
import { writeBytes } from '../../../files/file-bytes';
import { syncDirectory, writeFileAtomically } from '../../../files/write-file';
import { formatEntry, type JournalEntry, shardFileName } from './journal';
import type { EncodedRows } from './rows';
import { createShard, KEY_BYTES, type ShardFile, shardCapacity, shardLayout } from './shard';
import type { StoreLayout } from './store-layout';

/** A shard with room left. */
interface GrowingShard extends ShardFile {
  readonly number: number;
  rows: number;
  positions: number;
}

/** Rows of a batch that went to one shard. */
interface Piece {
  readonly shard: GrowingShard;
  /** Numbers of the first row of the batch, and of the one after the last. */
  readonly from: number;
  readonly to: number;
  /** Where they start in the shard. */
  readonly row: number;
  readonly position: number;
}

/**
 * Writes rows to shards and a journal of its own: no other writer touches these files, in this process or another.
 *
 * After a failure the writer must be closed, as nobody can say what of the last batch has reached the disk; another one can
 * take its place.
 */
export class StoreWriter {
  /** The shards that are open; rows go to the last. */
  #open: GrowingShard[] = [];
  #shards = 0;
  #journalBytes = 0;

  private constructor(
    private readonly store: StoreLayout,
    /** Names the writer's files: 16 hexadecimal digits. */
    readonly id: string,
    private readonly journal: FileHandle,
  ) {}

  /** Creates the store where it is not there yet, and a journal. */
  static async create(store: StoreLayout): Promise<StoreWriter> {
    await mkdir(store.directory, { recursive: true });
    const file = join(store.directory, 'store.json');
    // Written again where it is damaged: all in it follows from the options.
    const found = await readFile(file, 'utf8').catch(() => null);
    if (found !== store.description) await writeFileAtomically(file, store.description);
    const id = randomBytes(8).toString('hex');
    return new StoreWriter(store, id, await open(join(store.directory, `${id}.journal`), 'wx'));
  }

  /** Stores rows; they are on the disk when the promise resolves. */
  async write(rows: EncodedRows): Promise<void> {
    const pieces: Piece[] = [];
    for (let from = 0; from < rows.keys.length; ) {
      const piece = this.#fit(await this.#shardFor(rows.lengths.slice(from)), rows, from);
      await this.#writeTensors(piece, rows);
      pieces.push(piece);
      from = piece.to;
    }
    // First the values, then the lists of rows: what a list names is on the disk.
    for (const { shard } of pieces) await shard.handle.datasync();
    for (const piece of pieces) await writeRowTable(piece, rows);
    const lines = pieces.flatMap((piece) => entriesOf(piece, rows)).map(formatEntry);
    const text = Buffer.from(lines.join(''));
    await writeBytes(this.journal, text, this.#journalBytes);
    await this.journal.datasync();
    this.#journalBytes += text.length;
    await this.#checkNotDeleted(pieces);
    for (const full of this.#open.splice(0, this.#open.length - 1)) await full.handle.close();
  }

  /** Closes the files; those of a writer that stored nothing are removed. */
  async close(): Promise<void> {
    // The row tables of the last batch may still be in memory; the journal does not need them, Python does.
    await this.#open
      .at(-1)
      ?.handle.datasync()
      .catch(() => {});
    for (const { handle } of [...this.#open, { handle: this.journal }]) await handle.close().catch(() => {});
    this.#open = [];
    if (this.#journalBytes > 0) return;
    const names = Array.from({ length: this.#shards }, (_, index) => shardFileName(this.id, index + 1));
    for (const name of [`${this.id}.journal`, ...names]) {
      await rm(join(this.store.directory, name), { force: true }).catch(() => {});
    }
  }

  /** The current shard if the first of the rows fits in it, or a new one. */
  async #shardFor(lengths: readonly number[]): Promise<GrowingShard> {
    const current = this.#open.at(-1);
    if (current && hasRoom(this.store, current, lengths[0] as number)) return current;
    const layout = shardLayout(this.store, shardCapacity(this.store, this.#shards, lengths));
    const number = this.#shards + 1;
    const file = await createShard(this.store.directory, shardFileName(this.id, number), layout);
    const shard = { ...file, number, rows: 0, positions: 0 };
    this.#open.push(shard);
    this.#shards = number;
    await syncDirectory(this.store.directory);
    return shard;
  }

  /** Takes as many rows into the shard as fit. */
  #fit(shard: GrowingShard, { lengths }: EncodedRows, from: number): Piece {
    const { rows: row, positions: position } = shard;
    let to = from;
    while (to < lengths.length && hasRoom(this.store, shard, lengths[to] as number)) {
      shard.rows++;
      if (this.store.isRagged) shard.positions += lengths[to] as number;
      to++;
    }
    return { shard, from, to, row, position };
  }

  async #writeTensors({ shard, from, to, row, position }: Piece, rows: EncodedRows): Promise<void> {
    for (const [index, { isRagged, unitBytes }] of this.store.tensors.entries()) {
      const tensor = rows.tensors[index];
      const at = shard.layout.tensorsAt[index];
      if (!tensor || at === undefined) continue;
      const bytes = tensor.bytes.subarray(tensor.offsets[from], tensor.offsets[to]);
      await writeBytes(shard.handle, bytes, at + unitBytes * (isRagged ? position : row));
    }
  }

  /** A deleted file takes writes in silence until it is closed. */
  async #checkNotDeleted(pieces: readonly Piece[]): Promise<void> {
    for (const handle of [this.journal, ...pieces.map(({ shard }) => shard.handle)]) {
      if ((await handle.stat()).nlink > 0) continue;
      throw new DataError(
        `${this.store.directory}: expected the files of this store, which were deleted while it was in use.`,
      );
    }
  }
}

function hasRoom(store: StoreLayout, { layout, rows, positions }: GrowingShard, length: number): boolean {
  return rows < layout.rows && (!store.isRagged || positions + length <= layout.positions);
}

/** Fills the shard's own list of rows, keys last: a row that has a key is complete. */
async function writeRowTable(piece: Piece, { keys, lengths }: EncodedRows): Promise<void> {
  const { shard, from, to, row } = piece;
  const { handle, layout } = shard;
  if (layout.startsAt > 0) {
    const starts = entryStarts(piece, lengths);
    await writeBytes(handle, int64Bytes(starts), layout.startsAt + 8 * row);
    await writeBytes(handle, int64Bytes(lengths.slice(from, to)), layout.lengthsAt + 8 * row);
  }
  await writeBytes(
    handle,
    Buffer.from(keys.slice(from, to).join(''), 'hex'),
    layout.keysAt + KEY_BYTES * row,
  );
}

function entriesOf(piece: Piece, { keys, lengths, tensors }: EncodedRows): JournalEntry[] {
  const { shard, from, to, row } = piece;
  const starts = entryStarts(piece, lengths);
  return keys.slice(from, to).map((key, index) => ({
    key,
    shard: shard.number,
    row: row + index,
    start: starts[index] as number,
    length: lengths[from + index] as number,
    checksums: tensors.map(({ checksums }) => checksums[from + index] as number),
  }));
}

/** First position of each row of a piece; 0 where rows have no length axis. */
function entryStarts({ shard, from, to, position }: Piece, lengths: readonly number[]): number[] {
  let next = position;
  return lengths.slice(from, to).map((length) => {
    const start = next;
    if (shard.layout.startsAt > 0) next += length;
    return start;
  });
}

function int64Bytes(values: readonly number[]): Uint8Array {
  return new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
}
