export { addFlags, type ReadFlags } from './flags';
export type { Option, OptionTable } from './option-table';
export type { Rule } from './rules';
