import { exactJson } from '../../files/canonical-json';
import { sha256 } from '../../files/digests';
import type { JsonObject } from './checkpoint';

const FORMAT = 'mvsa-fusion checkpoint';
const VERSION = 1;

/** A file that a checkpoint consists of. */
export interface StoredFile {
  /** Its name in the directory. */
  readonly name: string;
  /** Its size. */
  readonly bytes: number;
  /** SHA-256 of its content, in hexadecimal. */
  readonly sha256: string;
}

/** Best weights that a checkpoint refers to. */
export interface StoredBest extends StoredFile {
  /** The caller's name of these weights. */
  readonly id: string;
}

/** What the JSON file of a checkpoint says. */
export interface CheckpointRecord {
  /** Optimizer steps. */
  readonly step: number;
  /** As the caller gave it. */
  readonly config: JsonObject;
  /** As the caller gave it. */
  readonly state: JsonObject;
  /** Where the current tensors are. */
  readonly tensors: StoredFile;
  /** Where the best weights are. */
  readonly best?: StoredBest;
}

/** What became of reading a JSON file. */
type ParsedRecord =
  | { readonly record: CheckpointRecord; readonly sha256: string }
  | { readonly problem: string }
  | { readonly newerVersion: number };

/** Makes the text after `files`, so that data that JSON cannot say are refused before any file is written. */
export function encodeRecordData({ config, state }: Pick<CheckpointRecord, 'config' | 'state'>): string {
  return `"config":${exactJson(config, 'config')},\n"state":${exactJson(state, 'state')}}\n`;
}

/**
 * The JSON file of a checkpoint. Its first line is the SHA-256 of all bytes after that line.
 *
 * @param data what {@link encodeRecordData} made
 */
export function formatRecord(
  { step, tensors, best }: Pick<CheckpointRecord, 'step' | 'tensors' | 'best'>,
  data: string,
): string {
  const files = exactJson({ tensors, best }, 'files');
  const rest = `"format":"${FORMAT}","version":${VERSION},"step":${step},\n"files":${files},\n${data}`;
  return firstLine(sha256(rest)) + rest;
}

/** Reads the bytes of a JSON file. */
export function parseRecord(bytes: Uint8Array): ParsedRecord {
  const start = bytes.indexOf(0x0a) + 1;
  const digest = sha256(bytes.subarray(start));
  const begin = Buffer.from(bytes.subarray(0, start));
  if (!begin.equals(Buffer.from(firstLine(digest)))) {
    return { problem: 'its content is not what its first line says (SHA-256)' };
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    return { problem: `it is no JSON: ${(error as Error).message}` };
  }
  const { format, version, step, files, config, state } = parsed as Record<string, unknown>;
  if (format !== FORMAT) return { problem: `expected the format "${FORMAT}"` };
  if (typeof version === 'number' && version > VERSION) return { newerVersion: version };
  const { tensors, best } = isObject(files) ? files : {};
  const isWhole =
    version === VERSION &&
    isCount(step) &&
    isObject(config) &&
    isObject(state) &&
    isFile(tensors) &&
    (best === undefined || (isFile(best) && typeof (best as Partial<StoredBest>).id === 'string'));
  if (!isWhole)
    return { problem: `expected a checkpoint of version ${VERSION} with files, config and state` };
  const record = { step, config, state, tensors, ...(best ? { best } : {}) } as CheckpointRecord;
  return { record, sha256: digest };
}

function firstLine(digest: string): string {
  return `{"sha256":"${digest}",\n`;
}

function isFile(value: unknown): value is StoredFile {
  if (!isObject(value)) return false;
  const { name, bytes, sha256 } = value;
  // A name that leads out of the directory is no name of ours.
  return TENSORS_PATTERN.test(String(name)) && isCount(bytes) && /^[\da-f]{64}$/.test(String(sha256));
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Names in a directory of checkpoints. */
export const RECORD_PATTERN = /^step-(\d{8,16})\.json$/;

/** Current tensors of a step, or best weights that were first saved with it; numbered where the plain name is taken. */
export const TENSORS_PATTERN = /^(step|best)-(\d{8,16})(\.\d{1,9})?\.safetensors$/;

/** What a killed writer leaves, under the names that `temporaryPath` gives. */
export const TEMPORARY_PATTERN = /^\.((step|best)-[\d.]+\.(json|safetensors)|lock)\.[\da-f-]{36}\.tmp$/;

/** Name of the file that makes a checkpoint exist. */
export function recordName(step: number): string {
  return `step-${padded(step)}.json`;
}

/** A name for tensors that none of the taken ones has. */
export function tensorsName(kind: 'step' | 'best', step: number, taken: ReadonlySet<string>): string {
  let name = `${kind}-${padded(step)}.safetensors`;
  for (let number = 1; taken.has(name); number++) name = `${kind}-${padded(step)}.${number}.safetensors`;
  return name;
}

/** The step in a name of either pattern. */
export function stepOf(name: string): number {
  return Number(/-(\d+)/.exec(name)?.[1]);
}

function padded(step: number): string {
  return String(step).padStart(8, '0');
}
