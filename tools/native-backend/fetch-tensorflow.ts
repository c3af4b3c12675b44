import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from './run-tool';
import { StepError } from './step-error';

/** The two libraries that the addon is linked to, as the wheels name them. */
export const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'] as const;

/** Takes the libraries and the headers of the C API out of a wheel; a wheel is a zip file. */
const UNPACK = `
import sys, zipfile
wheel, folder = sys.argv[1:]
wanted = ('tensorflow/libtensorflow_cc.so.', 'tensorflow/libtensorflow_framework.so.',
          'tensorflow/include/tensorflow/c/', 'tensorflow/include/tensorflow/core/platform/',
          'tensorflow/include/tensorflow/tsl/', 'tensorflow/include/tsl/', 'tensorflow/include/xla/tsl/c/')
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if name.startswith(wanted) and name.endswith(('.h', '.so.2')):
            archive.extract(name, folder)
`;

/**
 * Downloads a wheel of TensorFlow and unpacks its libraries and C headers.
 *
 * The wheel of one Python version serves: nothing of Python in it is used. No other package is installed.
 *
 * @throws {@link StepError} without Python, pip, the network or that version.
 */
export async function fetchTensorflow(
  packageName: string,
  version: string,
  python: string,
  folder: string,
): Promise<void> {
  await runTool(python, ['-m', 'pip', '--version'], {
    fetches: true,
    remedy: `Python 3 with pip fetches TensorFlow. Install it (Debian, Ubuntu: apt-get install python3-pip), or name another with --python.`,
  });
  const pip = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:'];
  const target = ['--python-version', '3.11', '--implementation', 'cp', '--dest', folder];
  await runTool(python, [...pip, ...target, `${packageName}==${version}`], {
    fetches: true,
    remedy:
      `Expected ${packageName} ${version} from the Python index. Without a network, point pip at a folder that holds the wheel: ` +
      'PIP_NO_INDEX=1 PIP_FIND_LINKS=DIR. Another version: --tensorflow VERSION (2.12 or later).',
  });
  const [wheel] = (await readdir(folder)).filter((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new StepError(`pip downloaded no wheel of ${packageName} ${version}.`);
  await runTool(python, ['-c', UNPACK, join(folder, wheel), folder], {
    remedy: 'The wheel could not be unpacked: is the disk full? It needs 1.2 GB for a moment.',
  });
  await rm(join(folder, wheel));
  const found = await readdir(join(folder, 'tensorflow')).catch((): string[] => []);
  for (const library of LIBRARIES) {
    if (!found.includes(library)) {
      throw new StepError(
        `The wheel of ${packageName} ${version} holds no ${library}: ${found.join(', ') || 'nothing of the kind'}. ` +
          'Take --tensorflow 2.12.0 or later.',
      );
    }
  }
}
