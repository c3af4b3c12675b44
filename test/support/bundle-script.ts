import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';

/** Bundles a script, so that a process of it starts in a moment; returns the bundle's path. */
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
  });
  return join(folder, `${basename(entry, '.ts')}.mjs`);
}
