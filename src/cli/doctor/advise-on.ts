import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BACKEND_NAMES } from '../../backend';
import type { Advice, Diagnosis } from './diagnosis';

/** What advice is made from. */
export type Findings = Omit<Diagnosis, 'advice'>;

/** Where the advice applies. */
interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** In a checkout of the repository, the native backend can be built without a download from Google. */
  readonly inCheckout: boolean;
}

const CHECKOUT_SCRIPT = 'tools/native-backend/index.ts';

function surroundings(): Surroundings {
  const own = dirname(fileURLToPath(import.meta.url));
  // dist/cli in the built package, src/cli/doctor in the source.
  const inCheckout = ['../..', '../../..'].some((up) => existsSync(join(own, up, CHECKOUT_SCRIPT)));
  return { environment: process.env, inCheckout };
}

/** What would mend the backend or make it faster, the most useful first; one command each. */
export function adviseOn(
  found: Findings,
  { environment, inCheckout }: Surroundings = surroundings(),
): Advice[] {
  const { backend, machine, copies, tried, packages } = found;
  const advice: Advice[] = [];
  const reasonOf = (name: string) => tried.find((trial) => trial.backend === name && !trial.taken)?.reason;
  const isInstalled = (name: string) => packages.some((one) => one.name === name && one.version !== null);

  if (copies.some((one) => one.copies.length > 1)) {
    advice.push({
      text: 'Two copies of TensorFlow.js are installed: layers and tensors of one are unknown to the other.',
      command: 'npm dedupe',
    });
  }
  if (backend === null && !copies.some((one) => one.copies.length > 1)) {
    advice.push({
      text: 'No backend works; wasm comes with this package and runs everywhere: install it again.',
      command: 'npm i mvsa-fusion @tensorflow/tfjs-backend-wasm@4.22.0',
    });
  }
  const forced = environment.MVSA_FUSION_BACKEND;
  if (forced && forced !== BACKEND_NAMES[0] && forced !== 'tfjs-node') {
    advice.push({
      text: `MVSA_FUSION_BACKEND asks for ${forced}, so no faster backend is tried.`,
      command: 'unset MVSA_FUSION_BACKEND',
    });
  }
  const isNative = backend?.tfjsName === 'tensorflow';
  if (!isNative && (reasonOf('tfjs-node') !== undefined || forced)) {
    advice.push(nativeAdvice(isInstalled('@tensorflow/tfjs-node'), reasonOf('tfjs-node'), inCheckout));
  }
  if (backend?.name === 'cpu') {
    const reason = reasonOf('wasm');
    if (reason !== undefined && reason !== '') {
      advice.push({
        text: `wasm does not work: ${reason}. cpu is plain JavaScript, by far the slowest.`,
        command: 'npm i @tensorflow/tfjs-backend-wasm@4.22.0',
      });
    }
  }
  if (machine.nvidiaGpu && backend?.name !== 'tfjs-node-gpu' && !isInstalled('@tensorflow/tfjs-node-gpu')) {
    advice.push({
      text: 'There is an NVIDIA GPU. tfjs-node-gpu uses it where CUDA 11.2 and cuDNN 8.1 are installed.',
      command: 'npm i @tensorflow/tfjs-node-gpu@4.22.0',
    });
  }
  if (isNative && backend.threads < machine.cores) {
    advice.push({
      text: `TF_NUM_INTRAOP_THREADS keeps TensorFlow on ${backend.threads} of ${machine.cores} cores.`,
      command: 'unset TF_NUM_INTRAOP_THREADS',
    });
  }
  if (isNative && environment.TF_ENABLE_ONEDNN_OPTS === '0') {
    advice.push({
      text: 'TF_ENABLE_ONEDNN_OPTS=0 leaves out oneDNN, the fast products of Intel and AMD processors.',
      command: 'unset TF_ENABLE_ONEDNN_OPTS',
    });
  }
  if (machine.load > machine.cores) {
    advice.push({
      text: `Other programs keep ${machine.cores} cores busy (load ${machine.load}): training and the figures above are slower than they could be.`,
      command: 'top',
    });
  }
  return advice;
}

function nativeAdvice(installed: boolean, reason: string | undefined, inCheckout: boolean): Advice {
  const text =
    installed && reason
      ? `tfjs-node is installed and does not work: ${reason}`
      : 'tfjs-node runs the same in native code and on all cores, several times faster.';
  if (inCheckout) return { text, command: 'npm run native-backend' };
  return {
    text,
    command: installed ? 'npm rebuild @tensorflow/tfjs-node' : 'npm i @tensorflow/tfjs-node@4.22.0',
  };
}
