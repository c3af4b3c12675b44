/**
 * What can happen to training checkpoints, made to happen: killed writers, two writers, flipped bytes, cut and lost files, a full
 * and a read-only file system, a disk that fails. No checkpoint may ever be loaded that differs from what was saved.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFile,
  cp,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  statfs,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { DataError, TrainingError } from '../../src/errors';
import type { CheckpointStore, LoadedCheckpoint } from '../../src/training/checkpoints/checkpoint';
import { moments } from '../support/moments';
import { canMount, mountSmallDisk } from '../support/mount-small-disk';
import { newFolder, openStore } from '../training/checkpoints/checkpoint-folder';
import { checkpointOf, dataOf } from '../training/checkpoints/made-up-checkpoint';
import { bundleSaver, spawnSaver } from '../training/checkpoints/spawn-saver';

/** Loads the newest checkpoint, which must be as it was saved. */
async function loadIntact(store: CheckpointStore, size?: number): Promise<LoadedCheckpoint> {
  const loaded = await store.latest();
  if (loaded === null) return expect.unreachable('no checkpoint');
  expect(dataOf(loaded)).toEqual(dataOf(checkpointOf(loaded.step, size)));
  return loaded;
}

/** A closed directory with checkpoints of steps 4 and 5, which share their best weights, or of 5 and 6, which do not. */
async function savedSteps(first: number, count = 2): Promise<string> {
  const folder = await newFolder();
  const store = await openStore(folder);
  for (let step = first; step < first + count; step++) await store.save(checkpointOf(step));
  await store.close();
  return folder;
}

