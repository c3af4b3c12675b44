import { Command } from 'commander';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { addFlags, type OptionTable } from '../../src/options';
import { AT_LEAST_0, BOOLEAN, integerFrom, oneOf } from '../../src/options/rules';

interface Options {
  readonly numHeads?: number;
  readonly schedule?: { readonly kind?: string; readonly warmupShare?: number };
  readonly residual?: boolean;
  readonly quiet?: boolean;
  readonly signal?: AbortSignal;
}
const TABLE = {
  numHeads: { default: 8, rule: integerFrom(1), help: 'attention heads', flag: 'heads' },
  schedule: {
    default: { kind: 'constant' },
    table: {
      kind: { default: 'constant', rule: oneOf('constant', 'linear'), help: 'its kind', flag: 'schedule' },
      warmupShare: { rule: AT_LEAST_0, help: 'its beginning' },
    },
  },
  residual: { default: true, rule: BOOLEAN, help: 'no residual' },
  quiet: { default: false, rule: BOOLEAN, help: 'print nothing' },
  signal: {},
} as const satisfies OptionTable<Options>;

function parse(...args: readonly string[]) {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  const read = addFlags<Options>(command, TABLE, { defaults: { numHeads: 4 } });
  return { options: read(command.parse(args, { from: 'user' }).opts()), help: command.helpInformation() };
}

describe('addFlags', () => {
  test('gives defaults, those of the command before those of the table', () => {
    const { options, help } = parse();
    expect(options).toEqual({ numHeads: 4, schedule: { kind: 'constant' }, residual: true, quiet: false });
    expect(help).toMatch(/--heads <n> +attention heads \(default: 4\)/);
    expect(help).toMatch(/--schedule <name>[^-]+choices: "constant", "linear"/);
    expect(help).not.toContain('signal');
  });

  test('reads numbers, names, switches and options within options', () => {
    const { options } = parse(
      '--heads',
      '2',
      '--schedule',
      'linear',
      '--warmup-share',
      '0.1',
      '--no-residual',
      '--quiet',
    );
    expect(options).toEqual({
      numHeads: 2,
      schedule: { kind: 'linear', warmupShare: 0.1 },
      residual: false,
      quiet: true,
    });
  });

  test.each([
    [['--heads', '0'], 'Expected an integer of at least 1.'],
    [['--heads', ''], 'Expected an integer of at least 1.'],
    [['--heads', '2x'], 'Expected an integer of at least 1.'],
    [['--schedule', 'step'], 'Allowed choices are constant, linear.'],
    [['--head', '2'], 'Did you mean --heads?'],
  ])('refuses %j', (args, message) => {
    expect(() => parse(...args)).toThrow(message);
  });

  test('knows the types of the options', () => {
    const read = addFlags(new Command(), TABLE as OptionTable<Options>);
    expectTypeOf(read({}).numHeads).toEqualTypeOf<number | undefined>();
    expectTypeOf(read({}).residual).toEqualTypeOf<boolean | undefined>();
  });

  test.each([
    [
      { only: ['numHead'] },
      'addFlags: only: expected options among numHeads, schedule, residual, quiet, received "numHead"',
    ],
    [{ only: ['signal'] }, 'received "signal"'],
    [{ defaults: { signal: 1 } }, 'addFlags: defaults: expected options among'],
    [
      { defaults: { numHeads: 0 } },
      'addFlags: expected numHeads to be an integer of at least 1, received 0.',
    ],
  ])('refuses %j', (which, message) => {
    expect(() => addFlags<Options>(new Command(), TABLE, which as never)).toThrow(message);
  });

  test('the command in place of its options is refused', () => {
    const command = new Command();
    const read = addFlags<Options>(command, TABLE);
    expect(() => read(command)).toThrow('Pass command.opts()');
  });

  test('adds only the flags asked for', () => {
    const command = new Command();
    addFlags<Options>(command, TABLE, { only: ['numHeads'] });
    expect(command.options.map(({ long }) => long)).toEqual(['--heads']);
  });
});
