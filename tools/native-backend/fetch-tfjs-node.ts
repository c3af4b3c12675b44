import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TFJS_NODE_VERSION } from './check-machine';
import { runTool } from './run-tool';

/** Node-API's headers do not depend on Node's version, so one release of them serves all. */
const HEADERS_VERSION = '1.9.0';

/**
 * Installs tfjs-node and what it needs into a folder of its own, without the install script that downloads
 * libtensorflow.
 *
 * @throws {@link StepError} without the registry.
 */
export async function fetchTfjsNode(folder: string): Promise<void> {
  const dependencies = { '@tensorflow/tfjs-node': TFJS_NODE_VERSION, 'node-api-headers': HEADERS_VERSION };
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  await runTool('npm', ['install', '--prefix', folder, ...flags], {
    cwd: folder,
    fetches: true,
    remedy: `Expected @tensorflow/tfjs-node ${TFJS_NODE_VERSION} from the npm registry: is the network there?`,
  });
}
