import { OptionError } from '../errors';
import { checkOptionNames } from './check-option-names';
import type { Rule } from './rules';

/** What is known of one option. */
export interface Option<Value = unknown> {
  /** Taken where the caller gives none, undefined or null. */
  readonly default?: Value;
  /** Whether the caller must give it. */
  readonly isRequired?: boolean;
  /** What it may be. Without one it is for the function that takes it to check. */
  readonly rule?: Rule;
  /** The options within it, where it is an object of such. */
  readonly table?: Readonly<Record<string, Option>>;
  /** What `--help` says of it; without it a command line has no such flag. */
  readonly help?: string;
  /** The flag's name, where it is not the option's own in kebab-case. */
  readonly flag?: string;
  /** What `--help` puts in place of the value, such as `dir`; one that ends in `...` takes several values. */
  readonly placeholder?: string;
}

/**
 * All options of a function, by name: one row each, in the order in which messages and `--help` list them.
 *
 * The names that are known, the defaults, the checks and the flags of command lines follow from it. It stands beside the type of the
 * options; `satisfies OptionTable<TheOptions>` makes the compiler find a row that is missing there or too many.
 */
export type OptionTable<Options> = { readonly [Name in keyof Options]-?: Option<Options[Name]> };

/** Options with those that have a default in the table filled in. */
export type ResolvedOptions<Options, Table> = Omit<Options, Defaulted<Table>> &
  Required<Pick<Options, Defaulted<Table> & keyof Options>>;

/** The names of the rows that have a default. */
type Defaulted<Table> = {
  [Name in keyof Table]: Table[Name] extends { readonly default: unknown } ? Name : never;
}[keyof Table];

/**
 * Refuses unknown and missing names, fills in the defaults, and checks each value by its row.
 *
 * @param where the function that takes the options, for messages
 * @throws {@link OptionError} names the option, what it may be and what was received
 */
export function resolveOptions<Options extends object, Table extends Readonly<Record<keyof Options, object>>>(
  where: string,
  options: Options,
  table: Table,
): ResolvedOptions<Options, Table> {
  checkOptionNames(where, options, table);
  return fillIn(where, '', options, table as Readonly<Record<string, Option>>) as never;
}

function fillIn(
  where: string,
  path: string,
  options: object,
  table: Readonly<Record<string, Option>>,
): Record<string, unknown> {
  const resolved: Record<string, unknown> = { ...options };
  for (const [name, row] of Object.entries(table)) {
    const value = resolved[name] ?? row.default;
    if (value === undefined) {
      if (row.isRequired) {
        throw new OptionError(
          `${where}: expected ${path}${name}, ${row.rule?.expected ?? 'which has no default'}, received none.`,
        );
      }
      // Null, as JSON has it, is not given either: the functions ask for undefined.
      delete resolved[name];
      continue;
    }
    checkOption(where, path + name, row, value);
    resolved[name] = row.table ? fillIn(where, `${path}${name}.`, value as object, row.table) : value;
  }
  return resolved;
}

function checkOption(where: string, name: string, { rule, table }: Option, value: unknown): void {
  if (table) checkOptionNames<object>(name, value as object, table as never);
  if (!rule || rule.accepts(value)) return;
  throw new OptionError(`${where}: expected ${name} to be ${rule.expected}, received ${show(value)}.`);
}

/** A value for a message; JSON has neither NaN nor functions nor big integers. */
function show(value: unknown): string {
  return typeof value === 'object' || typeof value === 'string' ? JSON.stringify(value) : String(value);
}
