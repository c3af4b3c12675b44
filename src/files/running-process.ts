import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, and where its number means something. */
export interface ProcessPlace {
  /** The process' number. */
  readonly pid: number;
  /** Name of its machine or container. */
  readonly host: string;
  /** Mark of the machine's last start; null where the system does not tell. */
  readonly boot: string | null;
  /** Mark of the set of processes that share numbers, as of a container; null likewise. */
  readonly namespace: string | null;
  /** When the process started, in the system's own count, as numbers are given out again; null likewise. */
  readonly started: string | null;
}

/** Where this process runs. */
export function thisProcess(): ProcessPlace {
  return {
    pid: process.pid,
    host: hostname(),
    boot: orNull(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    namespace: orNull(() => readlinkSync('/proc/self/ns/pid')),
    started: statOf(process.pid)?.started ?? null,
  };
}

/** Whether a process runs; null when it runs, if at all, where this one cannot see it. */
export function isRunning(other: ProcessPlace): boolean | null {
  const own = thisProcess();
  if (other.host !== own.host) return null;
  // The machine was started anew since: none of its processes is left.
  if (other.boot !== own.boot) return false;
  if (other.namespace !== own.namespace) return null;
  if (!isNumberInUse(other.pid)) return false;
  const started = statOf(other.pid)?.started ?? null;
  // Where other users' processes are hidden, nobody can tell whether it is the same.
  return started === null || other.started === null || started === other.started;
}

/** Whether a process of this number runs here; perhaps not the one that was meant, as numbers are given out again. */
export function isNumberInUse(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Any other answer, such as EPERM, comes from a process.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  // One that has ended keeps its number until its parent asks for it.
  const state = statOf(pid)?.state;
  return state !== 'Z' && state !== 'X';
}

/** Fields 3 and 22 of `/proc/PID/stat` (proc(5) of Linux); the name in field 2 may hold spaces and brackets. */
function statOf(pid: number): { readonly state: string; readonly started: string } | null {
  return orNull(() => {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: String(fields[0]), started: String(fields[19]) };
  });
}

function orNull<Value>(read: () => Value): Value | null {
  try {
    return read();
  } catch {
    return null;
  }
}