describe('writers', () => {
  let scripts: string;
  let script: string;

  beforeAll(async () => {
    scripts = await mkdtemp(join(tmpdir(), 'saver-'));
    script = await bundleSaver(scripts);
  });
  afterAll(() => rm(scripts, { recursive: true }));

  test(`kill -9 at ${moments(40)} moments: the newest is whole, and training goes on from it`, {
    timeout: 180_000,
  }, async () => {
    const folder = await newFolder();
    // 0.4 MB, so that kills fall into writes, too.
    const size = 100_000;
    const seen = { temporaries: 0, wentOn: 0 };
    let last = 0;
    // On a slow disk few kills fall between the first write and the last.
    const isEnough = () => seen.temporaries >= moments(5) && seen.wentOn >= moments(15);
    for (let round = 0; round < moments(40) || (round < 150 && !isEnough()); round++) {
      // Spread over 150 ms by the golden ratio.
      const saver = spawnSaver(script, folder, { size, killAfter: ((round * 0.618) % 1) * 150 });
      const { lines, saved, code } = await saver.result;
      expect(code, lines.join()).toBeNull();
      // The saver itself has compared every bit of what it loaded.
      expect(lines[0]).toMatch(/^ready/);
      expect(Number(lines[0]?.slice(6))).toBe(last);
      const names = await readdir(folder);
      seen.temporaries += names.some((name) => name.endsWith('.tmp')) ? 1 : 0;
      const isRecord = (name: string) => name.endsWith('.json');
      const store = await openStore(folder);
      const { step, damaged } =
        last + saved > 0 || names.some(isRecord) ? await loadIntact(store, size) : { step: 0, damaged: [] };
      await store.close();
      expect(damaged).toEqual([]);
      expect(step).toBeGreaterThanOrEqual(Math.max(last, saved));
      // At most the one under way is newer than the last that was reported.
      expect(step).toBeLessThanOrEqual(Math.max(last, saved) + 1);
      if (step > last) seen.wentOn++;
      last = step;
    }
    expect(isEnough(), JSON.stringify(seen)).toBe(true);
    const store = await openStore(folder);
    await store.save(checkpointOf(last + 1, size));
    // Nothing is left of all those that were killed.
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect((await readdir(folder)).filter((name) => name.startsWith('step-'))).toHaveLength(4);
  });

  test('a second process is refused with the number of the first, and gets its turn', {
    timeout: 60_000,
  }, async () => {
    const folder = await newFolder();
    const first = spawnSaver(script, folder);
    await first.ready;
    const second = await spawnSaver(script, folder, { steps: 1 }).result;
    expect(second.code).toBe(1);
    expect(second.lines.join()).toMatch(new RegExp(`process ${first.pid} on ${hostname()} does, since 20`));
    const opening = openStore(folder);
    await expect(opening).rejects.toThrow(TrainingError);
    await expect(opening).rejects.toThrow(`process ${first.pid} on`);
    first.kill();
    const { saved } = await first.result;
    const third = await spawnSaver(script, folder, { steps: 1 }).result;
    expect([third.code, third.saved > saved]).toEqual([0, true]);
    // It ended well and left no lock.
    expect(await readdir(folder)).not.toContain('lock');
  });

  test('of several processes that find the lock of a dead one, one goes on', {
    timeout: 60_000,
  }, async () => {
    for (let round = 0; round < 5; round++) {
      const folder = await newFolder();
      await writeFile(join(folder, 'lock'), lockOf({ pid: spawnSync('true').pid }));
      const savers = Array.from({ length: 4 }, () => spawnSaver(script, folder, { size: 10 }));
      const refused = new Promise<void>((resolve) => {
        let count = 0;
        for (const { result } of savers) void result.then(() => ++count === 3 && resolve());
      });
      await refused;
      for (const { kill } of savers) kill();
      const results = await Promise.all(savers.map(({ result }) => result));
      expect(results.map(({ code }) => code).sort()).toEqual([1, 1, 1, null]);
      const winner = results.findIndex(({ code }) => code === null);
      for (const { lines } of results.filter(({ code }) => code === 1)) {
        expect(lines.join()).toContain(`process ${savers[winner]?.pid} on`);
      }
    }
  });

  function lockOf(changes: object): string {
    const read = (path: string) => execFileSync('cat', [path], { encoding: 'utf8' }).trim();
    const place = {
      host: hostname(),
      boot: process.platform === 'linux' ? read('/proc/sys/kernel/random/boot_id') : null,
      namespace:
        process.platform === 'linux'
          ? execFileSync('readlink', ['/proc/self/ns/pid'], { encoding: 'utf8' }).trim()
          : null,
      started: null,
    };
    return JSON.stringify({
      pid: process.pid,
      ...place,
      since: '2020-01-01T00:00:00.000Z',
      token: 'x',
      ...changes,
    });
  }

  test.skipIf(process.platform !== 'linux')(
    'a number that another process got since does not hold the lock',
    async () => {
      const folder = await newFolder();
      for (const changes of [{ started: '1' }, { boot: 'another start of the machine' }]) {
        await writeFile(join(folder, 'lock'), lockOf(changes));
        await (await openStore(folder)).close();
      }
    },
  );

  test.skipIf(process.platform !== 'linux')(
    'a process that was killed but not yet reaped holds no lock',
    async () => {
      const folder = await newFolder();
      // The second sleep takes the shell's place and does not wait for the first.
      const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 20']);
      onTestFinished(() => void parent.kill('SIGKILL'));
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      const pid = Number(line.toString());
      const state = async () => /\) (\w)/.exec(await readFile(`/proc/${pid}/stat`, 'utf8'))?.[1];
      await vi.waitFor(async () => expect(await state()).toBe('Z'));
      await writeFile(join(folder, 'lock'), lockOf({ pid }));
      await (await openStore(folder)).close();
    },
  );

  test('a lock of another machine counts until it is ten minutes old', async () => {
    const folder = await newFolder();
    const lock = join(folder, 'lock');
    for (const changes of [
      { host: 'far-away', pid: 4 },
      ...(process.platform === 'linux' ? [{ namespace: 'pid:[1]', pid: 4 }] : []),
    ]) {
      await writeFile(lock, lockOf(changes));
      await expect(openStore(folder)).rejects.toThrow(/process 4 on .*If it has ended, delete .*lock/);
      const old = new Date(Date.now() - 601_000);
      await utimes(lock, old, old);
      await (await openStore(folder)).close();
    }
  });

  test('a lock without content is left over after a moment', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'lock'), '');
    const started = performance.now();
    await (await openStore(folder)).close();
    expect(performance.now() - started).toBeGreaterThan(1000);
  });

  test('this process itself is refused a second time, until it closes', async () => {
    const folder = await newFolder();
    const store = await openStore(folder);
    await expect(openStore(folder)).rejects.toThrow(/this process itself does/);
    await store.close();
    await (await openStore(folder)).close();
  });

  test('a writer whose lock was taken writes no more; one whose directory is gone starts again', async () => {
    const folder = await newFolder();
    const store = await openStore(folder);
    await store.save(checkpointOf(1));
    const saver = spawnSaver(script, folder);
    expect((await saver.result).code).toBe(1);
    await rm(join(folder, 'lock'));
    const thief = spawnSaver(script, folder);
    await thief.ready;
    await expect(store.save(checkpointOf(10_000))).rejects.toThrow(`process ${thief.pid} on`);
    await expect(store.clear()).rejects.toThrow(`process ${thief.pid} on`);
    thief.kill();
    await thief.result;
    await rm(folder, { recursive: true });
    await store.save(checkpointOf(10_000));
    expect((await loadIntact(store)).step).toBe(10_000);
  });

  test('everything is on the disk before the next thing is done', async () => {
    const folder = await newFolder();
    const store = await openStore(folder, { keep: 1 });
    await store.save(checkpointOf(3));
    const calls = await recordCalls(async () => store.save(checkpointOf(6)));
    const tensors = ['sync file', 'sync directory'];
    // Best weights, tensors, JSON; and the directory again once the old one is gone.
    expect(calls).toEqual([...tensors, ...tensors, ...tensors, 'sync directory']);
    expect((await readdir(folder)).filter((name) => name.includes('3'))).toEqual([]);
  });

  async function recordCalls(work: () => Promise<void>): Promise<string[]> {
    const prototype = await handlePrototype();
    const works = prototype.sync as (...args: unknown[]) => Promise<void>;
    const calls: string[] = [];
    vi.spyOn(prototype, 'sync').mockImplementation(async function (this: typeof prototype) {
      calls.push(`sync ${(await this.stat()).isDirectory() ? 'directory' : 'file'}`);
      return works.call(this);
    });
    await work();
    vi.restoreAllMocks();
    return calls;
  }
});

