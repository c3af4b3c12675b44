export { type ResolvedModel, resolveModelFiles } from './resolve-model-files';
export type { ModelProgress, ResolveModelOptions } from './resolve-model-options';
