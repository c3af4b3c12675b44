import { OptionError } from '../../errors';
import { checkOptionNames } from '../../options/check-option-names';
import {
  checkParameterGroups,
  matcherOf,
  type NamedWeight,
  nearestPath,
  type ParameterGroupsOptions,
  showPattern,
  type WeightPattern,
} from './parameter-group-options';

export type { NamedWeight, ParameterGroupOptions, ParameterGroupsOptions } from './parameter-group-options';

/** How one weight is trained. */
export interface ParameterSetting {
  /** The name of its group; `default` for a weight in none. */
  readonly group: string;
  /** Peak learning rate. */
  readonly learningRate: number;
  /** Weight decay; 0 for a weight that does not decay. */
  readonly weightDecay: number;
  /** The first epoch that trains it, from 1; `Infinity` for a weight that stays frozen. */
  readonly trainFromEpoch: number;
}

/** The group of the weights that no group matches. */
const DEFAULT_GROUP = 'default';

/**
 * Decides for each weight how it is trained.
 *
 * @param weights every trainable weight of the model
 * @returns for each weight's name, its setting
 * @throws {@link OptionError} when an option is unknown or out of range, a group or a pattern of `noDecay` matches no weight
 * (names the nearest), two weights or groups share a name, or no weight trains in the first epoch
 * @example
 * ```ts
 * import { parameterGroups } from 'mvsa-fusion/training';
 *
 * const settings = parameterGroups(
 *   [
 *     { name: 'text_encoder/layer_0/kernel', shape: [768, 768] },
 *     { name: 'fusion/logits/kernel', shape: [256, 3] },
 *     { name: 'fusion/logits/bias', shape: [3] },
 *   ],
 *   {
 *     learningRate: 1e-3,
 *     weightDecay: 0.01,
 *     groups: [{ name: 'backbone', match: 'text_encoder', learningRate: 2e-5, trainFromEpoch: 2 }],
 *   },
 * );
 * console.log(settings.get('text_encoder/layer_0/kernel')?.learningRate); // 0.00002
 * console.log(settings.get('fusion/logits/bias')?.weightDecay); // 0: a bias
 * ```
 */
export function parameterGroups(
  weights: readonly NamedWeight[],
  options: ParameterGroupsOptions,
): ReadonlyMap<string, ParameterSetting> {
  checkOptionNames('parameterGroups', options, {
    learningRate: true,
    weightDecay: true,
    groups: true,
    noDecay: true,
  });
  const { learningRate, weightDecay, groups = [], noDecay } = options;
  checkParameterGroups(weights, options, DEFAULT_GROUP);

  const names = weights.map(({ name }) => name);
  const matchers = groups.map(({ match }) => matcherOf(match));
  const groupOf = new Map(names.map((name) => [name, matchers.findIndex((matches) => matches(name))]));
  for (const [index, group] of groups.entries()) {
    if ([...groupOf.values()].includes(index)) continue;
    const taken = names.find((name) => matchers[index]?.(name));
    if (taken !== undefined) {
      const first = groups[groupOf.get(taken) as number]?.name;
      throw new OptionError(
        `parameterGroups: expected group '${group.name}' to have weights, but earlier groups take all that it matches: ` +
          `"${taken}" belongs to '${first}'. Put '${group.name}' before it.`,
      );
    }
    throw matchesNothing(`group '${group.name}' (match: ${showPattern(group.match)})`, group.match, names);
  }

  const decays = decayRule(noDecay, weights);
  const settings = new Map<string, ParameterSetting>();
  for (const weight of weights) {
    const group = groups[groupOf.get(weight.name) as number];
    settings.set(weight.name, {
      group: group?.name ?? DEFAULT_GROUP,
      learningRate: group?.learningRate ?? learningRate,
      weightDecay: decays(weight) ? (group?.weightDecay ?? weightDecay) : 0,
      trainFromEpoch: group?.trainFromEpoch ?? 1,
    });
  }
  const first = Math.min(...[...settings.values()].map(({ trainFromEpoch }) => trainFromEpoch));
  if (first > 1) {
    throw new OptionError(
      `parameterGroups: expected a weight that trains in epoch 1, received groups that freeze all ${weights.length} ` +
        `${first === Infinity ? 'for good' : `until epoch ${first}`}. Give one of them trainFromEpoch: 1.`,
    );
  }
  return settings;
}

function decayRule(
  noDecay: ParameterGroupsOptions['noDecay'],
  weights: readonly NamedWeight[],
): (weight: NamedWeight) => boolean {
  if (noDecay === undefined) return ({ shape }) => shape.length > 1;
  if (typeof noDecay === 'function') return (weight) => !noDecay(weight);
  const names = weights.map(({ name }) => name);
  const matchers = noDecay.map(matcherOf);
  const useless = matchers.findIndex((matches) => !names.some(matches));
  if (useless >= 0) {
    const pattern = noDecay[useless] as WeightPattern;
    throw matchesNothing(`noDecay ${showPattern(pattern)}`, pattern, names);
  }
  return ({ name }) => !matchers.some((matches) => matches(name));
}

function matchesNothing(what: string, pattern: WeightPattern, names: readonly string[]): OptionError {
  const shown = names.slice(0, 5).map((name) => `"${name}"`);
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : '';
  const nearest = typeof pattern === 'string' ? nearestPath(pattern, names) : undefined;
  return new OptionError(
    `parameterGroups: expected ${what} to match a weight, but it matches none of ${shown.join(', ')}${more}.` +
      (nearest === undefined ? '' : ` Did you mean '${nearest}'?`),
  );
}
