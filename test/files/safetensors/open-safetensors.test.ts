import { mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DataError, OptionError } from '../../../src/errors';
import { openSafetensors, readSafetensorsHeader, type TensorValues } from '../../../src/files/safetensors';
import { fixture } from './fixture';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'safetensors-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(bytes: Uint8Array): Promise<string> {
  const path = join(folder, 'model.safetensors');
  await writeFile(path, bytes);
  return path;
}

function build(header: object | string, data = 0): Buffer {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(data)]);
}

const spelled = (values: TensorValues) =>
  Array.from(values as Iterable<number | bigint>, (value) => (Object.is(value, -0) ? '-0' : String(value)));

/** As this library spells what Python spells. */
const inJavaScript = (value: number | string) =>
  ({ inf: 'Infinity', '-inf': '-Infinity', nan: 'NaN' })[value] ??
  (Object.is(value, -0) ? '-0' : String(value));

describe('files of the Python package', () => {
  test.each(fixture.files)('$name', async ({ base64, metadata, tensors }) => {
    const path = await fileOf(Buffer.from(base64, 'base64'));
    const file = await openSafetensors(path);
    expect(file.metadata).toEqual(metadata);
    expect([...file.names].sort()).toEqual(Object.keys(tensors).sort());
    for (const [name, { dtype, shape, values }] of Object.entries(tensors)) {
      expect(file.tensors[name]).toMatchObject({ dtype, shape });
      expect(spelled(await file.read(name))).toEqual(values.map(inJavaScript));
    }
    await file.close();
  });

  test('arrays keep their type', async () => {
    const file = await openSafetensors(await fileOf(Buffer.from(fixture.files[0]?.base64 ?? '', 'base64')));
    const classes = await Promise.all(
      file.names.map(async (name) => [name, (await file.read(name)).constructor.name]),
    );
    expect(Object.fromEntries(classes)).toEqual({
      of_BOOL: 'Uint8Array',
      of_U8: 'Uint8Array',
      of_I8: 'Int8Array',
      of_I16: 'Int16Array',
      of_U16: 'Uint16Array',
      of_F16: 'Float32Array',
      of_BF16: 'Float32Array',
      of_I32: 'Int32Array',
      of_U32: 'Uint32Array',
      of_F32: 'Float32Array',
      of_F64: 'Float64Array',
      of_I64: 'BigInt64Array',
      of_U64: 'BigUint64Array',
    });
    await file.close();
  });
});

describe('refusals', () => {
  test.each(fixture.refused)('what the package refuses: $name', async ({ base64 }) => {
    const path = await fileOf(Buffer.from(base64, 'base64'));
    const error = await openSafetensors(path).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(DataError);
    expect((error as Error).message).toContain(path);
    expect((error as Error).message).toMatch(/expected/);
    await expect(readSafetensorsHeader(path)).rejects.toThrow(DataError);
  });

  test.each([
    [
      'tensors that overlap',
      { a: [0, 8], b: [4, 12] },
      12,
      /tensor "b": expected its data to start at byte 8.*received 4/,
    ],
    [
      'a gap',
      { a: [0, 8], b: [12, 20] },
      20,
      /tensor "b": expected its data to start at byte 8.*received 12/,
    ],
    [
      'data beyond the file',
      { a: [0, 8], b: [8, 16] },
      12,
      /tensor "b": expected its data to end by byte 12/,
    ],
    ['a shape of other size', { a: [0, 12] }, 12, /tensor "a": expected 8 bytes for F32 of shape \[2\]/],
    ['an empty tensor that hides a gap', { a: [0, 8], b: [9, 9] }, 9, /tensor "b": expected 8 bytes/],
  ] as const)('names the tensor: %s', async (_, offsets, data, message) => {
    const entries = Object.entries(offsets).map(([name, data_offsets]) => [
      name,
      { dtype: 'F32', shape: [2], data_offsets },
    ]);
    await expect(openSafetensors(await fileOf(build(Object.fromEntries(entries), data)))).rejects.toThrow(
      message,
    );
  });

  test('a name that stands twice, however it is spelled', async () => {
    const a = '{"dtype":"F32","shape":[],"data_offsets":[0,4]}';
    for (const again of ['"a"', '"\\u0061"']) {
      const header = `{"a":${a},${again}:${a}}`;
      await expect(openSafetensors(await fileOf(build(header, 4)))).rejects.toThrow(
        /each name once.*"a" twice/,
      );
    }
    const twice = '{"a":{"dtype":"F32","shape":[],"shape":[1],"data_offsets":[0,4]}}';
    await expect(openSafetensors(await fileOf(build(twice, 4)))).rejects.toThrow(/"shape" twice/);
    // Texts that only look like keys.
    const fine = `{"__metadata__":{"a":"a","b":"\\"a\\":1,"},"a":${a}}`;
    const file = await openSafetensors(await fileOf(build(fine, 4)));
    expect(file.metadata).toEqual({ a: 'a', b: '"a":1,' });
    await file.close();
  });

  test('a header that does not start with its brace, which the format forbids', async () => {
    await expect(openSafetensors(await fileOf(build(' {}')))).rejects.toThrow(/starts with "{"/);
  });

  test('a file cut at any byte', async () => {
    const whole = Buffer.from(fixture.files[0]?.base64 ?? '', 'base64');
    const path = await fileOf(whole);
    for (let size = whole.length - 1; size >= 0; size -= size > 40 ? 13 : 1) {
      await truncate(path, size);
      await expect(openSafetensors(path)).rejects.toThrow(DataError);
    }
  });

  test('a file cut after it was opened', async () => {
    const path = await fileOf(build({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } }, 8));
    const file = await openSafetensors(path);
    await truncate(path, (await stat(path)).size - 4);
    await expect(file.read('a')).rejects.toThrow(
      /tensor "a": expected 8 bytes, received 4: the file was cut short/,
    );
    await file.close();
    await expect(file.read('a')).rejects.toThrow(DataError);
  });

  test('a name or type that cannot be read', async () => {
    const header = { a: { dtype: 'F8_E4M3', shape: [3], data_offsets: [0, 3] } };
    const file = await openSafetensors(await fileOf(build(header, 3)));
    await expect(file.read('a')).rejects.toThrow(/tensor "a": expected one of BOOL.*received F8_E4M3/);
    await expect(file.read('toString')).rejects.toThrow(OptionError);
    await expect(file.read('b')).rejects.toThrow(/received "b"\. It has a\./);
    await file.close();
  });

  test('no file, and a folder', async () => {
    await expect(openSafetensors(join(folder, 'none'))).rejects.toThrow(
      /none: expected a safetensors file.*ENOENT/,
    );
    await expect(openSafetensors(folder)).rejects.toThrow(DataError);
    await expect(readSafetensorsHeader(folder)).rejects.toThrow(DataError);
  });

  test('a byte changed anywhere in the header: refused, or another valid header, never a crash', async () => {
    const whole = Buffer.from(fixture.files[1]?.base64 ?? '', 'base64');
    const headerEnd = 8 + Number(whole.readBigUInt64LE(0));
    let refused = 0;
    for (let index = 0; index < headerEnd; index++) {
      const bytes = Buffer.from(whole);
      bytes[index] = (bytes[index] as number) ^ (1 << ((index * 5 + 1) % 8));
      const result = await openSafetensors(await fileOf(bytes)).catch((error: unknown) => error);
      if (result instanceof Error) {
        expect(result).toBeInstanceOf(DataError);
        refused++;
      } else await (result as Awaited<ReturnType<typeof openSafetensors>>).close();
    }
    expect(refused).toBeGreaterThan(headerEnd / 2);
  });
});
