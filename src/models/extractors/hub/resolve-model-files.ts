import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { DataError, OptionError } from '../../../errors';
import { sha256OfFile } from '../../../files/digests';
import { downloadFile } from './download-file';
import { filesBelow, hubCache, isCommit, isFile } from './hub-cache';
import { hubInfo } from './hub-request';
import {
  checkFileName,
  isPattern,
  type ModelSettings,
  namesFitting,
  type ResolveModelOptions,
  resolveModelOptions,
} from './resolve-model-options';
import { retry } from './retry';

/** Files of a model on this machine. */
export interface ResolvedModel {
  /** Path of the folder that holds them. */
  readonly folder: string;
  /** Their names within it, with `/` between the parts. */
  readonly files: readonly string[];
  /** The hub's commit of 40 hexadecimal digits; null for a local folder. */
  readonly revision: string | null;
}

const BETWEEN_REPORTS = 100;

/**
 * Gives the files of a model: those of a local folder, or of the Hugging Face Hub, downloaded when they are not there yet.
 *
 * A download goes to a temporary file that is checked for the size and hash that the hub names, and renamed when it is whole,
 * so that no reader ever sees a part. It goes on where an earlier one broke off. Files of a commit are fetched once: later calls
 * need no network. A branch (`'main'` too) is asked for once, and its commit remembered in `cacheDir`, so that a model does not
 * change between two runs; pass the commit as `revision` to say which one you mean.
 *
 * @param source a folder (absolute, starting with `./`, `../` or `~/`, or existing), or a hub id `owner/name`
 * @param options the files that are wanted, and how to get them
 * @throws {@link DataError} when a folder, model, revision or file is missing, a hash differs, the hub does not answer, or
 *   `offline` and something is missing; {@link OptionError} for a wrong option; {@link MvsaFusionError} when the disk is full.
 * @example
 * ```ts
 * import { resolveModelFiles } from 'mvsa-fusion/models';
 *
 * const { folder } = await resolveModelFiles('Xenova/bert-base-uncased', {
 *   files: ['onnx/model.onnx', 'tokenizer.json', 'tokenizer_config.json'],
 *   onProgress: ({ stage, done, total }) => console.log(stage, done, total),
 * });
 * ```
 */
export async function resolveModelFiles(
  source: string,
  options: ResolveModelOptions,
): Promise<ResolvedModel> {
  const resolved = resolveModelOptions(options);
  const found = modelSource(source);
  return found.kind === 'folder' ? fromFolder(found.folder, resolved) : fromHub(found.id, resolved);
}

async function fromFolder(folder: string, options: ModelSettings): Promise<ResolvedModel> {
  const { sha256 } = options;
  const files = chooseNames(folder, await filesBelow(folder), options);
  for (const [name, expected] of Object.entries(sha256)) {
    if (!files.includes(name)) continue;
    const received = await sha256OfFile(join(folder, name));
    if (received !== expected.toLowerCase()) {
      throw new DataError(
        `${join(folder, name)}: expected the SHA-256 ${expected.toLowerCase()}, received ${received}. Copy the file again.`,
      );
    }
  }
  return { folder, files, revision: null };
}

