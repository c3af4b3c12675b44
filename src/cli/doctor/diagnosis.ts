import type { BackendName, BackendTrial } from '../../backend';

/** Everything that the doctor found; plain data, printed by `--json`. */
export interface Diagnosis {
  /** The backend that runs; null when none does. */
  readonly backend: RunningBackend | null;
  readonly tried: readonly BackendTrial[];
  readonly versions: Versions;
  readonly machine: Machine;
  readonly speed: Speed | null;
  readonly packages: readonly OptionalPackage[];
  readonly copies: readonly InstalledCopies[];
  readonly advice: readonly Advice[];
}

export interface RunningBackend {
  readonly name: BackendName;
  readonly tfjsName: string;
  /** The library under it, such as `TensorFlow 2.18.1`. */
  readonly library: string | null;
  /** How many threads one operation may use. */
  readonly threads: number;
}

interface Versions {
  readonly 'mvsa-fusion': string;
  readonly node: string;
  readonly 'tfjs-core': string;
  readonly 'tfjs-layers': string;
}

export interface Machine {
  readonly platform: string;
  readonly arch: string;
  readonly cpu: string;
  /** That this process may use. */
  readonly cores: number;
  /** What fast arithmetic can use, such as `avx2`; null where the system does not tell. */
  readonly features: readonly string[] | null;
  readonly memoryGiB: number;
  /** Mean number of waiting programs in the last minute; 0 on Windows, which does not count them. */
  readonly load: number;
  readonly nvidiaGpu: boolean;
}

export interface Speed {
  /** A product of two square matrices. */
  readonly matmul: { readonly size: number; readonly gflops: number };
  /** Forward, backward and update of two dense layers. */
  readonly trainingStep: {
    readonly batchSize: number;
    readonly widths: readonly number[];
    readonly milliseconds: number;
  };
}

export interface OptionalPackage {
  readonly name: string;
  /** Null when it is not installed. */
  readonly version: string | null;
  /** What it is for. */
  readonly purpose: string;
}

/** A package that must exist once in a process. */
export interface InstalledCopies {
  readonly name: string;
  readonly copies: readonly { readonly version: string; readonly folder: string }[];
}

export interface Advice {
  /** What is in the way, or missing. */
  readonly text: string;
  /** One command that mends it. */
  readonly command: string;
}
