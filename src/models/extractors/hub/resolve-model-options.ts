import { DataError, OptionError } from '../../../errors';
import { checkOptionNames } from '../../../options/check-option-names';
import type { Progress } from '../../../types';
import { defaultCacheDir } from './hub-cache';
import type { HubConnection } from './hub-request';

/** Which files of a model are wanted, and how to get them. */
export interface ResolveModelOptions {
  /** Names within the model such as `onnx/model.onnx`, or patterns: `*` stands for any characters but `/`, `**` for any. Each must be there. */
  readonly files: readonly string[];
  /**
   * Names or patterns of files that a model may lack.
   *
   * @defaultValue none
   */
  readonly optionalFiles?: readonly string[];
  /**
   * Commit, tag or branch. Only a commit is pinned; of a tag or branch the first answer is remembered in `cacheDir`.
   *
   * @defaultValue `'main'`, with a warning that names the commit
   */
  readonly revision?: string;
  /**
   * SHA-256 in hexadecimal of some of the files, by name. They are checked at each call, also in a local folder.
   *
   * @defaultValue those that the hub names, checked after the download
   */
  readonly sha256?: Readonly<Record<string, string>>;
  /**
   * Where downloads are kept.
   *
   * @defaultValue `$XDG_CACHE_HOME/mvsa-fusion/models`, or `~/.cache/mvsa-fusion/models`
   */
  readonly cacheDir?: string;
  /**
   * Address of the hub or of a mirror.
   *
   * @defaultValue the environment variable `HF_ENDPOINT`, or `https://huggingface.co`
   */
  readonly endpoint?: string;
  /**
   * Token for private and gated models.
   *
   * @defaultValue the environment variable `HF_TOKEN`
   */
  readonly token?: string;
  /**
   * Whether to use no network at all.
   *
   * @defaultValue whether the environment variable `HF_HUB_OFFLINE` is 1, true, yes or on
   */
  readonly offline?: boolean;
  /**
   * Called at the start and at the end of a file, and at most ten times a second in between. The stage is `'download FILE'`, with the
   * file's name within the model; what is counted are bytes, and the total is null where the server does not say.
   */
  readonly onProgress?: (progress: Progress) => void;
  /** Stops the download; what has come is kept for the next one. */
  readonly signal?: AbortSignal;
  /**
   * Further attempts after a failure that may pass; 0 or more.
   *
   * @defaultValue 5
   */
  readonly retries?: number;
  /**
   * Milliseconds before the first repetition; each further one waits twice as long.
   *
   * @defaultValue 500
   */
  readonly retryDelay?: number;
  /**
   * Milliseconds without a byte after which a connection counts as dead.
   *
   * @defaultValue 30000
   */
  readonly timeout?: number;
}

/** The options with all defaults in place. */
export interface ModelSettings extends Required<Omit<ResolveModelOptions, 'signal' | 'token' | 'revision'>> {
  readonly revision: string | undefined;
  readonly connection: HubConnection;
}

/** Checks the options and puts in the defaults. */
export function resolveModelOptions(options: ResolveModelOptions): ModelSettings {
  checkOptionNames('resolveModelFiles', options, {
    files: true,
    optionalFiles: true,
    revision: true,
    sha256: true,
    cacheDir: true,
    endpoint: true,
    token: true,
    offline: true,
    onProgress: true,
    signal: true,
    retries: true,
    retryDelay: true,
    timeout: true,
  });
  const { files, optionalFiles = [], revision, sha256 = {}, cacheDir = defaultCacheDir() } = options;
  const { retries = 5, retryDelay = 500, timeout = 30_000, signal, onProgress = () => {} } = options;
  const endpoint = (options.endpoint ?? (process.env.HF_ENDPOINT || 'https://huggingface.co')).replace(
    /\/+$/,
    '',
  );
  const token = options.token ?? (process.env.HF_TOKEN?.trim() || undefined);
  const offline = options.offline ?? /^(1|true|yes|on)$/i.test(process.env.HF_HUB_OFFLINE ?? '');

  if (!Array.isArray(files) || !Array.isArray(optionalFiles) || files.length + optionalFiles.length === 0) {
    throw new OptionError(
      `files: expected a list of file names or patterns, received ${JSON.stringify(files)}.`,
    );
  }
  for (const name of [...files, ...optionalFiles]) if (!isPattern(name)) checkFileName(name);
  for (const [name, hash] of Object.entries(sha256)) {
    if (!/^[0-9a-f]{64}$/i.test(hash)) {
      throw new OptionError(
        `sha256: expected 64 hexadecimal digits for "${name}", received ${JSON.stringify(hash)}.`,
      );
    }
  }
  if (revision !== undefined && (!/^\w[\w./-]*$/.test(revision) || revision.includes('..'))) {
    throw new OptionError(
      `revision: expected a commit, a tag or a branch, received ${JSON.stringify(revision)}.`,
    );
  }
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol)) {
    throw new OptionError(
      `endpoint: expected an address such as https://huggingface.co, received "${endpoint}".`,
    );
  }
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw new OptionError(
      'token: expected letters, digits and signs without spaces, received others. Check HF_TOKEN.',
    );
  }
  if (!Number.isInteger(retries) || retries < 0) {
    throw new OptionError(`retries: expected a whole number of at least 0, received ${retries}.`);
  }
  for (const [name, value] of Object.entries({ retryDelay, timeout })) {
    if (!(value > 0 && value <= 2 ** 31 - 1)) {
      throw new OptionError(`${name}: expected milliseconds above 0, received ${value}.`);
    }
  }
  return {
    files,
    optionalFiles,
    revision,
    sha256,
    cacheDir,
    endpoint,
    offline,
    onProgress,
    retries,
    retryDelay,
    timeout,
    connection: { endpoint, token, signal, timeout },
  };
}

/**
 * Refuses a file name that could lie outside the model's folder.
 *
 * @param name path within the model, with `/` between its parts, such as `onnx/model.onnx`
 * @throws {@link DataError} when it is absolute, empty, or has a part such as `..`.
 */
export function checkFileName(name: string): string {
  const parts = typeof name === 'string' ? name.split('/') : [];
  const isBad = (part: string) =>
    part === '' || part === '.' || part === '..' || /[\\:*?"<>|\p{Cc}]/u.test(part);
  if (parts.length === 0 || parts.some(isBad)) {
    throw new DataError(
      `model file: expected a path inside the model such as "onnx/model.onnx", received ${JSON.stringify(name)}.`,
    );
  }
  return name;
}

/** Whether a wanted name is a pattern: one that holds `*`. */
export function isPattern(name: string): boolean {
  return typeof name === 'string' && name.includes('*');
}

/** The names that a pattern fits: `*` stands for any characters but `/`, `**` for any. */
export function namesFitting(pattern: string, names: readonly string[]): string[] {
  const source = pattern
    .split(/(\*+)/)
    .map((part) => {
      if (/^\*+$/.test(part)) return part.length > 1 ? '.*' : '[^/]*';
      return part.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
    })
    .join('');
  const fits = new RegExp(`^${source}$`, 's');
  return names.filter((name) => fits.test(name));
}
