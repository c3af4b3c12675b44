import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DataError, OptionError } from '../../../../src/errors';
import { defaultCacheDir } from '../../../../src/models/extractors/hub/hub-cache';
import { resolveModelFiles } from '../../../../src/models/extractors/hub/resolve-model-files';
import type { ResolveModelOptions } from '../../../../src/models/extractors/hub/resolve-model-options';
import { COMMIT, type LocalHub, sha256, startHub } from './local-hub';

const root = await mkdtemp(join(tmpdir(), 'mvsa-hub-'));
afterAll(() => rm(root, { recursive: true }));

const bytes = (length: number, seed: number) =>
  Uint8Array.from({ length }, (_, index) => (index * index * 31 + index * seed) % 251);
const files = {
  'config.json': new TextEncoder().encode('{"hidden_size":384}'),
  'empty.txt': new Uint8Array(0),
  'onnx/model.onnx': bytes(300_000, 7),
  'onnx/model é.onnx': bytes(2000, 5),
  'onnx/deep/er.bin': bytes(10, 3),
};

let hub: LocalHub;
let cacheDir: string;
let warnings: string[];
const resolve = (options: Partial<ResolveModelOptions> = {}, source = 'owner/name') =>
  resolveModelFiles(source, {
    files: ['config.json', 'onnx/model.onnx'],
    endpoint: hub.endpoint,
    revision: COMMIT,
    cacheDir,
    retryDelay: 5,
    ...options,
  });

beforeEach(async () => {
  hub = await startHub(files);
  cacheDir = await mkdtemp(join(root, 'cache-'));
  warnings = [];
  vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(String(warning)));
  for (const name of ['HF_TOKEN', 'HF_ENDPOINT', 'HF_HUB_OFFLINE']) vi.stubEnv(name, '');
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await hub.close();
});

