import { DataError } from '../../../errors';
import { isCommit } from './hub-cache';
import { TransientError } from './retry';

/** What every request to a hub needs. */
export interface HubConnection {
  /** The hub's address without a slash at its end. */
  readonly endpoint: string;
  /** Sent to the hub, and to no host that it redirects to. */
  readonly token: string | undefined;
  /** Aborts requests. */
  readonly signal: AbortSignal | undefined;
  /** Milliseconds without a byte after which a connection counts as dead. */
  readonly timeout: number;
}

/** A server's answer, and what it said on the way to it. */
export interface HubResponse {
  /** The last response; its body is not read yet. */
  readonly response: Response;
  /** A header of the first response that has it: the hub's own words come before those of the host it redirects to. */
  header(...names: readonly string[]): string | null;
  /** Chunks of the body; a stall is a {@link TransientError}. */
  chunks(): AsyncGenerator<Uint8Array>;
  /** Drops the connection. */
  close(): void;
}

const MOST_REDIRECTS = 10;

/**
 * GETs an address of the hub, following redirects by hand: the hub names size and hash in the response that redirects.
 *
 * @throws {@link TransientError} for what may pass; {@link DataError} for what will not, such as 404; the signal's reason.
 */
export async function hubRequest(
  { endpoint, token, signal, timeout }: HubConnection,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<HubResponse> {
  const abort = new AbortController();
  const connection = signal ? AbortSignal.any([signal, abort.signal]) : abort.signal;
  let timer: NodeJS.Timeout | undefined;
  const close = () => {
    clearTimeout(timer);
    abort.abort();
  };
  const first = new URL(`${endpoint}${path}`);
  /** Waits for one step of the transfer, no longer than the time-out. */
  const step = async <Result>(promise: () => Promise<Result>): Promise<Result> => {
    let isDead = false;
    timer = setTimeout(() => {
      isDead = true;
      abort.abort();
    }, timeout);
    try {
      return await promise();
    } catch (cause) {
      signal?.throwIfAborted();
      const reason = isDead ? `no byte for ${timeout / 1000} s` : reasonOf(cause);
      throw new TransientError(
        `${first.href}: the connection failed: ${reason}. Check the network, and the endpoint (HF_ENDPOINT).`,
        { cause },
      );
    } finally {
      clearTimeout(timer);
    }
  };

  const seen: Headers[] = [];
  const follow = async (url: URL): Promise<Response> => {
    const mine = url.origin === first.origin && token ? { authorization: `Bearer ${token}` } : {};
    const response = await step(() =>
      fetch(url, {
        // A compressed body has another length than the file.
        headers: { 'accept-encoding': 'identity', 'user-agent': 'mvsa-fusion', ...headers, ...mine },
        redirect: 'manual',
        signal: connection,
      }),
    );
    seen.push(response.headers);
    const location = response.headers.get('location');
    if ([301, 302, 303, 307, 308].includes(response.status) && location) {
      await response.body?.cancel().catch(() => {});
      return follow(redirected(first, url, location, seen.length));
    }
    if ([200, 206, 416].includes(response.status)) return response;
    throw hubError(first.href, response, token !== undefined);
  };
  const response = await follow(first).catch((error) => {
    close();
    throw error;
  });
  return {
    response,
    close,
    header: (...names) => {
      for (const name of names) for (const each of seen) if (each.has(name)) return each.get(name);
      return null;
    },
    async *chunks() {
      const reader = response.body?.getReader();
      try {
        while (reader) {
          const { done, value } = await step(() => reader.read());
          if (done) return;
          yield value;
        }
      } finally {
        close();
      }
    },
  };
}

/** Where a redirect leads: to https, or from http to http, and not in circles. */
function redirected(first: URL, url: URL, location: string, redirects: number): URL {
  const next = URL.canParse(location, url) ? new URL(location, url) : null;
  if (next?.protocol !== 'https:' && !(next?.protocol === 'http:' && first.protocol === 'http:')) {
    throw new DataError(`${first.href}: expected a redirect to https, received ${location}.`);
  }
  if (redirects > MOST_REDIRECTS) {
    throw new DataError(
      `${first.href}: expected at most ${MOST_REDIRECTS} redirects, received more. Check the endpoint (HF_ENDPOINT).`,
    );
  }
  return next;
}

/** fetch hides the reason in the cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { message?: string; code?: string } };
  return [message, cause?.message || cause?.code].filter(Boolean).join(': ') || String(error);
}

const TOKEN_HELP = 'create a token at the hub and set the environment variable HF_TOKEN';

/** The error for a response that holds no file: says what the status means for a model and what to do. */
function hubError(url: string, response: Response, hasToken: boolean): DataError {
  const { status, headers } = response;
  const said = headers.get('x-error-message') ?? headers.get('x-error-code') ?? '';
  const received = `${url}: expected a file, received status ${status}${said ? ` (${said.slice(0, 200)})` : ''}`;
  if (status === 429 || status === 408 || status >= 500) {
    const retryAfter = waitOf(headers.get('retry-after'));
    return new TransientError(
      `${received}. The server is busy or down; try again later.`,
      retryAfter === undefined ? {} : { retryAfter },
    );
  }
  if (status === 401 || status === 403) {
    return new DataError(
      hasToken
        ? `${received}. The token in HF_TOKEN does not open this model: accept its terms on its page at the hub, or check the id and the token.`
        : `${received}. The model is private, gated or misspelt: check the id, accept its terms on its page at the hub, and ${TOKEN_HELP}.`,
    );
  }
  if (status === 404) {
    const remedy = hasToken ? '' : ` For a private model, ${TOKEN_HELP}.`;
    return new DataError(`${received}. Check the model's id, the revision and the file's name.${remedy}`);
  }
  return new DataError(`${received}. Check the endpoint (HF_ENDPOINT).`);
}

/** Milliseconds of a Retry-After header, which holds seconds or a date. */
function waitOf(value: string | null): number | undefined {
  if (value === null) return undefined;
  const seconds = Number(value);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
}

/** What the hub knows of a model at a revision. */
interface HubInfo {
  /** 40 hexadecimal digits. */
  readonly commit: string;
  /** The names of all its files. */
  readonly names: readonly string[];
}

const MOST_BYTES = 2 ** 25;

/**
 * Asks the hub which commit a revision is, and which files it has.
 *
 * @throws {@link DataError} when there is no such model or revision, or the answer is not the hub's.
 */
export async function hubInfo(connection: HubConnection, id: string, revision: string): Promise<HubInfo> {
  const path = `/api/models/${id}/revision/${encodeURIComponent(revision)}`;
  const answer = await hubRequest(connection, path);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.chunks()) {
    size += chunk.length;
    if (size > MOST_BYTES) break;
    chunks.push(chunk);
  }
  try {
    const { sha, siblings } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    const names = siblings.map(({ rfilename }: { rfilename: unknown }) => rfilename);
    if (isCommit(sha) && names.every((name: unknown) => typeof name === 'string'))
      return { commit: sha, names };
  } catch {}
  throw new DataError(
    `${connection.endpoint}${path}: expected JSON with "sha" and "siblings", received something else. Check the endpoint (HF_ENDPOINT), or give a commit as revision and the files by name.`,
  );
}
