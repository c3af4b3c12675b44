import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { BACKEND_NAMES, type BackendName } from '../../backend';
import { candidates } from '../../backend/candidates';
import { requestedBackend } from '../../backend/select-backend';
import { tryBackends } from '../../backend/try-backends';
import { adviseOn } from './advise-on';
import type { Diagnosis, RunningBackend } from './diagnosis';
import { findCopies } from './find-copies';
import { findOptionalPackages } from './find-optional-packages';
import { describeMachine } from './machine';
import { measureSpeed } from './measure-speed';

/** What {@link examine} is asked for. */
export interface ExamineOptions {
  readonly backend?: BackendName;
  /** The package's own version. */
  readonly version: string;
  readonly measure: boolean;
}

/**
 * Chooses a backend as `selectBackend` does, and looks at what is around it.
 *
 * @throws {@link BackendError} when the requested backend has no such name.
 */
export async function examine(options: ExamineOptions): Promise<Diagnosis> {
  const requested = requestedBackend(options);
  const machine = describeMachine();
  const tried = await tryBackends(requested ? [requested] : BACKEND_NAMES);
  const taken = tried.find((trial) => trial.taken)?.backend;
  const found = {
    backend: taken === undefined ? null : describeBackend(taken, machine.cores),
    tried,
    versions: {
      'mvsa-fusion': options.version,
      node: process.versions.node,
      'tfjs-core': tf.version_core,
      'tfjs-layers': layers.version_layers,
    },
    machine,
    speed: taken !== undefined && options.measure ? await measureSpeed() : null,
    packages: findOptionalPackages(),
    copies: findCopies(),
  };
  return { ...found, advice: adviseOn(found) };
}

function describeBackend(name: BackendName, cores: number): RunningBackend {
  const { tfjsName } = candidates[name];
  const isNative = tfjsName === 'tensorflow';
  const { binding } = tf.backend() as unknown as { binding?: { TF_Version?: string } };
  return {
    name,
    tfjsName,
    library: isNative ? `TensorFlow ${binding?.TF_Version ?? 'of unknown version'}` : null,
    // TensorFlow takes all cores unless told otherwise; tfjs leaves wasm on one thread in Node.
    threads: isNative ? Number(process.env.TF_NUM_INTRAOP_THREADS) || cores : 1,
  };
}
