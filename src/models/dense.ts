import { initializers, layers } from '@tensorflow/tfjs-layers';
import { deriveSeed } from '../random';

/** Arguments of {@link dense}. */
interface SeededDenseArgs {
  readonly name: string;
  readonly units: number;
  readonly activation?: 'relu' | 'linear';
  readonly seed: number;
}

/** A dense layer whose initial kernel follows from the model's seed and the layer's name. */
export function dense({ name, units, activation = 'linear', seed }: SeededDenseArgs): layers.Layer {
  const kernelInitializer = initializers.glorotUniform({ seed: deriveSeed(seed, name) });
  return layers.dense({ name, units, activation, kernelInitializer });
}