async function handlePrototype() {
  const handle = await open(tmpdir());
  await handle.close();
  return Object.getPrototypeOf(handle) as typeof handle;
}

describe('damage', () => {
  async function flip(path: string, at: number, bit: number): Promise<void> {
    const bytes = await readFile(path);
    expect(at).toBeLessThan(bytes.length);
    bytes[at] = (bytes[at] as number) ^ (1 << bit);
    await writeFile(path, bytes);
  }

  const files = ['step-00000006.json', 'step-00000006.safetensors', 'best-00000006.safetensors'];

  test('a byte flipped anywhere in the newest: the one before is loaded, and the file is named', {
    timeout: 120_000,
  }, async () => {
    const folder = await savedSteps(5);
    const store = await openStore(folder);
    for (const name of files) {
      const path = join(folder, name);
      const { size } = await stat(path);
      for (let at = 0; at < size; at++) {
        await flip(path, at, at % 8);
        const { step, damaged } = await loadIntact(store);
        expect([step, damaged.map(({ file }) => file)], `${name} at ${at}`).toEqual([5, [path]]);
        expect(damaged[0]?.reason).toMatch(/\S/);
        await flip(path, at, at % 8);
      }
      expect((await loadIntact(store)).step).toBe(6);
    }
  });

  test('a file cut anywhere, or grown', { timeout: 120_000 }, async () => {
    const folder = await savedSteps(5);
    const store = await openStore(folder);
    for (const name of files) {
      const path = join(folder, name);
      const whole = await readFile(path);
      for (let length = 0; length < whole.length; length += 1 + (length % 3)) {
        await truncate(path, length);
        const { step, damaged } = await loadIntact(store);
        expect([step, damaged.map(({ file }) => file)], `${name} of ${length} bytes`).toEqual([5, [path]]);
        await writeFile(path, whole);
      }
      await writeFile(path, Buffer.concat([whole, Buffer.from('\n')]));
      expect((await loadIntact(store)).damaged.map(({ file }) => file)).toEqual([path]);
      await writeFile(path, Buffer.alloc(whole.length));
      expect((await loadIntact(store)).step).toBe(5);
      await writeFile(path, whole);
    }
  });

  test.each(files.slice(1))('%s lost', async (name) => {
    const folder = await savedSteps(5);
    await rm(join(folder, name));
    const { step, damaged } = await loadIntact(await openStore(folder));
    expect([step, damaged]).toEqual([5, [{ file: join(folder, name), reason: 'it is missing' }]]);
  });

  test('a checkpoint without its JSON file is none', async () => {
    const folder = await savedSteps(5);
    await rm(join(folder, files[0] as string));
    const store = await openStore(folder);
    expect(await loadIntact(store)).toMatchObject({ step: 5, damaged: [] });
    await store.save(checkpointOf(6));
    expect((await loadIntact(store)).step).toBe(6);
  });

  test('files of another checkpoint in its place', async () => {
    const folder = await savedSteps(5);
    const [record, tensors] = files.map((name) => join(folder, name)) as [string, string];
    const other = (path: string) => path.replace('00000006', '00000005');
    const store = await openStore(folder);
    const copies = [await readFile(record), await readFile(tensors)] as const;
    await copyFile(other(tensors), tensors);
    expect((await loadIntact(store)).step).toBe(5);
    await writeFile(tensors, copies[1]);
    await copyFile(other(record), record);
    expect((await loadIntact(store)).damaged).toEqual([
      { file: record, reason: 'it is of step 5: the file was renamed' },
    ]);
    await rm(record);
    await rename(other(record), record);
    await expect(store.latest()).rejects.toThrow(/all are damaged/);
    await writeFile(record, copies[0]);
    expect((await loadIntact(store)).step).toBe(6);
  });

  test('all damaged: an error names each, nothing is deleted, and a new run needs a decision', async () => {
    const folder = await savedSteps(4);
    const before = (await readdir(folder)).sort();
    // Both refer to these.
    const best = (await readdir(folder)).find((name) => name.startsWith('best')) as string;
    await truncate(join(folder, best), 10);
    const store = await openStore(folder);
    const loading = store.latest();
    await expect(loading).rejects.toThrow(DataError);
    await expect(loading).rejects.toThrow(
      /all are damaged: .*best-.*expected \d+ bytes, received 10; .*best-/,
    );
    expect((await readdir(folder)).filter((name) => name !== 'lock').sort()).toEqual(before);
    await store.clear();
    expect(await store.latest()).toBeNull();
  });

  test('after a damaged newest, training goes on, and its files stay until newer ones are there', async () => {
    const folder = await savedSteps(5);
    await flip(join(folder, 'step-00000006.safetensors'), 120, 1);
    const store = await openStore(folder);
    expect((await loadIntact(store)).step).toBe(5);
    // Steps 5 and 6 of a run that saves at other moments.
    await store.save(checkpointOf(7));
    expect((await loadIntact(store)).step).toBe(7);
    expect(await readdir(folder)).toContain('step-00000005.json');
    expect(await readdir(folder)).toContain('step-00000006.json');
    await store.save(checkpointOf(8));
    expect((await readdir(folder)).filter((name) => name.startsWith('step')).sort()).toEqual([
      'step-00000007.json',
      'step-00000007.safetensors',
      'step-00000008.json',
      'step-00000008.safetensors',
    ]);
  });

  test('the same step saved again over a damaged one, by its JSON file or by its tensors', async () => {
    for (const name of files.slice(0, 2)) {
      const folder = await savedSteps(5);
      await flip(join(folder, name), 100, 0);
      const store = await openStore(folder);
      expect((await loadIntact(store)).step).toBe(5);
      await store.save(checkpointOf(6));
      expect(await loadIntact(store)).toMatchObject({ step: 6, damaged: [] });
      await store.close();
    }
  });

  test('best weights under the same id as a damaged checkpoint are not taken over from it', async () => {
    const folder = await savedSteps(5);
    const path = join(folder, 'best-00000006.safetensors');
    const whole = await readFile(path);
    await writeFile(path, Buffer.alloc(whole.length, 1));
    const store = await openStore(folder);
    expect((await loadIntact(store)).step).toBe(5);
    await store.save(checkpointOf(6));
    expect((await loadIntact(store)).step).toBe(6);
  });
});

