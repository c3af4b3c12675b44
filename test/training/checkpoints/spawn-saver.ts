import { spawn } from 'node:child_process';
import { bundleScript } from '../../support/bundle-script';

/** What a saver did before it ended. */
export interface SaverResult {
  /** The lines it printed. */
  readonly lines: readonly string[];
  /** The last step that it reported as saved; 0 when none was. */
  readonly saved: number;
  /** The process' exit code, or null when it was killed. */
  readonly code: number | null;
}

/** Bundles save-in-a-loop.ts; returns the script's path. */
export function bundleSaver(folder: string): Promise<string> {
  return bundleScript(new URL('./save-in-a-loop.ts', import.meta.url), folder);
}

/** Runs a saver in a process of its own. */
export function spawnSaver(
  script: string,
  directory: string,
  { size = 6, steps, killAfter }: { size?: number; steps?: number; killAfter?: number } = {},
): {
  readonly pid: number;
  readonly ready: Promise<void>;
  readonly result: Promise<SaverResult>;
  kill(): void;
} {
  const args = [script, directory, String(size), ...(steps === undefined ? [] : [String(steps)])];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  let isReady = () => {};
  const ready = new Promise<void>((resolve) => {
    isReady = resolve;
  });
  const kill = () => void child.kill('SIGKILL');
  child.stdout.on('data', (chunk: Buffer) => {
    const isFirst = output === '';
    output += chunk;
    if (!isFirst || !output.startsWith('ready')) return;
    isReady();
    if (killAfter !== undefined) setTimeout(kill, killAfter);
  });
  const result = new Promise<SaverResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const lines = output.trim().split('\n');
      const saved = lines.filter((line) => line.startsWith('saved')).at(-1);
      resolve({ lines, saved: Number(saved?.slice(6) ?? 0), code });
    });
  });
  return { pid: child.pid as number, ready, result, kill };
}
