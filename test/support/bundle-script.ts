import { symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';

/**
 * Bundles a script, so that a process of it starts in a moment; returns the bundle's path.
 *
 * @param folder one that is there, for this bundle alone
 */
export async function bundleScript(script: URL, folder: string): Promise<string> {
  const entry = fileURLToPath(script);
  await build({
    entry: [entry],
    outDir: folder,
    outExtension: () => ({ js: '.mjs' }),
    format: 'esm',
    target: 'node20',
    platform: 'node',
    config: false,
    silent: true,
    // Modules whose import alone does something stay, as tsx would load them; package.json names those of the build.
    esbuildOptions(options) {
      options.ignoreAnnotations = true;
    },
  });
  // The packages that it imports are found from where it lies.
  await symlink(
    fileURLToPath(new URL('../../node_modules', import.meta.url)),
    join(folder, 'node_modules'),
    'junction',
  );
  return join(folder, `${basename(entry, '.ts')}.mjs`);
}
