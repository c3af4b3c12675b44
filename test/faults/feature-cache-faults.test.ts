/**
 * What can happen to a feature store, made to happen: killed writers, several writers, flipped bytes, lost files, a full and a
 * read-only file system, a disk that fails. No row may ever be read that differs from what was stored.
 */
import { execFileSync } from 'node:child_process';
import {
  appendFile,
  cp,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { mapConcurrently } from '../../src/concurrency';
import { DataError } from '../../src/errors';
import { openSafetensors } from '../../src/files/safetensors';
import type { FeatureStore } from '../../src/models/extractors/feature-cache/feature-store';
import { isRow, keyOf, rowsOf } from '../models/extractors/feature-cache/made-up-rows';
import { bundleWriter, spawnWriter } from '../models/extractors/feature-cache/spawn-writer';
import { filesEndingIn, newFolder, openStore } from '../models/extractors/feature-cache/store-folder';
import { moments } from '../support/moments';
import { canMount, mountSmallDisk } from '../support/mount-small-disk';

/** Numbers of the rows that are there; fails for one that is there with other values. */
async function intactRows(store: FeatureStore, from: number, to: number): Promise<number[]> {
  const rows = await store.readMany(rowsOf(from, to).map(({ key }) => key));
  const found = rows.flatMap((row, index) => (row === null ? [] : [index + from]));
  expect(found.filter((index) => !isRow(index, rows[index - from] ?? null))).toEqual([]);
  return found;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

async function expectReadableShards(directory: string): Promise<number> {
  const shards = await filesEndingIn(directory, '.safetensors');
  for (const shard of shards) await (await openSafetensors(join(directory, shard))).close();
  if (process.env.REFERENCE_PYTHON) {
    const script = resolve(import.meta.dirname, '../../tools/reference/safetensors_files.py');
    execFileSync(process.env.REFERENCE_PYTHON, [script, '--store', directory], { maxBuffer: 2 ** 28 });
  }
  return shards.length;
}

describe('writers', () => {
  const ROWS_OF_A_WRITER = 100_000;
  const BATCH = 16;
  let scripts: string;
  let script: string;

  beforeAll(async () => {
    scripts = await mkdtemp(join(tmpdir(), 'feature-writer-'));
    script = await bundleWriter(scripts);
  });
  afterAll(() => rm(scripts, { recursive: true }));

  test(`kill -9 at ${moments(50)} moments loses at most the batch under way`, {
    timeout: 180_000,
  }, async () => {
    const folder = await newFolder();
    const write = async (writer: number) => {
      const from = writer * ROWS_OF_A_WRITER;
      // Spread over 120 ms by the golden ratio. Small shards, so that many are created.
      const killAfter = ((writer * 0.618) % 1) * 120;
      const options = { from, to: from + ROWS_OF_A_WRITER, batch: BATCH, shardBytes: 40_000, killAfter };
      return { from, ...(await spawnWriter(script, folder, options)) };
    };
    const writers: Awaited<ReturnType<typeof write>>[] = [];
    // On a busy machine a writer gets to few shards, and some to none, before it is killed: then there are more writers.
    const isEnough = async () =>
      writers.filter(({ from, next }) => next > from).length > moments(20) &&
      (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.safetensors')).length >
        moments(50);
    while (writers.length < moments(50) || (writers.length < 150 && !(await isEnough()))) {
      writers.push(...(await mapConcurrently(range(writers.length, writers.length + 10), 3, write)));
    }
    expect(writers.map(({ code }) => code)).toEqual(writers.map(() => null));

    const store = await openStore(folder);
    let stored = 0;
    for (const { from, next } of writers) {
      const found = await intactRows(store, from, next + 2 * BATCH);
      expect(found.slice(0, next - from)).toEqual(range(from, next));
      expect(found.length - (next - from)).toBeLessThanOrEqual(BATCH);
      stored += found.length;
    }
    expect(stored).toBe(store.size);
    expect(store.damaged).toBe(0);
    expect(writers.filter(({ from, next }) => next > from).length).toBeGreaterThan(moments(20));
    expect(await expectReadableShards(store.directory)).toBeGreaterThan(moments(50));
    // And the store goes on.
    const after = ROWS_OF_A_WRITER * writers.length;
    await store.append(rowsOf(after, after + 9));
    expect(await intactRows(store, after, after + 9)).toHaveLength(9);
  });

  test.each([2, 4])('%i processes at once, with common rows', { timeout: 120_000 }, async (count) => {
    const folder = await newFolder();
    const reader = await openStore(folder);
    let running = true;
    const writing = mapConcurrently(range(0, count), count, (writer) =>
      spawnWriter(script, folder, {
        from: writer * 150,
        to: writer * 150 + 300,
        batch: 7,
        shardBytes: 100_000,
      }),
    ).finally(() => {
      running = false;
    });
    const total = count * 150 + 150;
    const sizes: number[] = [];
    while (running) {
      await reader.refresh();
      sizes.push((await intactRows(reader, 0, total)).length);
      await new Promise((done) => setTimeout(done, 5));
    }
    expect((await writing).map(({ code }) => code)).toEqual(range(0, count).map(() => 0));
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
    await reader.refresh();
    expect(await intactRows(reader, 0, total)).toEqual(range(0, total));
    expect([reader.size, reader.damaged]).toEqual([total, 0]);
    expect(await filesEndingIn(reader.directory, '.journal')).toHaveLength(count);
    await expectReadableShards(reader.directory);
  });

  test('values are on the disk before a list or the journal names them', async () => {
    const folder = await newFolder();
    const store = await openStore(folder);
    await store.append(rowsOf(0, 3));
    const handle = await open(join(folder, 'any'), 'w');
    const prototype = Object.getPrototypeOf(handle) as typeof handle;
    await handle.close();
    const calls: [operation: string, handle: unknown][] = [];
    for (const operation of ['write', 'datasync'] as const) {
      const works = prototype[operation] as (...args: unknown[]) => Promise<unknown>;
      vi.spyOn(prototype, operation).mockImplementation(function (this: unknown, ...args: unknown[]) {
        calls.push([operation, this]);
        return works.apply(this, args);
      } as never);
    }
    await store.append(rowsOf(3, 9));
    vi.restoreAllMocks();
    const journal = calls.at(-1)?.[1];
    expect(
      calls.map(([operation, file]) => `${operation} ${file === journal ? 'journal' : 'shard'}`),
    ).toEqual([
      'write shard',
      'write shard',
      'datasync shard',
      'write shard',
      'write shard',
      'write shard',
      'write journal',
      'datasync journal',
    ]);
  });

  test('an entry that is torn, or still being written, is no entry', async () => {
    const folder = await newFolder();
    const writer = await openStore(folder);
    await writer.append(rowsOf(0, 3));
    const journal = join(writer.directory, (await filesEndingIn(writer.directory, '.journal'))[0] as string);
    const whole = await readFile(journal);
    const lastLine = whole.lastIndexOf('\n', whole.length - 2) + 1;
    for (const end of [lastLine, lastLine + 1, lastLine + 20, whole.length - 1]) {
      await writeFile(journal, whole.subarray(0, end));
      const reader = await openStore(folder);
      expect([await intactRows(reader, 0, 3), reader.damaged]).toEqual([[0, 1], 0]);
      await appendFile(journal, whole.subarray(end));
      await reader.refresh();
      expect([await intactRows(reader, 0, 3), reader.damaged]).toEqual([[0, 1, 2], 0]);
    }
  });
});

describe('damage', () => {
  const ROWS = 24;

  /** A closed store of two shards. */
  async function storedRows(): Promise<{ folder: string; directory: string }> {
    const folder = await newFolder();
    const store = await openStore(folder, { shardBytes: 9000 });
    await store.append(rowsOf(0, ROWS));
    await store.close();
    expect(await filesEndingIn(store.directory, '.safetensors')).toHaveLength(2);
    return { folder, directory: store.directory };
  }

  async function flip(path: string, at: number, bit: number): Promise<void> {
    const handle = await open(path, 'r+');
    const byte = Buffer.alloc(1);
    await handle.read(byte, 0, 1, at);
    byte[0] = (byte[0] as number) ^ (1 << bit);
    await handle.write(byte, 0, 1, at);
    await handle.close();
  }

  /** Appends what is missing and expects all rows to be there, for this reader and a new one. */
  async function repair(folder: string, store: FeatureStore): Promise<void> {
    const found = new Set(await intactRows(store, 0, ROWS));
    await store.append(rowsOf(0, ROWS).filter((_, index) => !found.has(index)));
    expect(await intactRows(store, 0, ROWS)).toEqual(range(0, ROWS));
    await store.close();
    expect(await intactRows(await openStore(folder), 0, ROWS)).toEqual(range(0, ROWS));
  }

  test('a byte flipped anywhere is found, costs the rows it hits, and they can be stored again', async () => {
    const { folder, directory } = await storedRows();
    const files = ['.safetensors', '.journal', 'store.json'];
    const names = (await Promise.all(files.map((ending) => filesEndingIn(directory, ending)))).flat();
    let lost = 0;
    for (const name of names) {
      const path = join(directory, name);
      const { size } = await stat(path);
      for (let trial = 0; trial < 60; trial++) {
        const at = Math.floor(((trial * 0.618034 + 0.1) % 1) * size);
        await flip(path, at, trial % 8);
        const store = await openStore(folder);
        const found = await intactRows(store, 0, ROWS);
        if (found.length < ROWS) {
          lost++;
          expect(store.damaged).toBeGreaterThanOrEqual(1);
          expect(store.problems.join()).toContain(name.slice(0, 16));
        } else expect(store.damaged).toBe(0);
        await store.close();
        if (trial % 20 === 0) {
          const copy = await newFolder();
          await cp(directory, join(copy, basename(directory)), { recursive: true });
          await repair(copy, await openStore(copy));
        }
        await flip(path, at, trial % 8);
      }
    }
    // All but those in unused room, in the rows' own lists for Python, and in store.json.
    expect(lost).toBeGreaterThan(100);
    expect(await intactRows(await openStore(folder), 0, ROWS)).toEqual(range(0, ROWS));
  });

  test('each byte of values and of the journal costs one row', async () => {
    const { folder, directory } = await storedRows();
    const [shard] = await filesEndingIn(directory, '.safetensors');
    const [journal] = await filesEndingIn(directory, '.journal');
    const file = await openSafetensors(join(directory, shard as string));
    await file.close();
    const { size } = await stat(join(directory, shard as string));
    const dataStart =
      size - Math.max(...Object.values(file.tensors).map(({ dataOffsets }) => dataOffsets[1]));
    const firstToken = dataStart + (file.tensors.tokens?.dataOffsets[0] ?? 0);
    const firstPooled = dataStart + (file.tensors.pooled?.dataOffsets[0] ?? 0);
    for (let at = 0; at < 46; at++) {
      for (const [name, position] of [
        [shard, firstToken + at],
        [shard, firstPooled + at],
        [journal, at],
      ] as const) {
        const path = join(directory, name as string);
        await flip(path, position, at % 8);
        const store = await openStore(folder);
        expect(await intactRows(store, 0, ROWS)).toEqual(range(1, ROWS));
        expect(store.damaged).toBe(1);
        await store.close();
        await flip(path, position, at % 8);
      }
    }
  });

  test('a row that is damaged while the store is open is appended anew, and wins', async () => {
    const { folder, directory } = await storedRows();
    const store = await openStore(folder);
    for (const shard of await filesEndingIn(directory, '.safetensors')) {
      const path = join(directory, shard);
      await writeFile(path, new Uint8Array((await stat(path)).size).fill(1), { flag: 'r+' });
    }
    expect(await intactRows(store, 0, ROWS)).toEqual([]);
    expect([store.size, store.damaged, store.problems.length]).toEqual([0, ROWS, 20]);
    await store.append(rowsOf(0, ROWS));
    expect(await intactRows(store, 0, ROWS)).toEqual(range(0, ROWS));
    expect(await intactRows(await openStore(folder), 0, ROWS)).toEqual(range(0, ROWS));
  });

  test.each<[string, (shard: string, journal: string) => Promise<unknown>]>([
    ['a shard cut short', (shard) => truncate(shard, 5000)],
    ['an empty shard', (shard) => truncate(shard, 0)],
    ['a deleted shard', (shard) => rm(shard)],
    ['a shard that is another file', (shard) => writeFile(shard, 'not mine')],
    ['a deleted journal', (_, journal) => rm(journal)],
    ['an empty journal', (_, journal) => truncate(journal, 0)],
    ['a journal of something else', (_, journal) => writeFile(journal, `${'x\n'.repeat(99)}`)],
    [
      'a journal of random bytes',
      (_, journal) => writeFile(journal, Buffer.from(range(0, 5000).map((byte) => byte * 7))),
    ],
  ])('%s', async (_, harm) => {
    const { folder, directory } = await storedRows();
    const [shard] = await filesEndingIn(directory, '.safetensors');
    const [journal] = await filesEndingIn(directory, '.journal');
    await harm(join(directory, shard as string), join(directory, journal as string));
    const store = await openStore(folder);
    const left = await intactRows(store, 0, ROWS);
    expect(left.length).toBeLessThan(ROWS);
    expect(left.every((index) => store.has(keyOf(index)))).toBe(true);
    expect(store.size).toBe(left.length);
    await repair(folder, store);
  });

  test('foreign files in the directory are left alone', async () => {
    const { folder, directory } = await storedRows();
    await writeFile(join(directory, 'notes.txt'), 'mine');
    await writeFile(join(directory, 'not-hexadecimal!.journal'), 'x\n');
    await writeFile(join(directory, `.${'0'.repeat(16)}-0001.safetensors.tmp`), 'left by a killed writer');
    await mkdir(join(directory, `${'0'.repeat(16)}.journal`));
    const store = await openStore(folder);
    expect(await intactRows(store, 0, ROWS)).toEqual(range(0, ROWS));
    expect(store.damaged).toBe(0);
    expect(await readFile(join(directory, 'notes.txt'), 'utf8')).toBe('mine');
  });

  test("another store's files are not taken for its own", async () => {
    const { folder, directory } = await storedRows();
    const other = await openStore(folder, { config: { model: 'another' } });
    await cp(directory, other.directory, { recursive: true });
    await other.refresh();
    expect(await intactRows(other, 0, ROWS)).toEqual([]);
    expect([other.size, other.damaged]).toEqual([0, ROWS]);
    expect(other.problems[0]).toMatch(/expected the header of a shard of this store/);
    // store.json was copied, too, and is put right.
    await other.append(rowsOf(0, 2));
    expect(await readFile(join(other.directory, 'store.json'), 'utf8')).toContain('"another"');
    expect(await intactRows(await openStore(folder, { config: { model: 'another' } }), 0, ROWS)).toEqual([
      0, 1,
    ]);
  });
});

describe('the file system', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  const mounted = async (options: string) => mountSmallDisk(await newFolder(), options);

  async function appendUntilItFails(store: FeatureStore): Promise<{ error: unknown; stored: number }> {
    for (let next = 0; next < 1_000_000; next += 50) {
      try {
        await store.append(rowsOf(next, next + 50));
      } catch (error) {
        return { error, stored: next };
      }
    }
    return expect.unreachable('the file system never filled up');
  }

  test.skipIf(!canMount)('a full disk (skipped where mounting a tmpfs is not allowed)', async () => {
    const folder = await mounted('size=2m');
    await writeFile(join(folder, 'filler'), new Uint8Array(600_000));
    const store = await openStore(folder, { shardBytes: 150_000 });
    const { error, stored } = await appendUntilItFails(store);
    expect(error).toBeInstanceOf(DataError);
    expect((error as Error).message).toMatch(/could not store 50 rows.*ENOSPC.*intact.*Free space/);
    expect(stored).toBeGreaterThan(1000);
    expect(await intactRows(store, 0, stored + 50)).toEqual(range(0, stored));
    await expect(store.append(rowsOf(stored, stored + 50))).rejects.toThrow(DataError);
    const other = await openStore(folder);
    expect((await intactRows(other, 0, stored + 50)).slice(0, stored)).toEqual(range(0, stored));
    expect(other.damaged).toBe(0);
    await expect(other.append(rowsOf(9e6, 9e6 + 50))).rejects.toThrow(/ENOSPC/);

    await rm(join(folder, 'filler'));
    await store.append(rowsOf(stored, stored + 100));
    expect(await intactRows(store, 0, stored + 200)).toEqual(range(0, stored + 100));
    await expectReadableShards(store.directory);
  });

  test.skipIf(!canMount)('a disk that is full from the start (skipped likewise)', async () => {
    const folder = await mounted('size=64k');
    await writeFile(join(folder, 'filler'), new Uint8Array(65_536)).catch(() => {});
    const store = await openStore(folder);
    await expect(store.append(rowsOf(0, 5))).rejects.toThrow(DataError);
    await expect(store.append(rowsOf(0, 5))).rejects.toThrow(/ENOSPC|no space/i);
    expect(store.size).toBe(0);
    await rm(join(folder, 'filler'));
    await store.append(rowsOf(0, 5));
    expect(await intactRows(store, 0, 5)).toHaveLength(5);
    expect(await filesEndingIn(store.directory, '.journal')).toHaveLength(1);
  });

  test.skipIf(!canMount)('a read-only file system (skipped likewise)', async () => {
    const folder = await mounted('size=2m');
    const writer = await openStore(folder);
    await writer.append(rowsOf(0, 5));
    await writer.close();
    execFileSync('mount', ['-o', 'remount,ro', folder]);
    const store = await openStore(folder);
    expect(await intactRows(store, 0, 5)).toHaveLength(5);
    await store.append(rowsOf(0, 5));
    await expect(store.append(rowsOf(5, 6))).rejects.toThrow(/could not store 1 rows.*EROFS/);
    const fresh = await openStore(folder, { name: 'new' });
    await expect(fresh.append(rowsOf(0, 1))).rejects.toThrow(DataError);
  });

  test('a file in the place of the directory', async () => {
    const folder = await newFolder();
    const path = join(folder, 'cache');
    await writeFile(path, '');
    const error = await openStore(path).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(DataError);
    expect((error as Error).message).toMatch(/cache.*cannot be read: ENOTDIR/);
  });

  test.each(['datasync', 'sync', 'write', 'truncate'] as const)(
    'a disk that fails in %s',
    async (operation) => {
      const folder = await newFolder();
      const store = await openStore(folder, { shardBytes: 5000 });
      await store.append(rowsOf(0, 5));
      const handle = await open(join(folder, 'any'), 'w');
      const prototype = Object.getPrototypeOf(handle) as typeof handle;
      await handle.close();
      const broken = Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
      const works = prototype[operation] as (...args: unknown[]) => Promise<unknown>;
      // At the first, second, third, ... call, until an append gets through.
      for (let failing = 1; ; failing++) {
        let calls = 0;
        vi.spyOn(prototype, operation).mockImplementation(function (this: unknown, ...args: unknown[]) {
          return ++calls === failing ? Promise.reject(broken) : works.apply(this, args);
        } as never);
        const from = failing * 100;
        const error = await store.append(rowsOf(from, from + 9)).catch((caught: unknown) => caught);
        vi.restoreAllMocks();
        if (error === undefined) {
          expect(failing).toBeGreaterThan(1);
          expect(await intactRows(store, from, from + 9)).toHaveLength(9);
          break;
        }
        expect(error).toBeInstanceOf(DataError);
        expect((error as Error).message).toMatch(/EIO.*intact/);
        expect(await intactRows(store, 0, 5)).toHaveLength(5);
        const again = await openStore(folder);
        expect(await intactRows(again, 0, 5)).toHaveLength(5);
        await intactRows(again, from, from + 9);
        expect(again.damaged).toBe(0);
        await store.append(rowsOf(from + 50, from + 52));
        expect(await intactRows(store, from + 50, from + 52)).toHaveLength(2);
      }
      await expectReadableShards(store.directory);
    },
  );

  test('a disk that cannot read a row: the row is absent', async () => {
    const folder = await newFolder();
    const store = await openStore(folder);
    await store.append(rowsOf(0, 3));
    const handle = await open(join(folder, 'any'), 'w');
    const prototype = Object.getPrototypeOf(handle) as typeof handle;
    await handle.close();
    vi.spyOn(prototype, 'read').mockRejectedValueOnce(
      Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }),
    );
    expect(await store.read(keyOf(1))).toBeNull();
    expect([store.has(keyOf(1)), store.damaged]).toEqual([false, 1]);
    expect(store.problems[0]).toMatch(/row 1 cannot be read from the disk/);
    await store.append(rowsOf(1, 2));
    expect(await intactRows(store, 0, 3)).toEqual([0, 1, 2]);
  });

  test('too many open files is an error, not damage', async () => {
    const folder = await newFolder();
    const writer = await openStore(folder);
    await writer.append(rowsOf(0, 3));
    const shard = (await filesEndingIn(writer.directory, '.safetensors'))[0] as string;
    // A link to itself cannot be opened, as little as a file beyond the limit of open files.
    const path = join(writer.directory, shard);
    await rename(path, `${path}.away`);
    execFileSync('ln', ['-s', shard, path]);
    const error = await openStore(folder).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(DataError);
    expect((error as Error).message).toMatch(/cannot be read: ELOOP/);
  });

  test('a store deleted while it is open', async () => {
    const folder = await newFolder();
    const store = await openStore(folder);
    await store.append(rowsOf(0, 3));
    await rm(store.directory, { recursive: true });
    await expect(store.append(rowsOf(3, 6))).rejects.toThrow(/deleted while it was in use/);
    // The next append starts again.
    await store.append(rowsOf(3, 6));
    expect(await intactRows(await openStore(folder), 0, 9)).toEqual([3, 4, 5]);
  });
});
