import { type Command, Option as Flag, InvalidArgumentError } from 'commander';
import { OptionError } from '../errors';
import { checkOptionNames } from './check-option-names';
import type { Option, OptionTable } from './option-table';

/** Reads the options of one function out of what a command line was given. */
export type ReadFlags<Options> = (parsed: object) => Partial<Options>;

/**
 * Gives a command a flag for every option that has one, or for some of them.
 *
 * Flags bear the options' names in kebab-case, unless the table names them otherwise, with their defaults, choices and checks. Options
 * that are the program's own affair, such as data, callbacks and seed of `train`, have none.
 *
 * @param command a command of the package commander
 * @param table the function's options
 * @param which `only` the options that get a flag; `defaults` for those of which this command takes another than the function
 * @returns a function that gives the function's options from `command.opts()`
 * @throws {@link OptionError} when `which` names an option that has no flag, or a default is out of range.
 * @example
 * ```ts
 * import { Command } from 'commander';
 * import { addFlags } from 'mvsa-fusion/options';
 * import { TRAIN_OPTIONS } from 'mvsa-fusion/training';
 *
 * const program = new Command('mine');
 * const trainFlags = addFlags(program, TRAIN_OPTIONS, { only: ['epochs', 'schedule'], defaults: { epochs: 3 } });
 * program.parse(['--warmup', '0.1'], { from: 'user' });
 * console.log(trainFlags(program.opts())); // { epochs: 3, schedule: { kind: 'constant', warmupShare: 0.1 } }
 * // await train(model, data, { validation, ...trainFlags(program.opts()) });
 * ```
 */
export function addFlags<Options extends object>(
  command: Command,
  table: OptionTable<Options>,
  which: { readonly only?: readonly (keyof Options)[]; readonly defaults?: Partial<Options> } = {},
): ReadFlags<Options> {
  checkOptionNames('addFlags', which, { only: true, defaults: true });
  const { only, defaults = {} } = which;
  const withFlag = Object.fromEntries(Object.entries<Option>(table).filter(([, row]) => hasFlag(row)));
  checkOptionNames<object>('addFlags: defaults', defaults, withFlag as never);
  checkOptionNames<object>(
    'addFlags: only',
    Object.fromEntries((only ?? []).map((name) => [name, true])),
    withFlag as never,
  );
  const flags = Object.entries(withFlag)
    .filter(([name]) => only?.includes(name as keyof Options) ?? true)
    .flatMap(([name, row]) => flagsOf([name], row, (defaults as Readonly<Record<string, unknown>>)[name]));
  for (const { flag } of flags) command.addOption(flag);
  return (parsed) => {
    if ('opts' in parsed && typeof parsed.opts === 'function')
      throw new OptionError(
        'addFlags: expected what command.opts() gives, received the command. Pass command.opts().',
      );
    const options: Record<string, unknown> = {};
    for (const { path, flag } of flags)
      put(options, path, (parsed as Readonly<Record<string, unknown>>)[flag.attributeName()]);
    return options as Partial<Options>;
  };
}

function hasFlag({ help, table }: Option): boolean {
  return help !== undefined || Object.values(table ?? {}).some(hasFlag);
}

function flagsOf(
  path: readonly string[],
  row: Option,
  other: unknown,
): { readonly path: readonly string[]; readonly flag: Flag }[] {
  const value = other ?? row.default;
  if (row.table) {
    const inner = (value ?? {}) as Readonly<Record<string, unknown>>;
    return Object.entries(row.table).flatMap(([name, one]) => flagsOf([...path, name], one, inner[name]));
  }
  if (row.help === undefined) return [];
  const name = row.flag ?? (path.at(-1) as string).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const { rule } = row;
  if (other !== undefined && rule && !rule.accepts(other))
    throw new OptionError(`addFlags: expected ${path.join('.')} to be ${rule.expected}, received ${other}.`);
  // A switch that is on is turned off: --no-residual.
  const term = rule?.isSwitch
    ? value === true
      ? `--no-${name}`
      : `--${name}`
    : `--${name} <${placeholder(row)}>`;
  const flag = new Flag(term, row.help);
  if (rule?.choices) flag.choices(rule.choices);
  if (rule?.isNumber) flag.argParser(numberFor(row));
  if (value !== undefined && !(rule?.isSwitch && value === true)) flag.default(value);
  return [{ path, flag }];
}

function placeholder({ rule, placeholder: given }: Option): string {
  if (given !== undefined) return given;
  if (rule?.choices) return 'name';
  return rule?.isNumber ? (rule.expected.includes('integer') ? 'n' : 'number') : 'text';
}

function numberFor({ rule }: Option) {
  return (text: string) => {
    const value = Number(text);
    if (text.trim() === '' || !rule?.accepts(value))
      throw new InvalidArgumentError(`Expected ${rule?.expected}.`);
    return value;
  };
}

function put(
  options: Record<string, unknown>,
  [name = '', ...rest]: readonly string[],
  value: unknown,
): void {
  if (value === undefined) return;
  if (rest.length === 0) options[name] = value;
  else {
    options[name] ??= {};
    put(options[name] as Record<string, unknown>, rest, value);
  }
}
