/** What can go wrong with a download, made to happen on a hub of this machine, and what each must lead to. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { DataError, MvsaFusionError } from '../../src/errors';
import { resolveModelFiles } from '../../src/models/extractors/hub/resolve-model-files';
import type { ResolveModelOptions } from '../../src/models/extractors/hub/resolve-model-options';
import {
  COMMIT,
  gitHash,
  type LocalHub,
  type Misbehave,
  sha256,
  startHub,
} from '../models/extractors/hub/local-hub';
import { bundleScript } from '../support/bundle-script';

const root = await mkdtemp(join(tmpdir(), 'mvsa-hub-faults-'));
afterAll(() => rm(root, { recursive: true }));

const NAME = 'model.onnx';
const SIZE = 3_000_000;
const model = Uint8Array.from({ length: SIZE }, (_, index) => (index * index * 31 + index * 7) % 251);
const config = new TextEncoder().encode('{"hidden_size":384}');
const hash = sha256(model);

let hub: LocalHub;
let cacheDir: string;
let folder: string;
const resolve = (options: Partial<ResolveModelOptions> = {}) =>
  resolveModelFiles('owner/name', {
    files: [NAME],
    endpoint: hub.endpoint,
    revision: COMMIT,
    cacheDir,
    retryDelay: 5,
    ...options,
  });
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('expected an error'),
    (error: Error) => error,
  );
const names = () => readdir(folder).catch(() => [] as string[]);
const parts = async () => (await names()).filter((name) => name.endsWith('.part'));
const expectWhole = async () => {
  expect(sha256(await readFile(join(folder, NAME)))).toBe(hash);
  expect(await names()).toEqual([NAME]);
};
/** Requests of the file's bytes. */
const transfers = () => hub.requests.filter(({ url }) => url.startsWith('/cdn/'));
/** Misbehaves where the bytes come from. */
const onTransfer =
  (misbehave: Misbehave): Misbehave =>
  (request, response, count) =>
    request.url?.startsWith('/cdn/') ? misbehave(request, response, count) : false;

/** Sends some bytes of the answer and ends the connection. */
async function cutOff(response: ServerResponse, length: number, status = 200, headers = {}, start = 0) {
  response.writeHead(status, { 'content-length': SIZE - start, etag: '"cdn-tag"', ...headers });
  response.write(model.subarray(start, start + length));
  await sleep(20);
  response.destroy();
}

beforeEach(async () => {
  hub = await startHub({ [NAME]: model, 'config.json': config });
  cacheDir = await mkdtemp(join(root, 'cache-'));
  folder = join(cacheDir, 'owner--name', COMMIT);
  for (const name of ['HF_TOKEN', 'HF_HUB_OFFLINE']) vi.stubEnv(name, '');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await hub.close();
});

describe('a connection', () => {
  it('that breaks is taken up where it broke', async () => {
    hub.misbehave = onTransfer((_, response, count) => {
      if (count > 1) return false;
      void cutOff(response, 1_000_000);
      return true;
    });
    await resolve();
    await expectWhole();
    const [first, second] = transfers();
    expect(first?.range).toBeUndefined();
    expect(second?.range).toMatch(/^bytes=\d+-$/);
    expect(Number(second?.range?.slice(6, -1))).toBeGreaterThan(0);
  });

  it('that breaks again and again still brings a long file, as long as it comes on', async () => {
    hub.misbehave = onTransfer((request, response) => {
      const start = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      if (start >= 2_400_000) return false;
      const range = { 'content-range': `bytes ${start}-${SIZE - 1}/${SIZE}` };
      void cutOff(response, 1_200_000, start ? 206 : 200, start ? range : {}, start);
      return true;
    });
    await resolve({ retries: 1 });
    await expectWhole();
  });

  it('that always breaks gives an error, no file, and a part to go on with', async () => {
    hub.misbehave = onTransfer((_, response) => {
      void cutOff(response, 1000);
      return true;
    });
    const error = await failure(resolve({ retries: 2 }));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(/the connection failed: .*Check the network/);
    expect(transfers()).toHaveLength(3);
    expect(await names()).toEqual(await parts());
  });

  it('that is refused gives an error with the address', async () => {
    await hub.close();
    const error = await failure(resolve({ retries: 1 }));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(/127\.0\.0\.1:\d+.*ECONNREFUSED.*HF_ENDPOINT/);
  });

  it.each(['before the answer', 'in the middle'])('that hangs %s is given up', async (when) => {
    hub.misbehave = onTransfer((_, response, count) => {
      if (count > 1) return false;
      if (when === 'in the middle') {
        response.writeHead(200, { 'content-length': SIZE, etag: '"cdn-tag"' });
        response.write(model.subarray(0, 500_000));
      }
      return true;
    });
    await resolve({ timeout: 200 });
    await expectWhole();
    const error = await failure(
      (async () => {
        hub.misbehave = () => true;
        await rm(folder, { recursive: true });
        return resolve({ timeout: 100, retries: 0 });
      })(),
    );
    expect(error.message).toMatch(/no byte for 0\.1 s/);
  });
});

