export { BACKEND_NAMES, type BackendName } from './backends';
export {
  type BackendTrial,
  type SelectBackendOptions,
  type SelectedBackend,
  selectBackend,
} from './select-backend';
