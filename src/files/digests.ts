import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeFileAtomically } from './write-durably';

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
export async function hashFile(file: string, memory: string): Promise<string> {
  const path = resolve(file);
  const notes = join(memory, 'file-hashes.json');
  const { size, mtimeMs: modified } = await stat(path);
  const known = await readNotes(notes);
  const found = known[path];
  if (found && found.size === size && found.modified === modified) return found.sha256;

  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk as Buffer);
  const sha256 = hash.digest('hex');
  // Another process may have noted another file meanwhile: read again, and lose at most its note.
  const notesNow = { ...(await readNotes(notes)), [path]: { size, modified, sha256 } };
  await writeFileAtomically(notes, `${JSON.stringify(notesNow, null, 1)}\n`).catch(() => {});
  return sha256;
}

async function readNotes(file: string): Promise<Record<string, Remembered>> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Record<string, Remembered>;
  } catch {
    return {};
  }
}

/** The SHA-256 of a file's content, in hexadecimal. */
export async function sha256Of(file: string): Promise<string> {
  return digest(file, 'sha256', '');
}

/** The SHA-1 that git gives a file: of `blob`, its length, a zero byte and the content. */
export async function gitHashOf(file: string): Promise<string> {
  return digest(file, 'sha1', `blob ${(await stat(file)).size}\0`);
}

async function digest(file: string, algorithm: string, before: string): Promise<string> {
  const hash = createHash(algorithm).update(before);
  for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
