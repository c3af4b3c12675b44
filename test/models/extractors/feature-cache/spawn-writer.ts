import { spawn } from 'node:child_process';
import { bundleScript } from '../../../support/bundle-script';

/** What a writer did before it ended. */
export interface WriterResult {
  /** Number of the row after the last that was reported as stored; `from` when none was. */
  readonly next: number;
  /** The process' exit code, or null when it was killed. */
  readonly code: number | null;
}

/** Bundles write-rows.ts; returns the script's path. */
export function bundleWriter(folder: string): Promise<string> {
  return bundleScript(new URL('./write-rows.ts', import.meta.url), folder);
}

/**
 * Runs the writer in a process of its own.
 *
 * @param script the path of {@link bundleWriter}
 * @param killAfter kills it with SIGKILL that many milliseconds after it is ready
 */
export function spawnWriter(
  script: string,
  directory: string,
  {
    from,
    to,
    batch,
    shardBytes,
    killAfter,
  }: {
    readonly from: number;
    readonly to: number;
    readonly batch: number;
    readonly shardBytes: number;
    readonly killAfter?: number;
  },
): Promise<WriterResult> {
  const args = [directory, from, to, batch, shardBytes].map(String);
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [script, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    let timer: NodeJS.Timeout | undefined;
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk;
      if (killAfter !== undefined && output.startsWith('ready\n')) {
        timer ??= setTimeout(() => child.kill('SIGKILL'), killAfter);
      }
    });
    child.on('error', fail);
    child.on('close', (code) => {
      clearTimeout(timer);
      done({ next: Number(output.trim().split('\n').slice(1).at(-1) ?? from), code });
    });
  });
}
