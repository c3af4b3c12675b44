import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeFileAtomically } from './write-file';

/** The SHA-256 of a content that is in memory, in hexadecimal; of a text, that of its UTF-8 bytes. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The SHA-256 of a file's content, in hexadecimal; the file may exceed memory. */
export async function sha256OfFile(file: string): Promise<string> {
  return digestOfFile(file, 'sha256', '');
}

/** The SHA-1 that git gives a file: of `blob`, its length, a zero byte and the content. */
export async function gitHashOfFile(file: string): Promise<string> {
  return digestOfFile(file, 'sha1', `blob ${(await stat(file)).size}\0`);
}

async function digestOfFile(file: string, algorithm: string, before: string): Promise<string> {
  const hash = createHash(algorithm).update(before);
  for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

interface Remembered {
  readonly size: number;
  readonly modified: number;
  readonly sha256: string;
}

/**
 * The SHA-256 of a file, remembered by path, size and time of change, so that models of hundreds of megabytes are read once.
 *
 * @param file the path of the file
 * @param memory the directory where hashes are remembered; where it cannot be written, nothing is
 */
export async function rememberedSha256(file: string, memory: string): Promise<string> {
  const path = resolve(file);
  const notes = join(memory, 'file-hashes.json');
  const { size, mtimeMs: modified } = await stat(path);
  const known = await readNotes(notes);
  const found = known[path];
  if (found && found.size === size && found.modified === modified) return found.sha256;

  const digest = await sha256OfFile(path);
  // Another process may have noted another file meanwhile: read again, and lose at most its note.
  const notesNow = { ...(await readNotes(notes)), [path]: { size, modified, sha256: digest } };
  await writeFileAtomically(notes, `${JSON.stringify(notesNow, null, 1)}\n`).catch(() => {});
  return digest;
}

async function readNotes(file: string): Promise<Record<string, Remembered>> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Record<string, Remembered>;
  } catch {
    return {};
  }
}
