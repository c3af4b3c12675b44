import { beforeAll } from 'vitest';
import { type BackendName, selectBackend } from '../../src/backend';

/** The backend of tests that name none: wasm, or what the environment variable says. */
export const TEST_BACKEND = (process.env.TEST_BACKEND || 'wasm') as BackendName;

/** The backends of tests that compare some: these, or only the one that the environment variable names. */
export function eachBackend(...backends: readonly BackendName[]): readonly BackendName[] {
  return process.env.TEST_BACKEND ? [TEST_BACKEND] : backends;
}

/**
 * The largest gradient of a query that has a single key, which theory makes zero.
 *
 * The softmax of one number is 1, and on wasm and cpu the gradient is exactly zero. TensorFlow's softmax multiplies with an
 * approximate reciprocal and may give 1 - 2^-24, which leaves a gradient of that share of its terms.
 */
export const ONE_KEY_ROUNDING = TEST_BACKEND.startsWith('tfjs-node') ? 1e-5 : 0;

/** Runs a test file's cases on one backend. */
export function useBackend(backend: BackendName = TEST_BACKEND): void {
  beforeAll(async () => {
    await selectBackend({ backend });
  });
}