async function fromHub(id: string, options: ModelSettings): Promise<ResolvedModel> {
  const { connection, cacheDir, offline, retries, retryDelay, sha256, onProgress } = options;
  const { revision = 'main', files, optionalFiles } = options;
  const cache = hubCache(cacheDir, id);
  const isExact = optionalFiles.length === 0 && !files.some(isPattern);
  /** Asks the hub, and remembers its answer. */
  const ask = async () => {
    if (offline) {
      throw new DataError(
        `${id}: expected ${[...files, ...optionalFiles].join(', ')} of revision "${revision}" in ${cacheDir}, where nothing is known of it, and the network is off (offline, HF_HUB_OFFLINE). Go online once, or give a local folder.`,
      );
    }
    const info = await retry({ retries, delay: retryDelay, signal: connection.signal }, () =>
      hubInfo(connection, id, known ?? revision),
    );
    await cache.writeNames(info.commit, info.names);
    return info;
  };
  const known = isCommit(revision) ? revision : await cache.readCommit(revision);
  const asked = known && (isExact || (await cache.readNames(known))) ? null : await ask();
  const commit = known ?? (asked?.commit as string);
  if (!known) {
    await cache.writeCommit(revision, commit);
    if (options.revision === undefined) {
      process.emitWarning(
        `${id}: "${revision}" is commit ${commit}, and stays it: ${cache.refFile(revision)} remembers. Pass revision: '${commit}' to pin it.`,
      );
    }
  }
  const folder = cache.folder(commit);
  const names = isExact
    ? [...new Set(files)]
    : chooseNames(`${id} at ${commit}`, asked?.names ?? (await cache.readNames(commit)) ?? [], options);

  const missing: string[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const expected = sha256[name]?.toLowerCase();
    const isThere =
      (await isFile(path)) && (expected === undefined || (await sha256OfFile(path)) === expected);
    if (!isThere) missing.push(name);
  }
  if (missing.length > 0 && offline) {
    throw new DataError(
      `${id} at ${commit}: expected ${missing.join(', ')} in ${folder}, where ${missing.length === 1 ? 'it is' : 'they are'} missing or changed, and the network is off (offline, HF_HUB_OFFLINE). Go online once, or copy the files there.`,
    );
  }
  for (const name of missing) {
    await downloadFile({
      connection,
      path: `/${id}/resolve/${commit}/${name.split('/').map(encodeURIComponent).join('/')}`,
      file: join(folder, name),
      sha256: sha256[name],
      retries,
      delay: retryDelay,
      onBytes: reporter(name, onProgress),
    });
  }
  return { folder, files: names, revision: commit };
}

/** The names that are wanted, of those that there are. */
function chooseNames(where: string, names: readonly string[], options: ModelSettings): string[] {
  const fitting = (wanted: string) =>
    isPattern(wanted) ? namesFitting(wanted, names) : names.filter((name) => name === wanted);
  const lacking = options.files.filter((wanted) => fitting(wanted).length === 0);
  if (lacking.length > 0) {
    const some = names.slice(0, 20).join(', ') || 'no files';
    throw new DataError(
      `${where}: expected ${lacking.join(', ')}, received ${some}${names.length > 20 ? ', …' : ''}. Check the model, or the names of the files.`,
    );
  }
  return [...new Set([...options.files, ...options.optionalFiles].flatMap(fitting))].map(checkFileName);
}

/** Reports the first and the last bytes, and some in between. */
function reporter(file: string, onProgress: ModelSettings['onProgress']) {
  let last = Number.NEGATIVE_INFINITY;
  return (bytes: number, totalBytes: number | null) => {
    const now = performance.now();
    if (bytes !== totalBytes && now - last < BETWEEN_REPORTS) return;
    last = now;
    onProgress({ stage: `download ${file}`, done: bytes, total: totalBytes });
  };
}

/** Where a model comes from. */
type ModelSource =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'hub'; readonly id: string };

const PART = /^[A-Za-z0-9][\w.-]{0,95}$/;

/**
 * Tells a local folder from a hub id.
 *
 * A path that is absolute, starts with `./`, `../` or `~/`, or exists is a folder; `owner/name` is a hub id.
 *
 * @throws {@link DataError} when the folder does not exist; {@link OptionError} when it is neither.
 */
function modelSource(source: string): ModelSource {
  if (typeof source !== 'string' || source.trim() === '' || source.includes('\0')) {
    throw new OptionError(
      `model: expected a folder or a hub id such as "Xenova/bert-base-uncased", received ${JSON.stringify(source)}.`,
    );
  }
  const path = /^~[/\\]/.test(source) ? join(homedir(), source.slice(2)) : source;
  if (existsSync(path)) return { kind: 'folder', folder: resolve(path) };
  if (isAbsolute(path) || /^\.{1,2}([/\\]|$)/.test(path)) {
    throw new DataError(`${source}: expected a folder with a model's files; there is none. Check the path.`);
  }
  const parts = source.split('/');
  if (parts.length === 2 && parts.every((part) => PART.test(part) && !/\.\.|\.git$/.test(part))) {
    return { kind: 'hub', id: source };
  }
  throw new OptionError(
    `model: expected an existing folder or a hub id of the form owner/name, received "${source}". A folder that does not exist yet is written ./${source}.`,
  );
}
