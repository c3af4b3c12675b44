/**
 * Which TensorFlow.js backend runs: {@link selectBackend} takes the fastest that works here, and puts this library's
 * kernels where those of TensorFlow.js 4.22 are missing or wrong. Nothing else in the library changes the backend.
 *
 * @module mvsa-fusion/backend
 */

export { BACKEND_NAMES, type BackendName } from './backends';
export {
  BACKEND_OPTIONS,
  type BackendTrial,
  type SelectBackendOptions,
  type SelectedBackend,
  selectBackend,
} from './select-backend';
