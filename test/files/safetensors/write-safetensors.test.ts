import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MvsaFusionError, OptionError, ShapeError } from '../../../src/errors';
import { openSafetensors, type WritableTensor, writeSafetensors } from '../../../src/files/safetensors';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'safetensors-'));
});
afterAll(() => rm(folder, { recursive: true }));

const tensors: Record<string, WritableTensor> = {
  flags: { shape: [3], data: Uint8Array.of(0, 1, 1), dtype: 'BOOL' },
  bytes: { shape: [5], data: Uint8Array.of(0, 1, 2, 254, 255) },
  signed: { shape: [2, 1], data: Int8Array.of(-128, 127) },
  short: { shape: [3], data: Int16Array.of(-32768, 0, 32767) },
  unsigned: { shape: [1], data: Uint16Array.of(65535) },
  half: { shape: [2, 3], data: Float32Array.of(0.1, 65504, -2, 2 ** -24, 1 / 3, 2049), dtype: 'F16' },
  brain: { shape: [3], data: Float32Array.of(0.1, -1000.1, 257), dtype: 'BF16' },
  int: { shape: [2], data: Int32Array.of(-(2 ** 31), 7) },
  uint: { shape: [1], data: Uint32Array.of(2 ** 32 - 1) },
  float: { shape: [], data: Float32Array.of(1.5) },
  double: { shape: [2], data: Float64Array.of(Math.PI, Number.NaN) },
  long: { shape: [2], data: BigInt64Array.of(-(2n ** 63n), 5n) },
  ulong: { shape: [1], data: BigUint64Array.of(2n ** 64n - 1n) },
  empty: { shape: [0, 7], data: new Float32Array() },
  part: { shape: [2], data: new Float32Array([1, 2, 3, 4]).subarray(1, 3) },
  'ü 😀 "quoted"\n': { shape: [1], data: Float32Array.of(9) },
};

