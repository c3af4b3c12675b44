import { beforeAll } from 'vitest';
import { type BackendName, selectBackend } from '../../src/backend';

/** Runs a test file's cases on one backend. */
export function useBackend(backend: BackendName = 'wasm'): void {
  beforeAll(async () => {
    await selectBackend({ backend });
  });
}
