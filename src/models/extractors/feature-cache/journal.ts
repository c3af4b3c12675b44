import { crc32 } from 'node:zlib';

/** Where a stored row lies. A journal holds one line for each, in the order of storing. */
export interface JournalEntry {
  /** The row's key, 64 hexadecimal digits. */
  readonly key: string;
  /** Number of the shard among its writer's, from 1. */
  readonly shard: number;
  /** Number of the row in its shard. */
  readonly row: number;
  /** First position on the length axis; 0 in a store without one. */
  readonly start: number;
  /** The row's length. */
  readonly length: number;
  /** CRC-32 of the row's bytes, for each tensor of the store. */
  readonly checksums: readonly number[];
}

/** A name of a journal's file; the writer's id is the part in front of the dot. */
export const JOURNAL_PATTERN = /^([\da-f]{16})\.journal$/;

/** Name of a shard's file. */
export function shardFileName(writer: string, shard: number): string {
  return `${writer}-${String(shard).padStart(4, '0')}.safetensors`;
}

/** A line of a journal: the checksum of what follows it, and a JSON list. */
export function formatEntry({ key, shard, row, start, length, checksums }: JournalEntry): string {
  const text = JSON.stringify([key, shard, row, start, length, checksums]);
  return `${checksumOf(text)} ${text}\n`;
}

/** Reads a line of a journal without its line end; null when it is damaged. */
export function parseEntry(line: string): JournalEntry | null {
  const text = line.slice(9);
  if (line[8] !== ' ' || line.slice(0, 8) !== checksumOf(text)) return null;
  try {
    const [key, shard, row, start, length, checksums] = JSON.parse(text) as unknown[];
    const isEntry =
      typeof key === 'string' &&
      /^[\da-f]{64}$/.test(key) &&
      [shard, row, start, length].every(isCount) &&
      Array.isArray(checksums) &&
      checksums.every(isCount);
    return isEntry ? ({ key, shard, row, start, length, checksums } as JournalEntry) : null;
  } catch {
    return null;
  }
}

function checksumOf(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
