import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DataError, OptionError, ShapeError } from '../../../../src/errors';
import { canonicalJson } from '../../../../src/files/canonical-json';
import { float32ToFloat16, openSafetensors } from '../../../../src/files/safetensors';
import type { FeatureRow } from '../../../../src/models/extractors/feature-cache/feature-store';
import { openFeatureStore } from '../../../../src/models/extractors/feature-cache/open-feature-store';
import type { FeatureStoreOptions } from '../../../../src/models/extractors/feature-cache/store-layout';
import { isRow, keyOf, rowOf, rowsOf, TEXT_STORE } from './made-up-rows';
import { filesEndingIn, newFolder, openStore } from './store-folder';

describe('a feature store', () => {
  test('gives back what was appended, in this process and the next', async () => {
    const folder = await newFolder();
    const first = await openStore(folder);
    expect(await readdir(folder)).toEqual([]);
    expect(first.size).toBe(0);
    expect(await first.read(keyOf(0))).toBeNull();
    await first.append(rowsOf(0, 17));
    await first.append([]);
    await first.append(rowsOf(17, 40));
    await first.close();

    const store = await openStore(folder);
    expect(store.size).toBe(40);
    expect([...store.keys()].sort()).toEqual(
      rowsOf(0, 40)
        .map(({ key }) => key)
        .sort(),
    );
    for (let index = 0; index < 40; index++) {
      expect(store.has(keyOf(index))).toBe(true);
      expect(isRow(index, await store.read(keyOf(index)))).toBe(true);
    }
    expect(store.has(keyOf(40))).toBe(false);
    expect([store.damaged, store.problems]).toEqual([0, []]);
    expect(JSON.parse(await readFile(join(store.directory, 'store.json'), 'utf8'))).toMatchObject({
      version: 1,
      config: TEXT_STORE.config,
      dtype: 'float16',
      tensors: TEXT_STORE.tensors,
    });
  });

  test('can be read while it is appended to', async () => {
    const store = await openStore(await newFolder(), { shardBytes: 8000 });
    const appends = Array.from({ length: 12 }, (_, batch) => store.append(rowsOf(batch * 9, batch * 9 + 9)));
    await appends[0];
    const early = await Promise.all(rowsOf(0, 9).map(({ key }) => store.read(key)));
    expect(early.every((row, index) => isRow(index, row))).toBe(true);
    await Promise.all(appends);
    expect((await filesEndingIn(store.directory, '.safetensors')).length).toBeGreaterThan(4);
    const all = await store.readMany(rowsOf(0, 110).map(({ key }) => key));
    expect(all.map((row, index) => isRow(index, row))).toEqual(all.map((_, index) => index < 108));
    expect(all.slice(108)).toEqual([null, null]);
  });

  test('reads only the tensors asked for', async () => {
    const store = await openStore(await newFolder());
    await store.append([rowOf(3)]);
    expect(await store.read(keyOf(3), { tensors: ['pooled'] })).toEqual({
      length: rowOf(3).length,
      tensors: { pooled: rowOf(3).tensors.pooled },
    });
    await expect(store.read(keyOf(3), { tensors: ['regions'] })).rejects.toThrow(
      /among pooled, tokens, received "regions"/,
    );
    await expect(store.readMany([keyOf(3)], { tensor: ['pooled'] } as never)).rejects.toThrow(OptionError);
  });

  test('takes the arrays at once, and gives away its own', async () => {
    const store = await openStore(await newFolder(), { dtype: 'float32' });
    const row = rowOf(1);
    const appended = store.append([row]);
    row.tensors.tokens?.fill(-1);
    await appended;
    const read = await store.read(keyOf(1));
    expect(isRow(1, read)).toBe(true);
    read?.tensors.tokens?.fill(-2);
    expect(isRow(1, await store.read(keyOf(1)))).toBe(true);
  });

  test('float16 rounds to nearest, float32 keeps every bit', async () => {
    const folder = await newFolder();
    const tensors = { pooled: { shape: [5] } };
    const pooled = Float32Array.of(1 / 3, -65519, 1e-7, 0, 1e-30);
    const half = await openStore(folder, { tensors });
    const full = await openStore(folder, { tensors, dtype: 'float32' });
    for (const store of [half, full]) await store.append([{ key: keyOf(0), tensors: { pooled } }]);
    expect(await full.read(keyOf(0))).toEqual({ length: 1, tensors: { pooled } });
    const rounded = (await half.read(keyOf(0)))?.tensors.pooled as Float32Array;
    expect(rounded[1]).toBe(-65504);
    expect(float32ToFloat16(rounded)).toEqual(float32ToFloat16(pooled));
    expect(half.directory).not.toBe(full.directory);
  });

  test('skips keys that it has, also within a batch', async () => {
    const store = await openStore(await newFolder());
    await store.append([rowOf(1), rowOf(2), rowOf(1)]);
    await store.append([rowOf(2)]);
    expect(store.size).toBe(2);
    const [journal] = await filesEndingIn(store.directory, '.journal');
    const lines = (await readFile(join(store.directory, journal as string), 'utf8')).trim().split('\n');
    expect(lines).toHaveLength(2);
  });

  test('rows longer than a shard, and of no length at all', async () => {
    const store = await openStore(await newFolder(), { shardBytes: 1 });
    await store.append([
      ...rowsOf(0, 5),
      { key: keyOf(99), length: 0, tensors: { tokens: new Float32Array(), pooled: new Float32Array(31) } },
    ]);
    expect(
      (await store.readMany(rowsOf(0, 5).map(({ key }) => key))).every((row, index) => isRow(index, row)),
    ).toBe(true);
    expect((await store.read(keyOf(99)))?.tensors.tokens).toEqual(new Float32Array());
  });

  test('another configuration, shape, dtype or name is another store', async () => {
    const folder = await newFolder();
    const stores = await Promise.all([
      openStore(folder),
      openStore(folder, { config: { ...TEXT_STORE.config, taps: [12, 11] } }),
      openStore(folder, { config: { ...TEXT_STORE.config, runtime: null } }),
      openStore(folder, { tensors: { ...TEXT_STORE.tensors, pooled: { shape: [32] } } }),
      openStore(folder, { dtype: 'float32' }),
      openStore(folder, { name: 'other' }),
    ]);
    expect(new Set(stores.map(({ directory }) => directory)).size).toBe(stores.length);
    await stores[0]?.append([rowOf(0)]);
    for (const store of stores) await store.refresh();
    expect(stores.map(({ size }) => size)).toEqual([1, 0, 0, 0, 0, 0]);
    // The order of keys says nothing, nor does the size of shards.
    const same = await openStore(folder, {
      config: { taps: [11, 12], nothing: undefined, model: 'made up' },
      shardBytes: 5000,
    });
    expect(same.size).toBe(1);
  });

  test('a shard is a safetensors file that lists its rows', async () => {
    const store = await openStore(await newFolder());
    await store.append(rowsOf(0, 10));
    const [shard] = await filesEndingIn(store.directory, '.safetensors');
    const file = await openSafetensors(join(store.directory, shard as string));
    expect(JSON.parse(file.metadata.config ?? '')).toEqual(TEXT_STORE.config);
    const keys = (await file.read('row_keys')) as Uint8Array;
    const starts = (await file.read('row_starts')) as BigInt64Array;
    const lengths = (await file.read('row_lengths')) as BigInt64Array;
    const tokens = (await file.read('tokens')) as Float32Array;
    for (let row = 0; row < 10; row++) {
      const start = Number(starts[row]);
      expect(Buffer.from(keys.subarray(row * 32, row * 32 + 32)).toString('hex')).toBe(keyOf(row));
      expect(tokens.subarray(start * 23, (start + Number(lengths[row])) * 23)).toEqual(
        rowOf(row).tensors.tokens,
      );
    }
    expect(keys.subarray(320).every((byte) => byte === 0)).toBe(true);
    await file.close();
  });

  test.skipIf(!process.env.REFERENCE_PYTHON)(
    'the Python package reads the rows (skipped unless REFERENCE_PYTHON is set)',
    async () => {
      const store = await openStore(await newFolder(), { shardBytes: 20_000 });
      await store.append(rowsOf(0, 50));
      const script = resolve(import.meta.dirname, '../../../../tools/reference/safetensors_files.py');
      const output = execFileSync(process.env.REFERENCE_PYTHON as string, [
        script,
        '--store',
        store.directory,
      ]);
      const seen = JSON.parse(output.toString());
      const hashOf = (values: Float32Array | undefined) =>
        createHash('sha256')
          .update(new Uint8Array(float32ToFloat16(values ?? new Float32Array()).buffer))
          .digest('hex');
      expect(seen).toEqual(
        Object.fromEntries(
          rowsOf(0, 50).map(({ key, tensors: { tokens, pooled } }) => [
            key,
            { tokens: hashOf(tokens), pooled: hashOf(pooled) },
          ]),
        ),
      );
    },
  );

  test('learns of other writers by refresh', async () => {
    const folder = await newFolder();
    const [one, two] = [await openStore(folder), await openStore(folder)];
    await one.append(rowsOf(0, 5));
    await two.append(rowsOf(5, 9));
    expect([one.size, two.size]).toEqual([5, 4]);
    await Promise.all([one.refresh(), one.refresh(), two.refresh()]);
    expect([one.size, two.size]).toEqual([9, 9]);
    expect(isRow(7, await one.read(keyOf(7)))).toBe(true);
    expect(await filesEndingIn(one.directory, '.journal')).toHaveLength(2);
  });

  test('a writer that stored nothing leaves no shard', async () => {
    const store = await openStore(await newFolder());
    await store.close();
    await store.close();
    await expect(readdir(store.directory)).rejects.toThrow(/ENOENT/);
  });

  test('a closed store says so', async () => {
    const store = await openStore(await newFolder());
    await store.append([rowOf(0)]);
    const reading = store.read(keyOf(0));
    await store.close();
    expect(
      await reading.then(
        (row) => isRow(0, row),
        (error) => error instanceof DataError,
      ),
    ).toBe(true);
    await expect(store.read(keyOf(0))).rejects.toThrow(/expected an open store/);
    await expect(store.append([rowOf(1)])).rejects.toThrow(DataError);
    await expect(store.refresh()).rejects.toThrow(DataError);
  });
});

