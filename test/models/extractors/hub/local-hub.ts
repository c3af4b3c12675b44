/** A hub on 127.0.0.1 whose behaviour a test sets, request by request. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a test does with a request; false: answer as a good hub would. */
export type Misbehave = (
  request: IncomingMessage,
  response: ServerResponse,
  count: number,
) => boolean | undefined | Promise<boolean>;

export interface LocalHub {
  readonly endpoint: string;
  readonly requests: { url: string; range: string | undefined; authorization: string | undefined }[];
  misbehave: Misbehave;
  close(): Promise<void>;
}

export const COMMIT = '0123456789abcdef0123456789abcdef01234567';
export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
export const gitHash = (bytes: Uint8Array) =>
  createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');

/**
 * Serves `files` as owner/name. Those above 1,000 bytes lie on a "CDN" (the same server under another path), to which the hub
 * redirects with X-Linked-Size and X-Linked-ETag, as it does for LFS files; the others come with git's hash.
 */
export async function startHub(files: Readonly<Record<string, Uint8Array>>): Promise<LocalHub> {
  const counts = new Map<string, number>();
  const server = createServer(async (request, response) => {
    const url = decodeURIComponent(request.url as string);
    const { range, authorization } = request.headers;
    hub.requests.push({ url, range, authorization });
    const count = (counts.get(url) ?? 0) + 1;
    counts.set(url, count);
    if (await hub.misbehave(request, response, count)) return;
    serve(files, url, range, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hub: LocalHub = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    misbehave: () => false,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return hub;
}

function serve(
  files: Readonly<Record<string, Uint8Array>>,
  url: string,
  range: string | undefined,
  response: ServerResponse,
): void {
  const api = /^\/api\/models\/owner\/name\/revision\/(.+)$/.exec(url);
  if (api && ['main', 'v1.0', COMMIT].includes(api[1] as string)) {
    const siblings = Object.keys(files).map((rfilename) => ({ rfilename }));
    response.end(JSON.stringify({ sha: COMMIT, siblings }));
    return;
  }
  const [, place, name = ''] = new RegExp(`^/(owner/name/resolve/${COMMIT}|cdn)/(.+)$`).exec(url) ?? [];
  const content = files[name];
  if (!place || !content) {
    response.writeHead(404, { 'x-error-code': place ? 'EntryNotFound' : 'RepoNotFound' }).end();
    return;
  }
  const headers: Record<string, string | number> = { 'accept-ranges': 'bytes' };
  if (place !== 'cdn') {
    headers['x-repo-commit'] = COMMIT;
    if (content.length > 1000) {
      headers['x-linked-size'] = content.length;
      headers['x-linked-etag'] = `"${sha256(content)}"`;
      headers.location = `/cdn/${encodeURIComponent(name)}`;
      response.writeHead(302, headers).end();
      return;
    }
    headers.etag = `"${gitHash(content)}"`;
  } else headers.etag = '"cdn-tag"';
  const start = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? -1);
  if (start >= content.length) {
    response.writeHead(416, { ...headers, 'content-range': `bytes */${content.length}` }).end();
  } else if (start >= 0) {
    headers['content-range'] = `bytes ${start}-${content.length - 1}/${content.length}`;
    headers['content-length'] = content.length - start;
    response.writeHead(206, headers).end(content.subarray(start));
  } else {
    response.writeHead(200, { ...headers, 'content-length': content.length }).end(content);
  }
}