describe('resolveModelFiles with a hub id', () => {
  it('downloads files whole, once', async () => {
    const first = await resolve();
    expect(first.revision).toBe(COMMIT);
    expect(first.files).toEqual(['config.json', 'onnx/model.onnx']);
    for (const name of first.files as (keyof typeof files)[]) {
      expect(sha256(await readFile(join(first.folder, name)))).toBe(sha256(files[name]));
    }
    const { length } = hub.requests;
    expect(length).toBe(3);
    expect(await resolve()).toEqual(first);
    expect(await resolve({ offline: true })).toEqual(first);
    expect(hub.requests).toHaveLength(length);
    expect(warnings).toEqual([]);
    const left = await readdir(first.folder, { recursive: true });
    expect(left.sort()).toEqual(['config.json', 'onnx', 'onnx/model.onnx']);
  });

  it('fetches empty files and names with other signs', async () => {
    const { folder } = await resolve({ files: ['empty.txt', 'onnx/model é.onnx'] });
    expect((await stat(join(folder, 'empty.txt'))).size).toBe(0);
    expect(sha256(await readFile(join(folder, 'onnx/model é.onnx')))).toBe(
      sha256(files['onnx/model é.onnx']),
    );
  });

  it('finds files by pattern, and asks for the list once', async () => {
    const { files: found } = await resolve({ files: ['*.json', 'onnx/*.onnx'] });
    expect(found).toEqual(['config.json', 'onnx/model.onnx', 'onnx/model é.onnx']);
    const { length } = hub.requests;
    expect((await resolve({ files: ['onnx/*.onnx'], offline: true })).files).toHaveLength(2);
    expect(hub.requests).toHaveLength(length);
    expect((await resolve({ files: ['onnx/**'] })).files).toHaveLength(3);
    await expect(resolve({ files: ['*.safetensors'] })).rejects.toThrow(
      /expected \*\.safetensors, received config\.json/,
    );
  });

  it('does without optional files', async () => {
    const wanted = { files: ['config.json'], optionalFiles: ['onnx/model.onnx_data', 'empty.txt'] };
    expect((await resolve(wanted)).files).toEqual(['config.json', 'empty.txt']);
  });

  it('asks once which commit a branch is, says so, and stays with it', async () => {
    const { revision: _, ...unpinned } = { revision: 0 };
    const options = { files: ['config.json'], endpoint: hub.endpoint, cacheDir, ...unpinned };
    const first = await resolveModelFiles('owner/name', options);
    expect(first.revision).toBe(COMMIT);
    expect(warnings).toEqual([
      expect.stringMatching(new RegExp(`"main" is commit ${COMMIT}.*Pass revision`)),
    ]);
    const asked = () => hub.requests.filter(({ url }) => url.startsWith('/api/')).length;
    expect(asked()).toBe(1);
    expect(await resolveModelFiles('owner/name', options)).toEqual(first);
    expect(asked()).toBe(1);
    expect(warnings).toHaveLength(1);
    await resolve({ revision: 'v1.0' });
    expect(warnings).toHaveLength(1);
  });

  it('reports progress up to the size', async () => {
    const reports: [string, number, number | null][] = [];
    await resolve({
      onProgress: ({ stage, done, total }) => reports.push([stage, done, total]),
    });
    const model = reports.filter(([stage]) => stage === 'download onnx/model.onnx');
    expect(model[0]).toEqual(['download onnx/model.onnx', 0, 300_000]);
    expect(model.at(-1)).toEqual(['download onnx/model.onnx', 300_000, 300_000]);
    const numbers = model.map(([, there]) => there);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  });

  it('sends the token to the hub, and to nobody that it redirects to', async () => {
    const other = await startHub(files);
    hub.misbehave = (request, response) => {
      if (!request.url?.endsWith('model.onnx')) return false;
      response.writeHead(302, {
        location: `${other.endpoint}/cdn/${encodeURIComponent('onnx/model.onnx')}`,
        'x-linked-size': '300000',
        'x-linked-etag': sha256(files['onnx/model.onnx']),
      });
      response.end();
      return true;
    };
    vi.stubEnv('HF_TOKEN', 'hf_secret');
    await resolve();
    await other.close();
    expect(hub.requests.map(({ authorization }) => authorization)).toEqual([
      'Bearer hf_secret',
      'Bearer hf_secret',
    ]);
    expect(other.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  it('checks the caller’s hashes, also of what is there', async () => {
    const good = { 'onnx/model.onnx': sha256(files['onnx/model.onnx']).toUpperCase() };
    const { folder } = await resolve({ sha256: good });
    await writeFile(join(folder, 'onnx/model.onnx'), 'spoilt');
    await expect(resolve({ sha256: good, offline: true })).rejects.toThrow(/missing or changed/);
    await resolve({ sha256: good });
    expect((await stat(join(folder, 'onnx/model.onnx'))).size).toBe(300_000);
    const bad = { 'onnx/deep/er.bin': '0'.repeat(64), 'onnx/model é.onnx': '1'.repeat(64) };
    await expect(resolve({ files: ['onnx/model é.onnx'], sha256: bad })).rejects.toThrow(
      /expected content with the SHA-256 1{64}.*server announced just that/,
    );
    await expect(resolve({ files: ['onnx/deep/er.bin'], sha256: bad })).rejects.toThrow(/SHA-256 0{64}/);
    expect(await readdir(join(folder, 'onnx'))).toEqual(['deep', 'model.onnx']);
    expect(await readdir(join(folder, 'onnx/deep'))).toEqual([]);
  });

  it('takes the endpoint from HF_ENDPOINT', async () => {
    vi.stubEnv('HF_ENDPOINT', `${hub.endpoint}/`);
    const { folder } = await resolveModelFiles('owner/name', {
      files: ['config.json'],
      revision: COMMIT,
      cacheDir,
    });
    expect(relative(cacheDir, folder)).toBe(join('owner--name', COMMIT));
  });

  it('keeps models in the user’s cache', () => {
    vi.stubEnv('XDG_CACHE_HOME', '/somewhere');
    expect(defaultCacheDir()).toBe('/somewhere/mvsa-fusion/models');
    vi.stubEnv('XDG_CACHE_HOME', '');
    expect(defaultCacheDir()).toMatch(/[\\/]\.cache[\\/]mvsa-fusion[\\/]models$/);
  });
});

describe('resolveModelFiles with a folder', () => {
  it('takes what is there, without a network', async () => {
    const folder = await mkdtemp(join(root, 'folder-'));
    await mkdir(join(folder, 'onnx'));
    await writeFile(join(folder, 'config.json'), '{}');
    await writeFile(join(folder, 'onnx/model.onnx'), 'x');
    await writeFile(join(folder, 'onnx/.model.onnx.new-1-2-3-4.part'), 'x');
    for (const source of [folder, relative(process.cwd(), folder)]) {
      expect(await resolve({ files: ['config.json', 'onnx/*'] }, source)).toEqual({
        folder,
        files: ['config.json', 'onnx/model.onnx'],
        revision: null,
      });
    }
    expect(hub.requests).toEqual([]);
    await expect(resolve({ files: ['tokenizer.json'] }, folder)).rejects.toThrow(/expected tokenizer\.json/);
    await expect(resolve({ files: ['onnx'] }, folder)).rejects.toThrow(DataError);
    const wrong = { 'config.json': '0'.repeat(64) };
    await expect(resolve({ files: ['config.json'], sha256: wrong }, folder)).rejects.toThrow(/SHA-256/);
  });

  it.each(['/nowhere/at/all', './nowhere', '../nowhere', '~/nowhere-at-all'])('does not find %s', (source) =>
    expect(resolve({}, source)).rejects.toThrow(/expected a folder/),
  );
});

describe('resolveModelFiles refuses', () => {
  it.each(['', ' ', 'name', 'a/b/c', 'owner/..', 'owner/na me', 'https://huggingface.co/owner/name', 7])(
    'the source %j',
    (source) => expect(resolve({}, source as string)).rejects.toThrow(OptionError),
  );

  it.each(['../x', '/etc/passwd', 'a//b', 'a/../b', 'a\\b', 'C:/x', '', '.', 'a/', 'a\0b', 7])(
    'the file name %j',
    (name) => expect(resolve({ files: [name as string] })).rejects.toThrow(/path inside the model/),
  );

  it.each([
    { files: [] },
    { files: 'config.json' },
    { revision: '../main' },
    { revision: '' },
    { endpoint: 'ftp://host' },
    { endpoint: 'nonsense' },
    { retries: -1 },
    { retries: 1.5 },
    { timeout: 0 },
    { retryDelay: Number.NaN },
    { sha256: { 'config.json': 'abc' } },
    { token: 'two words' },
    { fils: [] },
  ])('the options %j', (options) => expect(resolve(options as never)).rejects.toThrow(OptionError));
});
