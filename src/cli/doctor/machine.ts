import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import type { Machine } from './diagnosis';

/** What matrix products gain from, by the names of Linux (x64, then arm64). */
const FEATURES = [
  ...['sse4_2', 'avx', 'avx2', 'fma', 'avx512f', 'avx_vnni', 'avx512_vnni', 'avx512_bf16', 'amx_tile'],
  ...['asimd', 'asimddp', 'sve', 'sve2', 'i8mm', 'bf16'],
];

/** What the machine has that decides about speed. */
export function describeMachine(): Machine {
  return {
    platform: process.platform,
    arch: process.arch,
    cpu: cpus()[0]?.model.trim() || 'unknown',
    cores: availableParallelism(),
    features: readFeatures(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    load: Number((loadavg()[0] ?? 0).toFixed(2)),
    nvidiaGpu: existsSync('/proc/driver/nvidia/version'),
  };
}

function readFeatures(): readonly string[] | null {
  try {
    const [, flags] = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8')) ?? [];
    const words = new Set(flags?.trim().split(/\s+/));
    return flags === undefined ? null : FEATURES.filter((name) => words.has(name));
  } catch {
    return null;
  }
}
