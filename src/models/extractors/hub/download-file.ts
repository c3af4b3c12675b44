import { open, rename } from 'node:fs/promises';
import { DataError, MvsaFusionError } from '../../../errors';
import { gitHashOfFile, sha256OfFile } from '../../../files/digests';
import { type HubConnection, type HubResponse, hubRequest } from './hub-request';
import {
  leavePartial,
  markPartial,
  type PartialFile,
  removeAbandoned,
  sizeOf,
  takePartial,
  versionMark,
} from './partial-file';
import { retry, TransientError } from './retry';

/** What to fetch, and where to. */
interface Download {
  readonly connection: HubConnection;
  /** Path of the file at the endpoint, with a slash at its start. */
  readonly path: string;
  /** Where it goes. */
  readonly file: string;
  /** What the caller knows of the content. */
  readonly sha256: string | undefined;
  readonly retries: number;
  /** Milliseconds before the first repetition. */
  readonly delay: number;
  /** Called as bytes arrive, with those of an earlier part included. */
  readonly onBytes: (bytes: number, totalBytes: number | null) => void;
}

/** So much more than ever before counts as progress: a connection that breaks now and then still brings the file. */
const PROGRESS = 2 ** 20;

/**
 * Fetches a file: into a part beside it, checked for size and hash, synced, and renamed. Goes on where an earlier attempt or a
 * dead process stopped, where the server can.
 *
 * @throws {@link DataError} when the server does not have it, or what comes is not what was announced; {@link MvsaFusionError}
 *   when the file system refuses; the signal's reason.
 */
export async function downloadFile(download: Download): Promise<void> {
  const { connection, file, retries, delay } = download;
  const { signal } = connection;
  const state: State = { partial: null, isWorthless: false };
  try {
    state.partial = await takePartial(file);
    let most = await sizeOf(state.partial.path);
    await retry({ retries, delay, signal }, async (progressed) => {
      try {
        await attempt(download, state);
      } catch (error) {
        const now = state.partial ? await sizeOf(state.partial.path) : 0;
        if (now >= most + PROGRESS) progressed();
        most = Math.max(most, now);
        throw error;
      }
    });
    await rename((state.partial as PartialFile).path, file);
    await removeAbandoned(file);
  } catch (cause) {
    if (cause instanceof MvsaFusionError || signal?.aborted) throw cause;
    if (!(cause as NodeJS.ErrnoException).syscall) throw cause;
    state.isWorthless = true;
    throw new MvsaFusionError(
      `Could not write ${file}: ${(cause as Error).message}. Choose a cacheDir that can be written to and has free space.`,
      { cause },
    );
  } finally {
    if (state.partial) await leavePartial(state.partial, !state.isWorthless);
  }
}

interface State {
  partial: PartialFile | null;
  /** Whether the part must not be gone on with. */
  isWorthless: boolean;
}

