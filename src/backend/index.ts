export { BACKEND_NAMES, type BackendName } from './candidates';
export { type SelectBackendOptions, type SelectedBackend, selectBackend } from './select-backend';
export type { BackendTrial } from './try-backends';
