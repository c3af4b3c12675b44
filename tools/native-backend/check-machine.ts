import { MissingError } from './step-error';

/** What the native backend is built with unless told otherwise. */
export const TFJS_NODE_VERSION = '4.22.0';

/**
 * The name in the Python index of the package that holds libtensorflow for this machine.
 *
 * @throws {@link MissingError} where the wheels have no such library, or it has not been tried.
 */
export function tensorflowPackage(
  platform: string = process.platform,
  arch: string = process.arch,
  glibc: string | null = glibcVersion(),
): string {
  const instead =
    'Elsewhere, `npm i @tensorflow/tfjs-node@4.22.0` downloads a build of its own, and wasm needs no build at all.';
  if (platform !== 'linux') {
    throw new MissingError(
      `The native backend is built on Linux only; this is ${platform}: the wheels of other systems were not tried. ${instead}`,
    );
  }
  if (glibc === null) {
    throw new MissingError(
      `TensorFlow's wheels need glibc; this system has another C library (Alpine's musl?). ${instead}`,
    );
  }
  if (arch === 'x64') return 'tensorflow-cpu';
  if (arch === 'arm64') return 'tensorflow';
  throw new MissingError(
    `TensorFlow has Linux wheels for x64 and arm64 processors; this is ${arch}. Use the wasm backend.`,
  );
}

function glibcVersion(): string | null {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime ?? null;
}
