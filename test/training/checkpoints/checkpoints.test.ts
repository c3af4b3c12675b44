import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DataError, OptionError, ShapeError, TrainingError } from '../../../src/errors';
import type { Checkpoint } from '../../../src/training/checkpoints/checkpoint';
import { openCheckpoints } from '../../../src/training/checkpoints/open-checkpoints';
import { newFolder, openStore } from './checkpoint-folder';
import { checkpointOf, dataOf } from './made-up-checkpoint';

const names = async (directory: string) => (await readdir(directory)).sort();

describe('openCheckpoints', () => {
  test('what is saved comes back bit for bit, for another process too', async () => {
    const folder = await newFolder();
    const store = await openStore(folder);
    expect(await store.latest()).toBeNull();
    await store.save(checkpointOf(123));
    const loaded = await store.latest();
    expect(dataOf(loaded as Checkpoint)).toEqual(dataOf(checkpointOf(123)));
    expect(loaded?.damaged).toEqual([]);
    await store.close();
    expect(await names(folder)).toEqual([
      'best-00000123.safetensors',
      'step-00000123.json',
      'step-00000123.safetensors',
    ]);
    const again = await openStore(folder);
    expect(dataOf((await again.latest()) as Checkpoint)).toEqual(dataOf(checkpointOf(123)));
  });

  test('numbers of the state are exact: subnormals, negative zero, the largest, names of any kind', async () => {
    const store = await openStore(await newFolder());
    const numbers = [
      0.1,
      1 / 3,
      5e-324,
      Number.MAX_VALUE,
      Number.MIN_SAFE_INTEGER,
      1e21,
      -0,
      123456789.12345679,
    ];
    for (let index = 0; index < 500; index++) {
      const bits = BigUint64Array.of((BigInt(index) * 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn);
      const [value = 0] = new Float64Array(bits.buffer);
      if (Number.isFinite(value)) numbers.push(value);
    }
    const state = { numbers, 'a "name"\n\ud800': null, nested: [{ yes: true }, []], ['__proto__']: 'own' };
    await store.save({ step: 0, config: {}, state, tensors: {} });
    const loaded = await store.latest();
    const back = (loaded as Checkpoint).state.numbers as number[];
    expect(back.every((value, at) => Object.is(value, numbers[at]))).toBe(true);
    expect(back).toHaveLength(numbers.length);
    expect(Object.entries(loaded?.state ?? {})).toEqual(Object.entries(state));
  });

  test('NaN weights, views of larger buffers and odd names survive', async () => {
    const store = await openStore(await newFolder());
    const bits = new Uint32Array([0x7fc00001, 0xff800000, 0x80000000, 1]);
    const data = new Float32Array(bits.buffer).subarray(0, 3);
    const tensors = {
      'a/b:0': { shape: [3], data },
      empty: { shape: [0, 5], data: new Float32Array(0) },
      ['__proto__']: { shape: [1], data: Uint8Array.of(1, 2).subarray(1) },
    };
    await store.save({ step: 1, config: {}, state: {}, tensors });
    const loaded = await store.latest();
    const back = loaded?.tensors['a/b:0']?.data ?? new Float32Array(0);
    expect([...new Uint32Array(back.buffer)]).toEqual([...bits.subarray(0, 3)]);
    expect(loaded?.tensors.empty).toEqual({ shape: [0, 5], data: new Float32Array(0) });
    expect(Object.keys(loaded?.tensors ?? {}).sort()).toEqual(['__proto__', 'a/b:0', 'empty']);
  });

  test.each<[string, Partial<Record<keyof Checkpoint, unknown>>, RegExp]>([
    [
      'NaN in the state',
      { state: { log: [{ loss: Number.NaN }] } },
      /^state\.log\[0\]\.loss: .*received NaN/,
    ],
    ['Infinity in the config', { config: { rate: Number.POSITIVE_INFINITY } }, /^config\.rate: .*Infinity/],
    [
      'a typed array in the state',
      { state: { moments: new Float32Array(2) } },
      /moments: .*Float32Array.*tensors/,
    ],
    ['a Map', { state: { map: new Map() } }, /object of Map/],
    ['a big integer', { state: { seed: 7n } }, /bigint/],
    ['nothing in a list', { state: { list: [undefined] } }, /list\[0\]/],
    ['a step of 1.5', { step: 1.5 }, /^step: .*1\.5/],
    ['a negative step', { step: -1 }, /^step/],
    ['a plain list of weights', { tensors: { w: { shape: [1], data: [1] } } }, /tensor "w".*Array/],
    [
      'float64 weights',
      { tensors: { w: { shape: [1], data: new Float64Array(1) } } },
      /tensor "w".*Float64Array/,
    ],
    [
      'a reserved name',
      { tensors: { __metadata__: { shape: [1], data: new Float32Array(1) } } },
      /__metadata__/,
    ],
    ['a best without id', { best: { tensors: {} } }, /best\.id/],
  ])('%s is refused, and nothing is written', async (_, part, message) => {
    const folder = await newFolder();
    const store = await openStore(folder);
    const saving = store.save({ step: 1, config: {}, state: {}, tensors: {}, ...part } as Checkpoint);
    await expect(saving).rejects.toThrow(OptionError);
    await expect(saving).rejects.toThrow(message);
    expect(await names(folder)).toEqual(['lock']);
  });

  test('a cycle, and values that do not fit their shape', async () => {
    const store = await openStore(await newFolder());
    const state: Record<string, unknown> = {};
    state.state = state;
    await expect(store.save({ ...checkpointOf(1), state: state as never })).rejects.toThrow(
      /64 levels, or a cycle/,
    );
    const tensors = { w: { shape: [2, 3], data: new Float32Array(5) } };
    await expect(store.save({ ...checkpointOf(1), tensors })).rejects.toThrow(ShapeError);
    await expect(store.save({ ...checkpointOf(1), tensors })).rejects.toThrow(
      'expected 6 values for shape [2, 3], received 5',
    );
  });

  test('the newest are kept, and best weights as long as one of them refers to them', async () => {
    const folder = await newFolder();
    const store = await openStore(folder, { keep: 2 });
    const written: (string | undefined)[] = [];
    for (let step = 3; step <= 9; step++) {
      await store.save(checkpointOf(step));
      written.push((await names(folder)).filter((name) => name.startsWith('best')).join());
    }
    const best = (step: number) => `best-0000000${step}.safetensors`;
    expect(written).toEqual([
      best(3),
      best(3),
      best(3),
      `${best(3)},${best(6)}`,
      best(6),
      best(6),
      `${best(6)},${best(9)}`,
    ]);
    expect(await names(folder)).toEqual([
      best(6),
      best(9),
      'lock',
      'step-00000008.json',
      'step-00000008.safetensors',
      'step-00000009.json',
      'step-00000009.safetensors',
    ]);
    const { config, state, tensors } = checkpointOf(10);
    const withoutBest = { step: 10, config, state, tensors };
    await store.save(withoutBest);
    await store.save({ ...withoutBest, step: 11 });
    expect((await names(folder)).filter((name) => name.startsWith('best'))).toEqual([]);
    expect((await store.latest())?.best).toBeUndefined();
  });

  test('best weights are written once for an id, by the store that goes on too', async () => {
    const folder = await newFolder();
    const store = await openStore(folder);
    await store.save(checkpointOf(3));
    const file = join(folder, 'best-00000003.safetensors');
    const { ino } = await stat(file);
    await store.save(checkpointOf(4));
    expect((await stat(file)).ino).toBe(ino);
    await store.close();
    const next = await openStore(folder);
    await next.latest();
    await next.save(checkpointOf(5));
    expect((await names(folder)).filter((name) => name.startsWith('best'))).toEqual([
      'best-00000003.safetensors',
    ]);
    expect((await stat(file)).ino).toBe(ino);
    // A file that went away is written again.
    await rm(file);
    await next.save({ ...checkpointOf(5), step: 6 });
    expect(dataOf((await next.latest()) as Checkpoint)).toMatchObject({ step: 6, best: { id: 'step-3' } });
    await next.close();
    // A store that loaded nothing cannot know whether an id names the same weights as one on the disk.
    const fresh = await openStore(folder);
    const other = { id: 'step-3', tensors: { kernel: { shape: [1], data: Float32Array.of(42) } } };
    await fresh.save({ ...checkpointOf(7), best: other });
    expect((await fresh.latest())?.best).toEqual(other);
  });

  test('the same step again replaces it; an earlier one is refused', async () => {
    const folder = await newFolder();
    const store = await openStore(folder);
    await store.save(checkpointOf(4));
    await store.save(checkpointOf(5));
    await store.save({ ...checkpointOf(5), state: { second: true } });
    expect((await store.latest())?.state).toEqual({ second: true });
    expect((await names(folder)).filter((name) => name.startsWith('step'))).toEqual([
      'step-00000004.json',
      'step-00000004.safetensors',
      'step-00000005.1.safetensors',
      'step-00000005.json',
    ]);
    await expect(store.save(checkpointOf(4))).rejects.toThrow(/a step after 5.*received 4\. Resume/);
    expect((await store.latest())?.step).toBe(5);
  });

  test('calls follow each other, and none is taken after close', async () => {
    const store = await openStore(await newFolder());
    const calls = [store.save(checkpointOf(1)), store.save(checkpointOf(2)), store.latest(), store.close()];
    const [, , loaded] = await Promise.all(calls);
    expect((loaded as Checkpoint).step).toBe(2);
    await expect(store.latest()).rejects.toThrow(/after close/);
    await expect(store.save(checkpointOf(3))).rejects.toThrow(TrainingError);
    await store.close();
  });

  test('the state may be changed as soon as save has been called', async () => {
    const store = await openStore(await newFolder());
    const state = { epoch: 1 };
    const saving = store.save({ ...checkpointOf(1), state });
    state.epoch = 2;
    await saving;
    expect((await store.latest())?.state).toEqual({ epoch: 1 });
  });

  test('clear removes all checkpoints and nothing else', async () => {
    const folder = await newFolder();
    const store = await openStore(folder);
    await writeFile(join(folder, 'notes.txt'), 'mine');
    await writeFile(join(folder, 'step-1.json'), 'mine, too');
    for (const step of [1, 2, 3]) await store.save(checkpointOf(step));
    await writeFile(join(folder, 'step-00000002.json'), 'damaged');
    await store.clear();
    expect(await names(folder)).toEqual(['lock', 'notes.txt', 'step-1.json']);
    expect(await store.latest()).toBeNull();
    await store.save(checkpointOf(1));
    expect((await store.latest())?.step).toBe(1);
  });

  test('steps beyond eight digits are ordered as numbers', async () => {
    const store = await openStore(await newFolder());
    await store.save(checkpointOf(99_999_999));
    await store.save(checkpointOf(100_000_000));
    expect((await store.latest())?.step).toBe(100_000_000);
  });

  test('leftovers of killed writers go at open; a newer format is named', async () => {
    const folder = await newFolder();
    const first = await openStore(folder);
    await first.save(checkpointOf(1));
    await first.close();
    const id = '01234567-89ab-cdef-0123-456789abcdef';
    for (const name of [
      'step-00000002.safetensors',
      'best-00000002.1.safetensors',
      'step-00000002.json',
      'lock',
    ]) {
      await writeFile(join(folder, `.${name}.${id}.tmp`), 'half');
    }
    await writeFile(join(folder, '.mine.tmp'), 'mine');
    const store = await openStore(folder);
    expect((await names(folder)).filter((name) => name.endsWith('.tmp'))).toEqual(['.mine.tmp']);

    const file = join(folder, 'step-00000001.json');
    const text = await readFile(file, 'utf8');
    const rest = text.slice(text.indexOf('\n') + 1).replace('"version":1', '"version":2,"new":[]');
    await writeFile(file, `{"sha256":"${sha256(rest)}",\n${rest}`);
    const loading = store.latest();
    await expect(loading).rejects.toThrow(DataError);
    await expect(loading).rejects.toThrow(/received version 2: a newer mvsa-fusion wrote it/);
    await expect(store.save(checkpointOf(2))).rejects.toThrow(/newer mvsa-fusion/);
  });

  test.each([
    [{ keep: 0 }, /^keep: .*received 0/],
    [{ keep: 1.5 }, /^keep/],
    [{ kep: 2 }, /Did you mean keep/],
  ])('options %j are refused', async (options, message) => {
    const opening = openCheckpoints(await newFolder(), options as never);
    await expect(opening).rejects.toThrow(OptionError);
    await expect(opening).rejects.toThrow(message);
  });

  test('an empty path and a file for a directory are refused', async () => {
    await expect(openCheckpoints('')).rejects.toThrow(OptionError);
    const file = join(await newFolder(), 'file');
    await writeFile(file, '');
    await expect(openCheckpoints(file)).rejects.toThrow(/cannot hold checkpoints: E(EXIST|NOTDIR)/);
  });

  test.skipIf(!process.env.REFERENCE_PYTHON)('Python reads the tensors', async () => {
    const folder = await newFolder();
    const store = await openStore(folder);
    await store.save(checkpointOf(300));
    const script = [
      'import sys; from safetensors.numpy import load_file',
      't = load_file(sys.argv[1])',
      'print({k: [str(v.dtype), list(v.shape), v.ravel()[:2].tolist()] for k, v in sorted(t.items())})',
    ].join('\n');
    const path = join(folder, 'step-00000300.safetensors');
    const output = execFileSync(process.env.REFERENCE_PYTHON as string, ['-c', script, path], {
      encoding: 'utf8',
    });
    expect(output).toContain("'counts': ['int32', [2, 1], [300, -300]]");
    expect(output).toContain("'bytes': ['uint8', [3], [44, 1]]");
    expect(output).toContain("'scalar': ['float32', [], [300.0]]");
  });
});

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
