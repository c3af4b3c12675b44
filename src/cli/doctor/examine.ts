import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { BACKEND_NAMES, type BackendName } from '../../backend';
import { backends } from '../../backend/backends';
import { requestedBackend, tryBackends } from '../../backend/select-backend';
import { adviseOn } from './advise-on';
import type { Diagnosis, Machine, RunningBackend } from './diagnosis';
import { findCopies, findOptionalPackages } from './installed-packages';
import { measureSpeed } from './measure-speed';

/** What {@link examine} is asked for. */
interface ExamineOptions {
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
  const { tfjsName } = backends[name];
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

/** What matrix products gain from, by the names of Linux (x64, then arm64). */
const FEATURES = [
  ...['sse4_2', 'avx', 'avx2', 'fma', 'avx512f', 'avx_vnni', 'avx512_vnni', 'avx512_bf16', 'amx_tile'],
  ...['asimd', 'asimddp', 'sve', 'sve2', 'i8mm', 'bf16'],
];

/** What the machine has that decides about speed. */
function describeMachine(): Machine {
  return {
    platform: process.platform,
    arch: process.arch,
    cpu: cpus()[0]?.model.trim() || 'unknown',
    cores: availableParallelism(),
    features: readFeatures(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    load: Number((loadavg()[0] ?? 0).toFixed(2)),
    nvidiaGpu: existsSync('/proc/driver/nvidia/version'),
  };
}

function readFeatures(): readonly string[] | null {
  try {
    const [, flags] = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8')) ?? [];
    const words = new Set(flags?.trim().split(/\s+/));
    return flags === undefined ? null : FEATURES.filter((name) => words.has(name));
  } catch {
    return null;
  }
}