describe('writeSafetensors', () => {
  test('what it writes is read back, halves rounded', async () => {
    const path = join(folder, 'new', 'all.safetensors');
    expect(await writeSafetensors(path, tensors, { note: 'ünïcode' })).toBe(path);
    const file = await openSafetensors(path);
    expect(file.metadata).toEqual({ note: 'ünïcode' });
    expect([...file.names].sort()).toEqual(Object.keys(tensors).sort());
    for (const [name, { shape, data }] of Object.entries(tensors)) {
      expect(file.tensors[name]?.shape).toEqual(shape);
      if (name !== 'half' && name !== 'brain') expect(await file.read(name)).toEqual(data);
    }
    expect(await file.read('half')).toEqual(
      Float32Array.of(0.0999755859375, 65504, -2, 2 ** -24, 0.333251953125, 2048),
    );
    expect(await file.read('brain')).toEqual(Float32Array.of(0.10009765625, -1000, 256));
    const header = (await readFile(path)).readBigUInt64LE(0);
    expect(header % 8n).toBe(0n);
    for (const { dtype, dataOffsets } of Object.values(file.tensors)) {
      expect(dataOffsets[0] % (/64/.test(dtype) ? 8 : /32/.test(dtype) ? 4 : /16/.test(dtype) ? 2 : 1)).toBe(
        0,
      );
    }
    await file.close();
  });

  test('a name that objects have by themselves', async () => {
    const path = join(folder, 'proto.safetensors');
    const own = Object.fromEntries([['__proto__', { shape: [1], data: Float32Array.of(4) }]]);
    await writeSafetensors(path, own);
    const file = await openSafetensors(path);
    expect(file.names).toEqual(['__proto__']);
    expect(await file.read('__proto__')).toEqual(Float32Array.of(4));
    await file.close();
  });

  test.skipIf(!process.env.REFERENCE_PYTHON)(
    'the Python package reads the same (skipped unless REFERENCE_PYTHON is set)',
    async () => {
      const path = await writeSafetensors(join(folder, 'python.safetensors'), tensors, { note: 'ünïcode' });
      const script = resolve(import.meta.dirname, '../../../tools/reference/safetensors_files.py');
      const output = execFileSync(process.env.REFERENCE_PYTHON as string, [script, '--read', path]);
      const seen = JSON.parse(output.toString());
      expect(seen.metadata).toEqual({ note: 'ünïcode' });
      const whole = await readFile(path);
      const dataStart = 8 + Number(whole.readBigUInt64LE(0));
      const file = await openSafetensors(path);
      expect(Object.keys(seen.tensors).sort()).toEqual([...file.names].sort());
      for (const [name, { dtype, shape, dataOffsets }] of Object.entries(file.tensors)) {
        const bytes = whole.subarray(dataStart + dataOffsets[0], dataStart + dataOffsets[1]);
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        expect(seen.tensors[name]).toEqual({ dtype, shape, sha256 });
      }
      await file.close();
    },
  );

  test.each<[string, Record<string, unknown>, RegExp, typeof OptionError | typeof ShapeError]>([
    [
      'too few values',
      { a: { shape: [3], data: new Float32Array(2) } },
      /"a": expected 3 values.*received 2/,
      ShapeError,
    ],
    [
      'a negative size',
      { a: { shape: [-2, -1], data: new Float32Array(2) } },
      /shape \[-2, -1\]/,
      ShapeError,
    ],
    ['a plain list', { a: { shape: [1], data: [1] } }, /typed array.*received Array/, OptionError],
    ['no data', { a: { shape: [1] } }, /received undefined/, OptionError],
    [
      'another array than dtype says',
      { a: { shape: [1], data: Float64Array.of(1), dtype: 'F16' } },
      /Float32Array for F16, received Float64Array/,
      OptionError,
    ],
    [
      'an unknown dtype',
      { a: { shape: [1], data: Float32Array.of(1), dtype: 'float16' } },
      /dtype to be one of/,
      OptionError,
    ],
    [
      'BOOL beyond 1',
      { a: { shape: [1], data: Uint8Array.of(2), dtype: 'BOOL' } },
      /0 and 1 for BOOL, received 2/,
      OptionError,
    ],
    [
      'the reserved name',
      { __metadata__: { shape: [1], data: Float32Array.of(1) } },
      /other than __metadata__/,
      OptionError,
    ],
  ])('refuses %s and writes nothing', async (_, bad, message, type) => {
    const path = join(folder, 'bad.safetensors');
    const error = await writeSafetensors(path, bad as never).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(type);
    expect((error as Error).message).toMatch(message);
    expect(await readdir(folder)).not.toContain('bad.safetensors');
  });

  test('refuses metadata that is no text', async () => {
    await expect(writeSafetensors(join(folder, 'x'), {}, { a: 1 } as never)).rejects.toThrow(
      /received 1 for "a"/,
    );
  });

  test('a failed write leaves the old file, and nothing else', async () => {
    const directory = await mkdtemp(join(folder, 'old-'));
    const path = join(directory, 'model.safetensors');
    await writeSafetensors(path, { a: { shape: [1], data: Float32Array.of(1) } });
    await mkdir(join(directory, 'taken'));
    await writeFile(join(directory, 'taken', 'file'), 'kept');
    const tensor = { shape: [1], data: Float32Array.of(2) };
    // The last step fails: a folder has the name.
    await expect(writeSafetensors(join(directory, 'taken'), { tensor })).rejects.toThrow(MvsaFusionError);
    await expect(writeSafetensors(join(path, 'below-a-file'), { tensor })).rejects.toThrow(MvsaFusionError);
    expect((await readdir(directory)).sort()).toEqual(['model.safetensors', 'taken']);
    const file = await openSafetensors(path);
    expect(await file.read('a')).toEqual(Float32Array.of(1));
    await file.close();
  });
});