/** One request; afterwards the part is whole, or an error says what is wrong. */
async function attempt(download: Download, state: State): Promise<void> {
  const { connection, path, file, onBytes } = download;
  let partial = state.partial as PartialFile;
  let offset = partial.mark === null || state.isWorthless ? 0 : await sizeOf(partial.path);
  const headers = offset > 0 ? { range: `bytes=${offset}-` } : {};
  const answer = await hubRequest(connection, path, headers);
  try {
    const { status } = answer.response;
    const mark = versionMark(tagOf(answer));
    const range = rangeOf(answer.response);
    if (status !== 200) {
      // The rest of another version, or of another place, or none at all.
      const isWhole = status === 416 && range?.total === offset;
      const goesOn = (status === 206 && range?.start === offset) || isWhole;
      if (!goesOn || mark !== partial.mark) {
        if (offset === 0) throw new TransientError(`${path}: expected status 200, received ${status}.`);
        state.isWorthless = true;
        answer.close();
        return attempt(download, state);
      }
      if (isWhole) return await checkContent(download, answer, state);
    }
    // Before anything is written: an answer in the hub's place must not cost the part.
    const total = totalOf(answer, path, range?.total ?? null);
    if (status === 200) {
      offset = 0;
      partial = await markPartial(file, partial, mark);
      state.partial = partial;
      state.isWorthless = false;
    }
    const handle = await open(partial.path, 'a');
    try {
      onBytes(offset, total);
      for await (const chunk of answer.chunks()) {
        await handle.appendFile(chunk);
        offset += chunk.length;
        onBytes(offset, total);
      }
      // Before the rename, or a power cut could leave the new name with no content.
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (total !== null && offset !== total) {
      if (offset > total) state.isWorthless = true;
      throw new TransientError(`${path}: expected ${total} bytes, received ${offset}. Try again later.`);
    }
    await checkContent(download, answer, state);
  } finally {
    answer.close();
  }
}

/** Compares the part with the hash that the server names and with the caller's. */
async function checkContent({ path, sha256 }: Download, answer: HubResponse, state: State): Promise<void> {
  const part = (state.partial as PartialFile).path;
  const tag = tagOf(answer);
  let announced: string | null = null;
  let received: string | null = null;
  if (tag && /^[0-9a-f]{64}$/.test(tag)) {
    announced = tag;
    received = await sha256OfFile(part);
  } else if (tag && /^[0-9a-f]{40}$/.test(tag) && answer.header('x-repo-commit')) {
    // Small files lie in git itself, and the hub names git's hash.
    announced = tag;
    received = await gitHashOfFile(part);
  }
  if (announced !== received) {
    state.isWorthless = true;
    throw new TransientError(
      `${path}: expected content with the hash ${announced}, received ${received}: it changed on its way. Try again later.`,
    );
  }
  if (sha256 === undefined) return;
  const mine = announced?.length === 64 ? received : await sha256OfFile(part);
  if (mine === sha256.toLowerCase()) return;
  state.isWorthless = true;
  const message = `${path}: expected content with the SHA-256 ${sha256.toLowerCase()}, received ${mine}.`;
  if (announced === null) throw new TransientError(`${message} Check the revision and the hash.`);
  throw new DataError(`${message} The server announced just that: check the revision and the hash.`);
}

/** The content's name: the hub's own, without the quotes and the sign of a weak tag. */
function tagOf({ header }: HubResponse): string | null {
  const tag = header('x-linked-etag', 'etag');
  return tag === null ? null : tag.replace(/^W\//, '').replaceAll('"', '');
}

function rangeOf(
  response: Response,
): { readonly start: number | null; readonly total: number | null } | null {
  const match = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
  if (!match) return null;
  const numberOf = (digits: string | undefined) => (digits && digits !== '*' ? Number(digits) : null);
  return { start: numberOf(match[1]), total: numberOf(match[2]) };
}

/** Bytes of the whole file, as announced; null where only the end of the transfer tells. */
function totalOf({ response, header }: HubResponse, path: string, ranged: number | null): number | null {
  const numberOf = (text: string | null) => (text !== null && /^\d+$/.test(text) ? Number(text) : null);
  const isEncoded = !['', 'identity'].includes(response.headers.get('content-encoding') ?? '');
  const length =
    isEncoded || response.status !== 200 ? null : numberOf(response.headers.get('content-length'));
  const linked = numberOf(header('x-linked-size'));
  const sent = ranged ?? length;
  if (linked !== null && sent !== null && linked !== sent) {
    throw new TransientError(
      `${path}: expected ${linked} bytes, as the hub says, received an answer of ${sent}. Check the network: a proxy may answer in its place.`,
    );
  }
  const isChunked = response.headers.has('transfer-encoding');
  if (linked === null && sent === null && !isChunked && !isEncoded && !tagOf({ header } as HubResponse)) {
    throw new DataError(
      `${path}: expected a length or a hash, received neither, so a file that was cut off would pass. Use another endpoint.`,
    );
  }
  return linked ?? sent;
}
