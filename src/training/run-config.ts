import { createHash } from 'node:crypto';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { LabelledExamples } from '../data';
import { describeLayers } from './describe-layers';
import { maskSteps } from './mask-steps';
import { namedWeights } from './model-weights';
import { describeMonitor } from './monitor';
import type { TrainSettings } from './resolve-train-options';
import type { TrainedWeight } from './trained-weights';

/**
 * What decides a run's numbers, as plain JSON: options, data and model. A run is resumed with the same only.
 *
 * Where the learning rate does not depend on `epochs`, they are left out: such a run may be resumed for longer. `patience` and whatever only
 * observes the run are left out too. The data are known by their labels; inputs are too large to be compared.
 */
export function runConfig(
  model: LayersModel,
  data: LabelledExamples,
  settings: TrainSettings,
  trained: readonly TrainedWeight[],
): Record<string, unknown> {
  const { schedule, clipNorm } = settings;
  const followsEpochs = schedule.kind !== 'constant' || schedule.warmupShare !== undefined;
  return {
    ...(followsEpochs && { epochs: settings.epochs }),
    batchSize: settings.batchSize,
    accumulationSteps: settings.accumulationSteps,
    optimizer: settings.optimizer,
    learningRate: settings.learningRate,
    weightDecay: settings.weightDecay,
    schedule: { ...schedule },
    clipNorm: clipNorm ?? null,
    labelSmoothing: settings.labelSmoothing,
    focalGamma: settings.focalGamma,
    classWeights: settings.classWeights,
    auxiliaryLosses: settings.auxiliaryLosses,
    monitor: describeMonitor(settings.monitor),
    seed: settings.seed,
    layers: describeLayers(model),
    maskSeeds: maskSteps(model, settings.seed).seeds,
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