describe('an answer', () => {
  it('of the wrong length is refused, and asked for again', async () => {
    hub.misbehave = onTransfer((_, response, count) => {
      if (count === 1) response.end('<html>please log in to this network</html>');
      return count === 1;
    });
    await resolve();
    await expectWhole();
    hub.misbehave = onTransfer((_, response) => {
      response.end('<html></html>');
      return true;
    });
    await rm(folder, { recursive: true });
    expect((await failure(resolve({ retries: 1 }))).message).toMatch(
      /expected 3000000 bytes, as the hub says, received an answer of 13/,
    );
    expect(await names()).toEqual([]);
  });

  it.each([SIZE - 1, SIZE + 1])('of %i bytes in chunks, without a length, is refused', async (length) => {
    hub.misbehave = onTransfer((_, response) => {
      response.writeHead(200, { etag: '"cdn-tag"' });
      response.write(model.subarray(0, Math.min(length, SIZE)));
      response.end(new Uint8Array(Math.max(0, length - SIZE)));
      return true;
    });
    expect((await failure(resolve({ retries: 1 }))).message).toMatch(
      new RegExp(`expected ${SIZE} bytes, received ${length}`),
    );
    expect((await names()).includes(NAME)).toBe(false);
  });

  it('with a flipped byte is refused, and asked for again from the start', async () => {
    const flipped = model.slice();
    flipped[1_234_567] = (flipped[1_234_567] as number) ^ 1;
    const send: Misbehave = (_, response) => {
      response.writeHead(200, { 'content-length': SIZE, etag: '"cdn-tag"' }).end(flipped);
      return true;
    };
    hub.misbehave = onTransfer((request, response, count) => count === 1 && send(request, response, count));
    await resolve();
    await expectWhole();
    expect(transfers().map(({ range }) => range)).toEqual([undefined, undefined]);

    await rm(folder, { recursive: true });
    hub.misbehave = onTransfer(send);
    expect((await failure(resolve({ retries: 1 }))).message).toMatch(
      /expected content with the hash [0-9a-f]{64}, received/,
    );
    expect(await names()).toEqual([]);
  });

  it('of a small file with a flipped byte is found by git’s hash', async () => {
    const spoilt = config.slice().fill(0x20, 2, 3);
    hub.misbehave = (_, response) => {
      const headers = { etag: `"${gitHash(config)}"`, 'x-repo-commit': COMMIT };
      response.writeHead(200, { ...headers, 'content-length': spoilt.length }).end(spoilt);
      return true;
    };
    expect((await failure(resolve({ files: ['config.json'], retries: 1 }))).message).toMatch(
      new RegExp(`expected content with the hash ${gitHash(config)}`),
    );
    expect(await names()).toEqual([]);
  });

  it('without length, hash or chunks is refused, since nothing would tell a cut file', async () => {
    hub.misbehave = (_, response) => {
      response.socket?.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"hidden_size"');
      return true;
    };
    expect((await failure(resolve({ files: ['config.json'] }))).message).toMatch(
      /expected a length or a hash/,
    );
    expect(await names()).toEqual([]);
  });

  it('in a busy moment is waited for', async () => {
    hub.misbehave = onTransfer((_, response, count) => {
      if (count <= 2) response.writeHead(count === 1 ? 500 : 503).end('busy');
      return count <= 2;
    });
    await resolve();
    await expectWhole();
    hub.misbehave = (_, response) => Boolean(response.writeHead(500).end());
    await rm(folder, { recursive: true });
    const error = await failure(resolve({ retries: 3 }));
    expect(error.message).toMatch(/received status 500\. The server is busy or down/);
  });

  it('429 is repeated after the time that the server names', async () => {
    let refusedAt = 0;
    let repeatedAt = 0;
    hub.misbehave = onTransfer((_, response, count) => {
      if (count === 1) {
        refusedAt = performance.now();
        response.writeHead(429, { 'retry-after': '1' }).end();
      } else repeatedAt = performance.now();
      return count === 1;
    });
    await resolve();
    await expectWhole();
    expect(repeatedAt - refusedAt).toBeGreaterThan(950);
    hub.misbehave = (_, response) => Boolean(response.writeHead(429, { 'retry-after': '86400' }).end());
    await rm(folder, { recursive: true });
    expect((await failure(resolve())).message).toMatch(/received status 429/);
  });

  it.each([
    [401, undefined, /private, gated or misspelt.*HF_TOKEN/],
    [403, undefined, /private, gated or misspelt.*accept its terms/],
    [403, 'hf_mine', /The token in HF_TOKEN does not open this model/],
    [404, undefined, /Check the model's id, the revision and the file's name.*HF_TOKEN/],
    [418, undefined, /received status 418.*HF_ENDPOINT/],
  ])('%i (token %s) says what to do, at once', async (status, token, message) => {
    hub.misbehave = (_, response) => Boolean(response.writeHead(status, { 'x-error-message': 'No.' }).end());
    const error = await failure(resolve(token ? { token } : {}));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/\(No\.\)/);
    expect(error.message).not.toContain('hf_mine');
    expect(hub.requests).toHaveLength(1);
  });

  it('that redirects for ever, or to another protocol, is refused', async () => {
    hub.misbehave = (request, response) =>
      Boolean(response.writeHead(302, { location: request.url as string }).end());
    expect((await failure(resolve())).message).toMatch(/expected at most 10 redirects/);
    expect(hub.requests).toHaveLength(11);
    hub.misbehave = (_, response) =>
      Boolean(response.writeHead(302, { location: 'file:///etc/passwd' }).end());
    expect((await failure(resolve())).message).toMatch(/expected a redirect to https/);
    hub.misbehave = (_, response) => Boolean(response.writeHead(302, { location: 'http://[' }).end());
    expect((await failure(resolve())).message).toMatch(/expected a redirect to https/);
  });

  it.each(['<html>', '{}', '{"sha":"main","siblings":[]}', `{"sha":"${COMMIT}","siblings":[{}]}`])(
    'to the question for the commit that is %s is refused',
    async (body) => {
      hub.misbehave = (_, response) => Boolean(response.end(body));
      expect((await failure(resolve({ revision: 'v1.0' }))).message).toMatch(/expected JSON with "sha"/);
    },
  );

  it('that names files outside the folder is refused', async () => {
    hub.misbehave = (_, response) =>
      Boolean(response.end(JSON.stringify({ sha: COMMIT, siblings: [{ rfilename: '../../../x.json' }] })));
    expect((await failure(resolve({ revision: 'v1.0', files: ['**.json'] }))).message).toMatch(
      /path inside the model/,
    );
  });
});