describe('the file system', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  const mounted = async (options: string) => mountSmallDisk(await newFolder(), options);

  test.skipIf(!canMount)('a full disk (skipped where mounting a tmpfs is not allowed)', async () => {
    const folder = await mounted('size=2m');
    const store = await openStore(folder);
    const size = 60_000;
    for (const step of [3, 4, 5]) await store.save(checkpointOf(step, size));
    const filler = join(folder, 'filler');
    const before = (await readdir(folder)).sort();
    // From room for nothing up to room for all but the JSON file.
    for (const free of [0, 20_000, 150_000, 240_000, 4096 * 60]) {
      const { bavail, bsize } = await statfs(folder);
      await writeFile(filler, new Uint8Array(Math.max(0, bavail * bsize - free)));
      const saving = store.save(checkpointOf(6, size));
      await expect(saving, `${free}`).rejects.toThrow(TrainingError);
      await expect(saving).rejects.toThrow(/step 6 was not saved: .*ENOSPC.*free space.*intact\.$/);
      expect((await loadIntact(store, size)).step).toBe(5);
      await rm(filler);
      expect((await readdir(folder)).sort()).toEqual(before);
    }
    await store.save(checkpointOf(6, size));
    expect((await loadIntact(store, size)).step).toBe(6);
    await store.close();

    // And opened when there is not even room for the lock.
    const { bavail, bsize } = await statfs(folder);
    await writeFile(filler, new Uint8Array(bavail * bsize));
    const late = await openStore(folder);
    expect((await loadIntact(late, size)).step).toBe(6);
    await expect(late.save(checkpointOf(7, size))).rejects.toThrow(/step 7 was not saved: .*ENOSPC/);
    await rm(filler);
    await late.save(checkpointOf(7, size));
    expect((await loadIntact(late, size)).step).toBe(7);
  });

  test.skipIf(!canMount)('a read-only file system (skipped likewise)', async () => {
    const folder = await mounted('size=2m');
    const writer = await openStore(folder);
    await writer.save(checkpointOf(3));
    execFileSync('mount', ['-o', 'remount,ro', folder]);
    await expect(writer.save(checkpointOf(4))).rejects.toThrow(/step 4 was not saved: .*EROFS.*intact/);
    await expect(writer.clear()).rejects.toThrow(/not all deleted: .*EROFS/);
    await writer.close();
    execFileSync('mount', ['-o', 'remount,rw', folder]);
    await rm(join(folder, 'lock'));
    execFileSync('mount', ['-o', 'remount,ro', folder]);
    const store = await openStore(folder);
    expect((await loadIntact(store)).step).toBe(3);
    await expect(store.save(checkpointOf(4))).rejects.toThrow(/step 4 was not saved: .*EROFS/);
    const opening = openStore(join(folder, 'new'));
    await expect(opening).rejects.toThrow(TrainingError);
    await expect(opening).rejects.toThrow(/cannot hold checkpoints: E(ROFS|NOENT)/);
  });

  test('a disk that fails to make things last, at each call', async () => {
    const folder = await newFolder();
    const store = await openStore(folder);
    await store.save(checkpointOf(3));
    await store.save(checkpointOf(4));
    const prototype = await handlePrototype();
    const works = prototype.sync as (...args: unknown[]) => Promise<void>;
    const broken = Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
    let step = 5;
    let failures = 0;
    for (let failing = 1; ; failing++) {
      let calls = 0;
      vi.spyOn(prototype, 'sync').mockImplementation(async function (this: unknown) {
        if (++calls === failing) throw broken;
        return works.apply(this);
      });
      const error = await store.save(checkpointOf(step)).catch((caught: unknown) => caught);
      vi.restoreAllMocks();
      const { damaged, step: newest } = await loadIntact(store);
      expect(damaged).toEqual([]);
      if (error instanceof Error) {
        failures++;
        expect(error).toBeInstanceOf(TrainingError);
        expect(error.message).toMatch(/EIO.*intact/);
        // The JSON file may have its name already, though nobody knows whether that lasts.
        expect([step - 1, step]).toContain(newest);
      } else expect(newest).toBe(step);
      step = newest + 1;
      if (calls < failing) break;
    }
    // File and directory, of tensors and of the JSON file; deleting the old ones may fail.
    expect(failures).toBeGreaterThanOrEqual(4);
    expect((await readdir(folder)).filter((name) => name.startsWith('step-'))).toHaveLength(4);
  });

  test('a disk that cannot read a file: it is damaged; a file that cannot be opened now is not', async () => {
    const folder = await savedSteps(5);
    const store = await openStore(folder);
    const prototype = await handlePrototype();
    const broken = Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
    vi.spyOn(prototype, 'read').mockRejectedValueOnce(broken);
    const { step, damaged } = await loadIntact(store);
    expect([step, damaged[0]?.reason]).toEqual([5, 'the disk cannot read it: EIO: i/o error']);
    vi.restoreAllMocks();
    expect((await loadIntact(store)).step).toBe(6);

    // A link to itself cannot be opened, as little as a file beyond the limit of open files.
    const copy = await newFolder();
    await cp(folder, copy, { recursive: true });
    await rm(join(copy, 'lock'));
    const path = join(copy, 'step-00000006.safetensors');
    await rm(path);
    execFileSync('ln', ['-s', 'step-00000006.safetensors', path]);
    const other = await openStore(copy);
    await expect(other.latest()).rejects.toThrow(DataError);
    await expect(other.latest()).rejects.toThrow(/step-00000006\.safetensors: cannot be read: ELOOP/);
  });
});
