import { DataError } from '../../errors';
import { isCommit } from './hub-cache';
import { type HubConnection, hubRequest } from './hub-request';

/** What the hub knows of a model at a revision. */
export interface HubInfo {
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
