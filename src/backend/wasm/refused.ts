import { BackendError } from '../../errors';

/**
 * A kernel that tfjs-backend-wasm 4.22 computes wrongly and this library does not need.
 *
 * @throws {@link BackendError} always.
 */
export function refused(kernel: string) {
  return (): never => {
    throw new BackendError(
      `${kernel} is wrong on wasm in tfjs 4.22 and this library has no other for it. Run this part on another backend: ` +
        "await selectBackend({ backend: 'cpu' }).",
    );
  };
}
