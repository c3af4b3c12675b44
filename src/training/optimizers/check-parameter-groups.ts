import { checkOptionNames } from '../../check-option-names';
import { OptionError } from '../../errors';
import type { NamedWeight, ParameterGroupOptions, ParameterGroupsOptions } from './parameter-group-options';

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
