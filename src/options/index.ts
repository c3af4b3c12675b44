/**
 * Tables of options: the flags of a command line of your own follow from those of the library ({@link addFlags}).
 *
 * @module mvsa-fusion/options
 */

export { addFlags, type ReadFlags } from './flags';
export type { Option, OptionTable } from './option-table';
export type { Rule } from './rules';
