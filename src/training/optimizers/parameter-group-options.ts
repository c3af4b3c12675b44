import { OptionError } from '../../errors';
import { checkOptionNames, nearestOf } from '../../options/check-option-names';

/** A weight as `parameterGroups` sees it. */
export interface NamedWeight {
  /** Its name, such as `fusion/attention/query_kernel`. */
  readonly name: string;
  /** Lengths of its axes. */
  readonly shape: readonly number[];
}

/** Weights that are trained in their own way. */
export interface ParameterGroupOptions {
  /** What logs call the group. */
  readonly name: string;
  /**
   * Its weights, by name: a string is the start of the name in whole parts (`bert/layer_1` matches `bert/layer_1/kernel`,
   * not `bert/layer_10/kernel`).
   */
  readonly match: WeightPattern;
  /**
   * Peak learning rate, positive.
   * @defaultValue the rate of the weights in no group
   */
  readonly learningRate?: number;
  /**
   * Weight decay, at least 0; weights of `noDecay` have none.
   * @defaultValue the decay of the weights in no group
   */
  readonly weightDecay?: number;
  /**
   * The first epoch that trains the group, from 1; it is frozen before. `Infinity` freezes it for good.
   * @defaultValue 1
   */
  readonly trainFromEpoch?: number;
}

/** Options of `parameterGroups`. */
export interface ParameterGroupsOptions {
  /** Peak learning rate of the weights in no group, positive. */
  readonly learningRate: number;
  /** Weight decay of the weights in no group, at least 0. */
  readonly weightDecay: number;
  /**
   * Groups; a weight belongs to the first that matches it.
   * @defaultValue none: every weight belongs to the group `default`
   */
  readonly groups?: readonly ParameterGroupOptions[];
  /**
   * The weights that do not decay: patterns as a group's `match`, or a function of the weight.
   * @defaultValue weights of rank 0 or 1: biases, and the scales and shifts of normalisation (as in BERT's own training
   * code, Devlin et al. 2018)
   */
  readonly noDecay?: readonly WeightPattern[] | ((weight: NamedWeight) => boolean);
}

/** Refuses weights and groups that no rule could resolve. */
export function checkParameterGroups(
  weights: readonly NamedWeight[],
  { learningRate, weightDecay, groups = [], noDecay = [] }: ParameterGroupsOptions,
  defaultGroup: string,
): void {
  if (!Array.isArray(groups)) {
    throw new OptionError(`parameterGroups: expected a list of groups, received ${typeof groups}.`);
  }
  if (!Array.isArray(noDecay) && typeof noDecay !== 'function') {
    throw new OptionError(
      `parameterGroups: expected noDecay to be a list of patterns, or a function, received ${typeof noDecay}.`,
    );
  }
  if (weights.length === 0) {
    throw new OptionError('parameterGroups: expected at least one trainable weight, received none.');
  }
  checkUnique(
    'weight',
    weights.map(({ name }) => name),
  );
  checkRate('learningRate', learningRate);
  checkDecay('weightDecay', weightDecay);
  for (const [index, group] of groups.entries()) checkGroup(`groups[${index}]`, group);
  checkUnique('group', [defaultGroup, ...groups.map(({ name }) => name)]);
}

function checkGroup(where: string, group: ParameterGroupOptions): void {
  checkOptionNames(`parameterGroups: ${where}`, group, {
    name: true,
    match: true,
    learningRate: true,
    weightDecay: true,
    trainFromEpoch: true,
  });
  const { name, match, learningRate, weightDecay, trainFromEpoch = 1 } = group;
  if (typeof name !== 'string' || name === '') {
    throw new OptionError(`parameterGroups: expected ${where}.name to be a text, received '${name}'.`);
  }
  const isPattern =
    (typeof match === 'string' && match !== '') || typeof match === 'function' || match instanceof RegExp;
  if (!isPattern) {
    throw new OptionError(
      `parameterGroups: expected ${where}.match to be the start of a weight's name, a RegExp or a function, received ` +
        `'${match}'. To set all weights, set learningRate and weightDecay beside groups.`,
    );
  }
  if (learningRate !== undefined) checkRate(`${where}.learningRate`, learningRate);
  if (weightDecay !== undefined) checkDecay(`${where}.weightDecay`, weightDecay);
  if (trainFromEpoch !== Infinity && !(Number.isInteger(trainFromEpoch) && trainFromEpoch >= 1)) {
    throw new OptionError(
      `parameterGroups: expected ${where}.trainFromEpoch to be an integer of at least 1, or Infinity, received ${trainFromEpoch}.`,
    );
  }
}

function checkRate(name: string, value: number): void {
  if (!(value > 0 && Number.isFinite(value))) {
    throw new OptionError(
      `parameterGroups: expected ${name} to be positive and finite, received ${value}. To freeze weights, give their ` +
        'group trainFromEpoch: Infinity.',
    );
  }
}

function checkDecay(name: string, value: number): void {
  if (!(value >= 0 && Number.isFinite(value))) {
    throw new OptionError(
      `parameterGroups: expected ${name} to be finite and at least 0, received ${value}.`,
    );
  }
}

function checkUnique(what: string, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new OptionError(
    `parameterGroups: expected every ${what} to have its own name, received "${twice}" twice` +
      `${what === 'group' && twice === names[0] ? ' (it is the name of the weights in no group)' : ''}.`,
  );
}

/**
 * Finds what a misspelt start of a weight's name may have meant: the start of a name, of as many parts, that is fewest
 * letters away.
 */
export function nearestPath(pattern: string, names: readonly string[]): string | undefined {
  const parts = pattern.split('/').filter(Boolean).length;
  return nearestOf(pattern, [...new Set(names.map((name) => name.split('/').slice(0, parts).join('/')))]);
}

/** Names a set of weights: the start of their names, a pattern for them, or a function that knows them. */
export type WeightPattern = string | RegExp | ((weightName: string) => boolean);

/**
 * Makes a function of a pattern.
 *
 * A string matches whole parts of a name, which slashes separate: `layer_1` matches `layer_1/kernel`, not `layer_10/kernel`.
 */
export function matcherOf(pattern: WeightPattern): (weightName: string) => boolean {
  if (typeof pattern === 'function') return pattern;
  if (typeof pattern === 'string') {
    const prefix = pattern.endsWith('/') ? pattern : `${pattern}/`;
    return (name) => name === pattern || name.startsWith(prefix);
  }
  // With `g` or `y`, a RegExp remembers where its last match ended, and would miss the next weight.
  const stateless = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
  return (name) => stateless.test(name);
}

/** A pattern as an error message shows it. */
export function showPattern(pattern: WeightPattern): string {
  return typeof pattern === 'string' ? `'${pattern}'` : String(pattern);
}
