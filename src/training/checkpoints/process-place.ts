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
  try {
    process.kill(other.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const found = statOf(other.pid);
  // Where other users' processes are hidden, nobody can tell whether it is the same.
  if (found === null) return true;
  const isOver = found.state === 'Z' || found.state === 'X';
  return !isOver && (other.started === null || other.started === found.started);
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
