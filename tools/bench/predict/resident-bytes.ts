import { execFileSync } from 'node:child_process';

/** Memory that a process holds, as `ps` tells it; 0 when it has ended. */
export function residentBytes(pid: number | undefined): number {
  try {
    return 1024 * Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }));
  } catch {
    return 0;
  }
}