describe('refusals, before anything is written', () => {
  const good = rowOf(0);
  const withTensors = (tensors: object) => ({ ...good, tensors }) as FeatureRow;
  const tokens = good.tensors.tokens as Float32Array;
  const pooled = good.tensors.pooled as Float32Array;
  const changed = (values: Float32Array, index: number, value: number) => {
    const copy = values.slice();
    copy[index] = value;
    return copy;
  };

  test.each<[string, unknown, typeof OptionError | typeof ShapeError | typeof DataError, RegExp]>([
    ['a key that is no hash', { ...good, key: 'post 1' }, OptionError, /key: expected a SHA-256.*"post 1"/],
    ['a key in capitals', { ...good, key: keyOf(0).toUpperCase() }, OptionError, /lower-case/],
    ['no length', { key: good.key, tensors: good.tensors }, ShapeError, /length.*received undefined/],
    ['half a length', { ...good, length: 1.5 }, ShapeError, /received 1.5/],
    [
      'another length',
      { ...good, length: 2 },
      ShapeError,
      /"tokens": expected a Float32Array of 46 values for shape \[2, 23\], received 23/,
    ],
    [
      'a missing tensor',
      withTensors({ tokens }),
      ShapeError,
      /expected the tensors pooled, tokens, received tokens/,
    ],
    [
      'one tensor too many',
      withTensors({ tokens, pooled, more: pooled }),
      ShapeError,
      /received more, pooled, tokens/,
    ],
    ['no tensors', { key: good.key, length: 1 }, ShapeError, /received none/],
    [
      'a short tensor',
      withTensors({ tokens, pooled: pooled.subarray(1) }),
      ShapeError,
      /"pooled": expected a Float32Array of 31 values.*received 30/,
    ],
    ['a plain list', withTensors({ tokens, pooled: [...pooled] }), ShapeError, /received object/],
    [
      'NaN',
      withTensors({ tokens: changed(tokens, 7, Number.NaN), pooled }),
      DataError,
      /row [\da-f]{64}: tensor "tokens": expected finite.*NaN at index 7/,
    ],
    [
      'infinity',
      withTensors({ tokens, pooled: changed(pooled, 30, -Infinity) }),
      DataError,
      /-Infinity at index 30/,
    ],
    [
      'more than float16 holds',
      withTensors({ tokens, pooled: changed(pooled, 2, 65520) }),
      DataError,
      /65520 at index 2.*dtype "float32"/,
    ],
  ])('%s', async (_, row, type, message) => {
    const folder = await newFolder();
    const store = await openStore(folder);
    const error = await store.append([rowOf(5), row as FeatureRow]).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(type);
    expect((error as Error).message).toMatch(message);
    expect([store.size, await readdir(folder)]).toEqual([0, []]);
    await store.append([rowOf(5)]);
    expect(isRow(5, await store.read(keyOf(5)))).toBe(true);
  });

  test.each<[string, object, RegExp]>([
    ['a path as the name', { name: '../text' }, /name: expected/],
    ['an unknown dtype', { dtype: 'f16' }, /"float16" or "float32", received "f16"/],
    ['a shard of no size', { shardBytes: 0 }, /shardBytes.*received 0/],
    ['no tensors', { tensors: {} }, /at least one tensor/],
    [
      'the length in the middle',
      { tensors: { a: { shape: [3, 'length'] } } },
      /received \[3, length\] for "a"/,
    ],
    ['a size of 0', { tensors: { a: { shape: [0] } } }, /received \[0\]/],
    ['no shape', { tensors: { a: {} } }, /expected "a" to have a shape/],
    ['a name of the shard', { tensors: { row_keys: { shape: [3] } } }, /received "row_keys"/],
    ['no configuration', { config: undefined }, /config: expected an object/],
    [
      'a date in the configuration',
      { config: { when: new Date() } },
      /config\.when: expected plain JSON.*Date/,
    ],
    ['NaN in the configuration', { config: { taps: [1, Number.NaN] } }, /config\.taps\[1\].*received NaN/],
    ['a misspelt option', { dType: 'float32' }, /dType.*Did you mean dtype/],
  ])('%s', async (_, options, message) => {
    const error = await openFeatureStore(await newFolder(), {
      ...TEXT_STORE,
      ...options,
    } as FeatureStoreOptions).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(OptionError);
    expect((error as Error).message).toMatch(message);
  });

  test('a configuration that holds itself', () => {
    const config: Record<string, unknown> = {};
    config.self = config;
    expect(() => canonicalJson(config, 'config')).toThrow(OptionError);
  });
});
