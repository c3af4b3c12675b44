import { createHash } from 'node:crypto';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { LabelledExamples } from '../../data';
import { SENTIMENT_LABELS } from '../../types';
import { areSameClasses, classNamesOf } from '../evaluation/class-names';
import { describeMonitor } from '../monitor';
import { comparedOptions, type TrainSettings } from '../train-options';
import { maskSteps } from './mask-steps';
import { type AnyLayer, allLayers } from './model-layers';
import { namedWeights, type TrainedWeight } from './model-weights';

/**
 * What decides a run's numbers, as plain JSON: options, data and model. A run is resumed with the same only.
 *
 * Where the learning rate does not depend on `epochs`, they are left out: such a run may be resumed for longer. `patience` and whatever only
 * observes the run are left out too. The data are known by their labels, and by class names of their own; inputs are too large to be compared.
 */
export function runConfig(
  model: LayersModel,
  data: LabelledExamples,
  settings: TrainSettings,
  trained: readonly TrainedWeight[],
): Record<string, unknown> {
  const { schedule } = settings;
  const classNames = classNamesOf(data);
  const followsEpochs = schedule.kind !== 'constant' || schedule.warmupShare !== undefined;
  return {
    ...(followsEpochs && { epochs: settings.epochs }),
    ...comparedOptions(settings),
    monitor: describeMonitor(settings.monitor),
    layers: describeLayers(model),
    maskSeeds: maskSteps(model, settings.seed).seeds,
    // The default is left out: checkpoints from before there were others stay comparable.
    ...(!areSameClasses(classNames, SENTIMENT_LABELS) && { classNames }),
    data: describeExamples(data),
    validation: describeExamples(settings.validation),
    parameterGroups: describeGroups(trained),
    weights: Object.fromEntries([...namedWeights(model)].map(([name, { shape }]) => [name, shape])),
  };
}

function describeExamples({ size, labels }: LabelledExamples): Record<string, unknown> {
  const hash = createHash('sha256');
  for (const name of ['label', 'textLabel', 'imageLabel'] as const) {
    const values = labels[name];
    if (values) hash.update(name).update(Int32Array.from(values));
  }
  return { posts: size, labels: hash.digest('hex') };
}

/** How each group is trained, with the names of its weights: those that decay and those that do not. */
function describeGroups(trained: readonly TrainedWeight[]): Record<string, unknown> {
  const names = [...new Set(trained.map(({ group }) => group))];
  return Object.fromEntries(
    names.map((name) => {
      const members = trained.filter(({ group }) => group === name);
      const [decayed, spared] = [true, false].map((decays) =>
        members.filter(({ weightDecay }) => weightDecay > 0 === decays),
      ) as [TrainedWeight[], TrainedWeight[]];
      const { learningRate, trainFromEpoch } = members[0] as TrainedWeight;
      return [
        name,
        {
          learningRate,
          // JSON has no infinity.
          trainFromEpoch: Number.isFinite(trainFromEpoch) ? trainFromEpoch : 'never',
          weightDecay: decayed[0]?.weightDecay ?? 0,
          decayed: decayed.map(({ name: weight }) => weight),
          spared: spared.map(({ name: weight }) => weight),
        },
      ];
    }),
  );
}

/** What does not change the numbers of a run whose weights are there already, or stands elsewhere in its configuration. */
const LEFT_OUT = /^(name|trainable|dtype|warnOfOneKey|batch_?input_?shape|.*_?initializer)$/i;

/** A line for each layer of a model, nested ones included: its class, and the arguments that are not null, as JSON. */
function describeLayers(model: LayersModel): string[] {
  return allLayers(model)
    .filter((layer) => layer.layers === undefined)
    .map((layer) => `${layer.getClassName()} ${argumentsOf(layer)}`);
}

function argumentsOf(layer: AnyLayer): string {
  try {
    return JSON.stringify(layer.getConfig(), (name, value) =>
      LEFT_OUT.test(name) || value === null ? undefined : value,
    );
  } catch {
    // A layer that cannot be saved can be trained all the same.
    return '{}';
  }
}
