import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { onTestFinished } from 'vitest';
import type { MvsaPair } from '../../../src/data';
import type { SentimentLabel } from '../../../src/types';

/** Makes a folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mvsa-fusion-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a miniature data set, byte for byte: the labels file, and each file of `data`. */
export async function writeMvsa(labels: string, files: Record<string, string | Uint8Array>): Promise<string> {
  const directory = await temporaryFolder();
  await mkdir(join(directory, 'data'));
  await writeFile(join(directory, 'labelResultAll.txt'), labels);
  for (const [name, contents] of Object.entries(files))
    await writeFile(join(directory, 'data', name), contents);
  return directory;
}

/** A pair that exists in memory only. */
export function makePair(id: number | string, label: SentimentLabel, text: string): MvsaPair {
  return { id: String(id), text, imagePath: `${id}.jpg`, textLabel: label, imageLabel: label, label };
}

/** A small JPEG of one colour. */
export async function makeJpeg(width = 7, height = 5): Promise<Uint8Array> {
  const create = { width, height, channels: 3, background: 'orange' } as const;
  return sharp({ create }).jpeg().toBuffer();
}
