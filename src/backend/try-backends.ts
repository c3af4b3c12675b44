import * as tf from '@tensorflow/tfjs-core';
import { DependencyError } from '../errors';
import { type BackendName, candidates } from './candidates';
import { smokeTest } from './smoke-test';

/** One backend that was tried. */
export interface BackendTrial {
  /** Its name. */
  readonly backend: BackendName;
  /** Whether it runs now. */
  readonly taken: boolean;
  /** Why it was passed over; empty for the one taken. */
  readonly reason: string;
}

/**
 * Brings up one backend after the other until one works, which is then the current one.
 *
 * @returns every backend tried, in order; the last is taken unless none works
 */
export async function tryBackends(names: readonly BackendName[]): Promise<BackendTrial[]> {
  const tried: BackendTrial[] = [];
  for (const backend of names) {
    const reason = await tryBackend(backend);
    tried.push({ backend, taken: reason === undefined, reason: reason ?? '' });
    if (reason === undefined) break;
  }
  return tried;
}

/** Brings one candidate up; returns why it is passed over, or undefined when it runs. */
async function tryBackend(name: BackendName): Promise<string | undefined> {
  const { tfjsName, load, prepare } = candidates[name];
  try {
    await load();
    if (!(await tf.setBackend(tfjsName))) return 'tfjs could not initialise it';
    await tf.ready();
    return prepare?.() ?? (await smokeTest());
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof DependencyError && message.includes('not installed')) return 'not installed';
    return message.split('\n')[0];
  }
}
