import type * as tf from '@tensorflow/tfjs-core';

/** Values of a tensor that are not finite. */
export interface NonFinite {
  /** The tensor's name. */
  readonly name: string;
  /** What they are; `Infinity` of either sign. */
  readonly kind: 'NaN' | 'Infinity';
  /** How many they are. */
  readonly count: number;
  /** Values of the tensor in all. */
  readonly size: number;
}

/**
 * Names the tensors that hold NaN or infinity, for the message of a training that went wrong.
 *
 * It reads every tensor: look at a norm or a loss first, and call this only when that is not finite.
 *
 * @param named tensors by name; they stay the caller's
 * @returns one entry for each tensor and kind, in the order of `named`; empty when all values are finite, as those of huge
 * gradients are whose norm overflows
 */
export async function findNonFinite(named: Readonly<Record<string, tf.Tensor>>): Promise<NonFinite[]> {
  const found = await Promise.all(
    Object.entries(named).map(async ([name, tensor]): Promise<NonFinite[]> => {
      const values = (await tensor.data()) as ArrayLike<number>;
      let nan = 0;
      let infinite = 0;
      for (let index = 0; index < values.length; index++) {
        const value = values[index] as number;
        if (Number.isNaN(value)) nan++;
        else if (!Number.isFinite(value)) infinite++;
      }
      const entries: NonFinite[] = [
        { name, kind: 'NaN', count: nan, size: values.length },
        { name, kind: 'Infinity', count: infinite, size: values.length },
      ];
      return entries.filter(({ count }) => count > 0);
    }),
  );
  return found.flat();
}
