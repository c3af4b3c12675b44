import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openFeatureStore } from '../../../../src/models/extractors/feature-cache/open-feature-store';
import type { FeatureStoreOptions } from '../../../../src/models/extractors/feature-cache/store-layout';
import { TEXT_STORE } from './made-up-rows';

/** A new directory, which goes when the test ends. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'feature-store-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Opens the store of made-up texts, and closes it when the test ends. */
export async function openStore(folder: string, options: Partial<FeatureStoreOptions> = {}) {
  const store = await openFeatureStore(folder, { ...TEXT_STORE, ...options });
  onTestFinished(() => store.close());
  return store;
}

/** Names of the files in a directory that end so. */
export async function filesEndingIn(directory: string, ending: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.endsWith(ending)).sort();
}
