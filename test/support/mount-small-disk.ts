import { execFileSync } from 'node:child_process';
import { onTestFinished } from 'vitest';

/** Whether this process may mount file systems. */
export const canMount = (() => {
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** Mounts a file system of its own size on an empty folder until the test ends; returns the folder. */
export function mountSmallDisk(folder: string, options: string): string {
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
  onTestFinished(() => void execFileSync('umount', [folder]));
  return folder;
}