describe('a part of an earlier download', () => {
  const leavePart = async () => {
    hub.misbehave = onTransfer((_, response) => {
      void cutOff(response, 1_500_000);
      return true;
    });
    await failure(resolve({ retries: 0 }));
    const [part] = await parts();
    hub.requests.length = 0;
    hub.misbehave = () => false;
    return join(folder, part as string);
  };

  it('is gone on with', async () => {
    const { size } = await stat(await leavePart());
    const seen: number[] = [];
    await resolve({ onProgress: ({ done }) => seen.push(done) });
    await expectWhole();
    expect(transfers().map(({ range }) => range)).toEqual([`bytes=${size}-`]);
    expect(seen[0]).toBe(size);
  });

  it('is begun anew where the server ignores Range', async () => {
    await leavePart();
    hub.misbehave = onTransfer((_, response) =>
      Boolean(response.writeHead(200, { 'content-length': SIZE }).end(model)),
    );
    await resolve();
    await expectWhole();
    expect(transfers()).toHaveLength(1);
  });

  it('survives an answer in the hub’s place', async () => {
    const part = await leavePart();
    const { size } = await stat(part);
    hub.misbehave = onTransfer((_, response) => Boolean(response.end('<html>please log in</html>')));
    await failure(resolve({ retries: 0 }));
    const [left] = await parts();
    expect((await stat(join(folder, left as string))).size).toBe(size);
  });

  it.each(['another place', 'no place'])('is begun anew where the server sends %s', async (what) => {
    await leavePart();
    hub.misbehave = onTransfer((request, response) => {
      if (!request.headers.range) return false;
      const headers = what === 'no place' ? {} : { 'content-range': `bytes 5-${SIZE - 1}/${SIZE}` };
      response.writeHead(206, headers).end(model.subarray(5));
      return true;
    });
    await resolve();
    await expectWhole();
  });

  it('that is whole already, or too long, is not asked for beyond its end', async () => {
    await writeFile(await leavePart(), model);
    await resolve();
    await expectWhole();
    await rm(folder, { recursive: true });
    await writeFile(await leavePart(), new Uint8Array(SIZE + 5));
    await resolve();
    await expectWhole();
  });

  it('of other content is found by the hash and begun anew', async () => {
    await writeFile(await leavePart(), new Uint8Array(1000));
    await resolve();
    await expectWhole();
    expect(transfers().map(({ range }) => range)).toEqual(['bytes=1000-', undefined]);
  });
});

