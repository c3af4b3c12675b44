import * as tf from '@tensorflow/tfjs-core';
import { OptionError } from '../../errors';
import type { OptimizerState, StoredTensor } from './optimizer';

/** What Adam remembers of one weight. */
export interface Moments {
  /** Updates so far. */
  readonly step: number;
  /** The sum of all gradients, each times beta1 to the power of its age. */
  readonly m: tf.Tensor;
  /** The sum of all squared gradients, each times beta2 to the power of its age. */
  readonly v: tf.Tensor;
}

const PARTS = ['m', 'v'] as const;

/** Copies moments to plain data. */
export async function copyMoments(moments: ReadonlyMap<string, Moments>): Promise<OptimizerState> {
  const entries = [...moments];
  const tensors = entries.flatMap(([name, moment]) =>
    PARTS.map(async (part): Promise<[string, StoredTensor]> => {
      const { shape } = moment[part];
      // A copy: on some backends data() is the tensor's own memory.
      const data = Float32Array.from(await moment[part].data());
      return [`${name}/${part}`, { shape: [...shape], data }];
    }),
  );
  return {
    steps: Object.fromEntries(entries.map(([name, { step }]) => [name, step])),
    tensors: Object.fromEntries(await Promise.all(tensors)),
  };
}

/**
 * Makes moments of plain data.
 *
 * @throws {@link OptionError} when the data are no state of Adam's: names the weight. No tensor is left behind then.
 */
export function momentsOf({ steps, tensors }: OptimizerState): Map<string, Moments> {
  const names = Object.keys(steps);
  const expected = new Set(names.flatMap((name) => PARTS.map((part) => `${name}/${part}`)));
  const unexpected = Object.keys(tensors).find((key) => !expected.has(key));
  if (unexpected !== undefined) {
    throw new OptionError(
      `restore: expected, for each weight that has steps, the tensors ${PARTS.map((part) => `NAME/${part}`).join(' and ')}, ` +
        `received "${unexpected}". Restore a state that this kind of optimizer wrote.`,
    );
  }
  for (const name of names) checkEntry(name, { steps, tensors });
  const tensorOf = (name: string, part: 'm' | 'v') => {
    const { data, shape } = tensors[`${name}/${part}`] as StoredTensor;
    // A copy: some backends would keep the caller's array as the tensor's memory.
    return tf.keep(tf.tensor(data.slice(), [...shape], 'float32'));
  };
  return new Map(
    names.map((name) => [
      name,
      { step: steps[name] as number, m: tensorOf(name, 'm'), v: tensorOf(name, 'v') },
    ]),
  );
}

function checkEntry(name: string, { steps, tensors }: OptimizerState): void {
  const step = steps[name];
  if (!Number.isSafeInteger(step) || (step as number) < 1) {
    throw new OptionError(
      `restore: expected the steps of "${name}" to be an integer of at least 1, received ${step}.`,
    );
  }
  const [m, v] = PARTS.map((part) => {
    const key = `${name}/${part}`;
    const stored = tensors[key];
    const size = stored?.shape.reduce((product, length) => product * length, 1);
    if (!(stored?.data instanceof Float32Array) || stored.data.length !== size) {
      throw new OptionError(
        `restore: expected "${key}" to be a Float32Array of ${size ?? 'a weight'}${size === undefined ? "'s size" : ` values for shape [${stored?.shape}]`}, ` +
          `received ${stored?.data instanceof Float32Array ? `${stored.data.length} values` : typeof stored?.data}.`,
      );
    }
    return stored;
  });
  if (String(m?.shape) !== String(v?.shape)) {
    throw new OptionError(
      `restore: expected "${name}/m" and "${name}/v" of one shape, received [${m?.shape}] and [${v?.shape}].`,
    );
  }
  // NaN and infinity would spread to the weights; a negative mean square would become NaN under the root.
  const wrong = [m, v].findIndex((stored, part) =>
    stored?.data.some((value) => !Number.isFinite(value) || (part === 1 && value < 0)),
  );
  if (wrong >= 0) {
    throw new OptionError(
      `restore: expected "${name}/${PARTS[wrong]}" to hold finite values${wrong === 1 ? ' of at least 0' : ''}, received ` +
        'others. Restore an earlier state.',
    );
  }
}
