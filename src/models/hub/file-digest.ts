import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

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