describe('a caller', () => {
  it('who is offline learns what is missing, and sends nothing', async () => {
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    const error = await failure(resolve({ files: [NAME, 'config.json'] }));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(/expected model\.onnx, config\.json in .*network is off.*HF_HUB_OFFLINE/);
    expect((await failure(resolve({ revision: 'v1.0' }))).message).toMatch(/nothing is known of it/);
    expect((await failure(resolve({ files: ['*.json'] }))).message).toMatch(/network is off/);
    expect(hub.requests).toEqual([]);
  });

  it('who aborts is obeyed at once, and can go on later', async () => {
    hub.misbehave = onTransfer((_, response) => {
      response.writeHead(200, { 'content-length': SIZE, etag: '"cdn-tag"' });
      response.write(model.subarray(0, 1_000_000));
      return true;
    });
    const abort = new AbortController();
    const reason = new Error('enough');
    const promise = failure(
      resolve({ signal: abort.signal, onProgress: ({ done }) => done > 0 && abort.abort(reason) }),
    );
    setTimeout(() => abort.abort(reason), 500);
    expect(await promise).toBe(reason);
    expect(await parts()).toHaveLength(1);
    expect(await failure(resolve({ signal: abort.signal }))).toBe(reason);
    hub.misbehave = () => false;
    await resolve();
    await expectWhole();
    expect(transfers().at(-1)?.range).toMatch(/^bytes=/);
  });

  it('who aborts during a wait is obeyed', async () => {
    hub.misbehave = (_, response) => Boolean(response.writeHead(503, { 'retry-after': '60' }).end());
    const signal = AbortSignal.timeout(200);
    expect((await failure(resolve({ signal }))).name).toBe('TimeoutError');
  });

  it('whose onProgress throws gets that error, and no file', async () => {
    const mine = new Error('mine');
    const onProgress = () => {
      throw mine;
    };
    expect(await failure(resolve({ onProgress }))).toBe(mine);
    expect(await names()).not.toContain(NAME);
  });
});

let module = '';

