/**
 * Makes @tensorflow/tfjs-node run on this machine without its download of libtensorflow 2.9.1: npm run native-backend
 *
 * TensorFlow's library comes from the wheel in the Python index, tfjs-node from the npm registry, and its addon is
 * compiled here. What is big lies in a cache outside the checkout; package.json and package-lock.json do not change.
 * `npm ci` and `npm install` take it away again; then this command puts it back in a second. See docs/backends.md.
 */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { cachedFolder } from './cached-folder';
import { TFJS_NODE_VERSION, tensorflowPackage } from './check-machine';
import { checkCompiler, compileAddon } from './compile-addon';
import { fetchTensorflow } from './fetch-tensorflow';
import { fetchTfjsNode } from './fetch-tfjs-node';
import { findPackages, isInstalledByNpm, linkProject, unlinkProject } from './link-project';
import { runTool } from './run-tool';
import { MissingError, StepError } from './step-error';

interface Options {
  readonly project: string;
  readonly cache: string;
  readonly tensorflow: string;
  readonly python: string;
  readonly compiler: string;
  readonly remove: boolean;
}

const defaultCache = join(
  process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
  'mvsa-fusion/native-backend',
);

const program = new Command('native-backend')
  .description(
    "Builds tfjs-node's addon against the TensorFlow of the Python index, for a project's node_modules.",
  )
  .option('--project <dir>', 'the project that gets it', '.')
  .option('--cache <dir>', 'where the downloads and the addon are kept', defaultCache)
  .option('--tensorflow <version>', 'of the wheel; 2.12.0 or later', '2.18.1')
  .option('--python <program>', 'a Python 3 with pip', 'python3')
  .option('--compiler <program>', 'a C++17 compiler', process.env.CXX || 'g++')
  .option('--remove', "take it out of the project's node_modules again", false)
  .addHelpText(
    'after',
    '\nExit code 2: this machine lacks something, such as a compiler or the network. Exit code 1: the build does not work.',
  )
  .parse();

/** Prints a line for a step, and how long it took unless it was there. */
async function step(title: string, work: () => Promise<boolean>): Promise<void> {
  const started = performance.now();
  process.stdout.write(`${title} ... `);
  const isNew = await work();
  console.log(isNew ? `${((performance.now() - started) / 1000).toFixed(1)} s` : 'cached');
}

async function build({ project, cache, tensorflow: version, python, compiler }: Options): Promise<void> {
  const packageName = tensorflowPackage();
  const scope = findPackages(resolve(project));
  const root = resolve(cache);
  const library = join(root, `tensorflow-${version}-${process.arch}`);
  const node = join(root, `tfjs-node-${TFJS_NODE_VERSION}`);
  const addon = join(root, `addon-${TFJS_NODE_VERSION}-${version}-${process.arch}`);
  const tensorflow = join(library, 'tensorflow');
  const packages = join(node, 'node_modules');
  const binding = join(addon, 'tfjs_binding.node');

  if (!existsSync(addon)) await checkCompiler(compiler);
  await step(`download ${packageName} ${version} (200 to 300 MB) and unpack its libraries`, () =>
    cachedFolder(library, (folder) => fetchTensorflow(packageName, version, python, folder)),
  );
  await step(`download tfjs-node ${TFJS_NODE_VERSION}`, () => cachedFolder(node, fetchTfjsNode));
  let used = 0;
  await step('compile the addon', () =>
    cachedFolder(addon, async (folder) => {
      used = await compileAddon({ tensorflow, packages, compiler }, join(folder, 'tfjs_binding.node'));
    }),
  );
  if (used > 0) console.log(`the libraries offer all ${used} functions that it calls`);
  const about = { tfjsNode: TFJS_NODE_VERSION, tensorflow: version, libraries: tensorflow };
  await step(isInstalledByNpm(scope) ? 'add it to the installed tfjs-node' : `copy it to ${scope}`, () =>
    linkProject(scope, packages, binding, about),
  );

  const verdict = await runTool(process.execPath, [join(import.meta.dirname, 'verify.mjs'), project], {
    remedy: `The native code does not run here. Another version: --tensorflow VERSION. Remove it: --remove; clean: rm -r ${root}`,
  });
  const { tensorflow: running, error } = JSON.parse(verdict) as { tensorflow?: string; error?: string };
  if (running === undefined) {
    throw new StepError(
      `tfjs-node does not work: ${error}\nBuild it anew: rm -r ${root}; take it out: --remove`,
    );
  }
  console.log(
    `ready: TensorFlow ${running} passed a forward and gradient test; selectBackend() takes it from now on`,
  );
}

const options = program.opts<Options>();
try {
  if (options.remove) {
    console.log(unlinkProject(findPackages(resolve(options.project))) ? 'removed' : 'nothing to remove');
  } else {
    await build(options);
  }
} catch (error) {
  if (!(error instanceof StepError)) throw error;
  console.error(`\nError: ${error.message}`);
  process.exitCode = error instanceof MissingError ? 2 : 1;
}
