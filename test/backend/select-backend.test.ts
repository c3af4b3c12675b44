import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BACKEND_NAMES, type BackendName, selectBackend } from '../../src/backend';
import { backends } from '../../src/backend/backends';
import { BackendError, DependencyError } from '../../src/errors';

const absent = (backend: BackendName) =>
  vi
    .spyOn(backends[backend], 'load')
    .mockRejectedValue(new DependencyError('The package is needed, and it is not installed. Run: npm i it'));

beforeEach(() => {
  // Also where a developer has them.
  absent('tfjs-node-gpu');
  absent('tfjs-node');
  vi.stubEnv('MVSA_FUSION_BACKEND', '');
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe('the open choice', () => {
  it('takes the first that works, in order, and says why it passed over the others', async () => {
    expect(BACKEND_NAMES).toEqual(['tfjs-node-gpu', 'tfjs-node', 'wasm', 'cpu']);
    expect(await selectBackend()).toEqual({
      backend: 'wasm',
      tfjsName: 'wasm',
      tried: [
        { backend: 'tfjs-node-gpu', taken: false, reason: 'not installed' },
        { backend: 'tfjs-node', taken: false, reason: 'not installed' },
        { backend: 'wasm', taken: true, reason: '' },
      ],
      summary: 'wasm (passed over: tfjs-node-gpu, tfjs-node: not installed)',
    });
    expect(tf.getBackend()).toBe('wasm');
  });

  it('goes on when one does not load or is not wanted', async () => {
    vi.spyOn(backends['tfjs-node'], 'load').mockRejectedValue(new Error('binding is broken\n  at stack'));
    vi.spyOn(backends.wasm as { prepare(): string }, 'prepare').mockReturnValue('too old');
    const { backend, tried, summary } = await selectBackend();
    expect(backend).toBe('cpu');
    expect(tf.getBackend()).toBe('cpu');
    expect(tried.map(({ reason }) => reason)).toEqual(['not installed', 'binding is broken', 'too old', '']);
    expect(summary).toBe(
      'cpu (passed over: tfjs-node-gpu: not installed; tfjs-node: binding is broken; wasm: too old)',
    );
  });

  it('passes over a backend that computes wrongly', async () => {
    const matMul = tf.getKernel('_FusedMatMul', 'cpu') as tf.KernelConfig;
    tf.unregisterKernel('_FusedMatMul', 'cpu');
    const wrong: tf.KernelFunc = (params) => {
      const { a, b } = params.inputs as never as { a: tf.TensorInfo; b: tf.TensorInfo };
      const kernel = tf.getKernel('BatchMatMul', 'cpu') as tf.KernelConfig;
      const [left, right] = [a, b].map((x) => ({ ...x, shape: [1, ...x.shape] })) as [
        tf.TensorInfo,
        tf.TensorInfo,
      ];
      const out = kernel.kernelFunc({ ...params, inputs: { a: left, b: right } }) as tf.TensorInfo;
      return { ...out, shape: out.shape.slice(1) }; // the bias is forgotten
    };
    tf.registerKernel({ ...matMul, kernelFunc: wrong });
    try {
      await expect(selectBackend({ backend: 'cpu' })).rejects.toThrow(
        'The requested TensorFlow.js backend does not work. cpu: wrong value: expected 277.5, received ',
      );
    } finally {
      tf.unregisterKernel('_FusedMatMul', 'cpu');
      tf.registerKernel(matMul);
    }
    expect((await selectBackend({ backend: 'cpu' })).backend).toBe('cpu');
  });

  it('says so when none works', async () => {
    await selectBackend({ backend: 'cpu' });
    for (const name of ['wasm', 'cpu'] as const) {
      vi.spyOn(backends[name], 'load').mockRejectedValue(new Error('no'));
    }
    await expect(selectBackend()).rejects.toThrow(
      'No TensorFlow.js backend works here. tfjs-node-gpu: not installed; tfjs-node: not installed; wasm: no; cpu: no.',
    );
  });
});

describe('a requested backend', () => {
  it('is the only one tried', async () => {
    expect(await selectBackend({ backend: 'cpu' })).toEqual({
      backend: 'cpu',
      tfjsName: 'cpu',
      tried: [{ backend: 'cpu', taken: true, reason: '' }],
      summary: 'cpu',
    });
  });

  it('may come from the environment; the option goes before it', async () => {
    vi.stubEnv('MVSA_FUSION_BACKEND', 'cpu');
    expect((await selectBackend()).backend).toBe('cpu');
    expect((await selectBackend({ backend: 'wasm' })).backend).toBe('wasm');
  });

  it('must have a known name', async () => {
    await expect(selectBackend({ backed: 'cpu' } as never)).rejects.toThrow('Did you mean backend?');
    await expect(selectBackend({ backend: 'webgl' as never })).rejects.toThrow(
      "Option backend must be one of tfjs-node-gpu, tfjs-node, wasm, cpu; received 'webgl'.",
    );
    vi.stubEnv('MVSA_FUSION_BACKEND', 'toString');
    await expect(selectBackend()).rejects.toThrow(BackendError);
    await expect(selectBackend()).rejects.toThrow(
      "The environment variable MVSA_FUSION_BACKEND must be one of tfjs-node-gpu, tfjs-node, wasm, cpu; received 'toString'.",
    );
  });

  it.each(['cpu', 'wasm'] as const)('that is not installed leaves %s as it was', async (former) => {
    await selectBackend({ backend: former });
    const failed = selectBackend({ backend: 'tfjs-node' });
    await expect(failed).rejects.toThrow(BackendError);
    await expect(failed).rejects.toThrow(
      'The requested TensorFlow.js backend does not work. tfjs-node: not installed. Leave the choice open to take another.',
    );
    expect(tf.getBackend()).toBe(former);
  });

  it('that fails after it became current leaves the former one', async () => {
    await selectBackend({ backend: 'cpu' });
    vi.spyOn(backends.wasm as { prepare(): string }, 'prepare').mockReturnValue('too old');
    await expect(selectBackend({ backend: 'wasm' })).rejects.toThrow('wasm: too old');
    expect(tf.getBackend()).toBe('cpu');
  });
});

it('leaves no tensors behind and no listeners on fatal errors', async () => {
  const listeners = () =>
    process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection');
  const before = [tf.memory().numTensors, listeners()];
  await selectBackend({ backend: 'wasm' });
  await selectBackend({ backend: 'cpu' });
  expect([tf.memory().numTensors, listeners()]).toEqual(before);
});
