import type { Checkpoint, LoadedCheckpoint } from '../../../src/training/checkpoints/checkpoint';

const CONFIG = { seed: 7, groups: [{ name: 'all', learningRate: 0.1 + 0.2 }] };

/** A new best every third step. */
const bestStepOf = (step: number) => step - (step % 3);

/** A checkpoint all of which follows from its step; `size` numbers in its largest tensor. */
export function checkpointOf(step: number, size = 6): Checkpoint {
  const best = bestStepOf(step);
  return {
    step,
    config: CONFIG,
    state: {
      epoch: Math.floor(step / 10),
      loss: 1 / (step + 3),
      seen: [step, -0, 5e-324],
      note: `step ${step}`,
    },
    tensors: {
      kernel: {
        shape: [size],
        data: Float32Array.from({ length: size }, (_, at) => Math.sin(step * 1000 + at)),
      },
      bytes: { shape: [3], data: Uint8Array.of(step, step >> 8, 7) },
      counts: { shape: [2, 1], data: Int32Array.of(step, -step) },
      scalar: { shape: [], data: Float32Array.of(step) },
    },
    best: {
      id: `step-${best}`,
      tensors: { kernel: { shape: [4], data: new Float32Array(4).fill(best + 0.5) } },
    },
  };
}

/** What of a loaded checkpoint is data; its tensors as plain lists, so that every bit counts. */
export function dataOf({ step, config, state, tensors, best }: Checkpoint | LoadedCheckpoint): unknown {
  const plain = (values: Checkpoint['tensors']) =>
    Object.fromEntries(
      Object.entries(values).map(([name, { shape, data }]) => [
        name,
        [
          data.constructor.name,
          shape,
          Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex'),
        ],
      ]),
    );
  return {
    step,
    config,
    state,
    tensors: plain(tensors),
    best: best && { id: best.id, tensors: plain(best.tensors) },
  };
}
