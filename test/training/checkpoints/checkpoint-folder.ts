import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  type OpenCheckpointsOptions,
  openCheckpoints,
} from '../../../src/training/checkpoints/open-checkpoints';

/** A new directory, which goes when the test ends. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'checkpoints-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Opens checkpoints, and closes them when the test ends. */
export async function openStore(folder: string, options: OpenCheckpointsOptions = {}) {
  const store = await openCheckpoints(folder, options);
  onTestFinished(() => store.close());
  return store;
}
