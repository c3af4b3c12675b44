export { BACKEND_NAMES, type BackendName } from './candidates';
export {
  type BackendTrial,
  type SelectBackendOptions,
  type SelectedBackend,
  selectBackend,
} from './select-backend';