/** A process that downloads the model. */
function downloader() {
  const options = { files: [NAME], endpoint: hub.endpoint, revision: COMMIT, cacheDir, retryDelay: 5 };
  const code = `import(${JSON.stringify(module)}).then((m) => m.resolveModelFiles('owner/name', ${JSON.stringify(options)})).then(() => console.log('done'));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<{ code: number | null; signal: string | null }>((end) =>
    child.on('close', (exit, signal) => end({ code: exit, signal })),
  );
  return { child, ended };
}

/** Sends the model at 4 MB/s at most, with Range. */
const slowly: Misbehave = onTransfer(async (request, response) => {
  const start = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const headers = { 'content-length': SIZE - start, etag: '"cdn-tag"' };
  if (start) response.writeHead(206, { ...headers, 'content-range': `bytes ${start}-${SIZE - 1}/${SIZE}` });
  else response.writeHead(200, headers);
  for (let at = start; at < SIZE && !response.destroyed; at += 20_000) {
    response.write(model.subarray(at, at + 20_000));
    await sleep(5);
  }
  response.end();
  return true;
});

describe('processes', () => {
  let scripts: string;
  beforeAll(async () => {
    scripts = await mkdtemp(join(tmpdir(), 'downloader-'));
    const source = new URL('../../src/models/extractors/hub/resolve-model-files.ts', import.meta.url);
    module = await bundleScript(source, scripts);
  });
  afterAll(() => rm(scripts, { recursive: true }));

  it('killed at any moment leave no file, and a part that the next one takes up', async () => {
    hub.misbehave = slowly;
    let before = 0;
    for (let round = 0; round < 6; round++) {
      const { child, ended } = downloader();
      const isFar = async () => {
        for (const part of await parts()) {
          const { size } = await stat(join(folder, part)).catch(() => ({ size: 0 }));
          if (size >= before + 100_000) return true;
        }
        return false;
      };
      while (child.exitCode === null && !(await isFar())) await sleep(5);
      child.kill('SIGKILL');
      expect((await ended).signal).toBe('SIGKILL');
      expect(await names()).not.toContain(NAME);
      const [part, ...others] = await parts();
      expect(others).toEqual([]);
      before = (await stat(join(folder, part as string))).size;
    }
    const ranges = transfers().map(({ range }) => Number(range?.slice(6, -1) ?? 0));
    expect(ranges).toHaveLength(6);
    // Each began where the one before was killed.
    expect(ranges[0]).toBe(0);
    for (let round = 1; round < 6; round++) {
      expect(ranges[round]).toBeGreaterThanOrEqual((ranges[round - 1] as number) + 100_000);
    }
    await resolve();
    await expectWhole();
  });

  it('that download at once do not spoil each other’s file', async () => {
    hub.misbehave = slowly;
    const all = [downloader(), downloader(), downloader()];
    let isDone = false;
    const watched = (async () => {
      while (!isDone) {
        const { size } = await stat(join(folder, NAME)).catch(() => ({ size: SIZE }));
        expect(size).toBe(SIZE);
        await sleep(2);
      }
    })();
    const mine = [resolve(), resolve()];
    for (const { ended } of all) expect(await ended).toEqual({ code: 0, signal: null });
    await Promise.all(mine);
    isDone = true;
    await watched;
    await expectWhole();
  });
});

describe('a file system', () => {
  let mount: string | undefined;
  const why = (() => {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'only root can mount one on Linux';
    return null;
  })();

  it.skipIf(why)(
    `that is full gives a typed error and no file${why ? ` (skipped: ${why})` : ''}`,
    async (context) => {
      mount = join(root, `small-${basename(cacheDir)}`);
      await mkdir(mount);
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', mount], { stdio: 'pipe' });
      } catch (error) {
        return context.skip(`cannot mount: ${(error as Error).message.trim()}`);
      }
      try {
        await resolve({ cacheDir: mount, files: ['config.json'] });
        const error = await failure(resolve({ cacheDir: mount }));
        expect(error).toBeInstanceOf(MvsaFusionError);
        expect(error.message).toMatch(/Could not write .*ENOSPC.*free space/);
        expect(await readdir(join(mount, 'owner--name', COMMIT))).toEqual(['config.json']);
        expect(transfers()).toHaveLength(1);
      } finally {
        execFileSync('umount', [mount]);
      }
    },
  );

  it('with a file in the way of the cache gives a typed error', async () => {
    await mkdir(join(cacheDir, 'owner--name'));
    await writeFile(folder, 'in the way');
    const error = await failure(resolve());
    expect(error).toBeInstanceOf(MvsaFusionError);
    expect(error.message).toMatch(/Could not write .*(EEXIST|ENOTDIR)/);
  });
});
