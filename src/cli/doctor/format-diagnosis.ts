import type { Diagnosis, OptionalPackage } from './diagnosis';

/** A diagnosis as a page of text. */
export function formatDiagnosis(diagnosis: Diagnosis): string {
  const sections = [
    section('Backend', backendLines(diagnosis)),
    section('Speed', speedLines(diagnosis)),
    section('Machine', machineLines(diagnosis)),
    section('Versions', versionLines(diagnosis)),
    section('Optional packages', diagnosis.packages.map(packageLine)),
    section('Advice', adviceLines(diagnosis)),
  ];
  return `${sections.join('\n\n')}\n`;
}

const section = (title: string, lines: readonly string[]) =>
  `${title}\n${lines.map((line) => `  ${line}`.trimEnd()).join('\n')}`;

function backendLines({ backend, tried }: Diagnosis): string[] {
  const passedOver = tried
    .filter(({ taken }) => !taken)
    .map(({ backend: name, reason }) => `passed over: ${name}, ${reason}`);
  if (backend === null) return ['none works', ...passedOver];
  const threads = `${backend.threads} ${backend.threads === 1 ? 'thread' : 'threads'}`;
  return [
    `${backend.name} runs${backend.library ? ` on ${backend.library}` : ''}, ${threads}`,
    ...passedOver,
  ];
}

function speedLines({ speed }: Diagnosis): string[] {
  if (speed === null) return ['not measured'];
  const { matmul, trainingStep } = speed;
  return [
    `matrix product ${matmul.size} x ${matmul.size}: ${matmul.gflops} GFLOP/s`,
    `training step of dense layers ${trainingStep.widths.join(' -> ')}, batch ${trainingStep.batchSize}, Adam: ${trainingStep.milliseconds} ms`,
  ];
}

function machineLines({ machine }: Diagnosis): string[] {
  const { platform, arch, cpu, cores, features, memoryGiB, load, nvidiaGpu } = machine;
  return [
    `${cpu}, ${cores} ${cores === 1 ? 'core' : 'cores'} (load ${load}), ${memoryGiB} GiB, ${platform} ${arch}`,
    `processor features: ${features === null ? 'the system does not tell' : features.join(' ') || 'none of use here'}`,
    ...(nvidiaGpu ? ['an NVIDIA GPU'] : []),
  ];
}

function versionLines({ versions, copies }: Diagnosis): string[] {
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const twice = copies
    .filter((one) => one.copies.length > 1)
    .flatMap(({ name, copies: all }) => [
      `${all.length} copies of ${name}:`,
      ...all.map(({ version, folder }) => `  ${version} in ${folder}`),
    ]);
  return [list.join(', '), ...(twice.length > 0 ? twice : ['one copy of TensorFlow.js'])];
}

function packageLine({ name, version, purpose }: OptionalPackage): string {
  const state = version ?? '-';
  return `${name.padEnd(26)} ${state.padEnd(9)} ${purpose}${version === null ? `: npm i ${name}` : ''}`;
}

function adviceLines({ advice }: Diagnosis): string[] {
  if (advice.length === 0) return ['nothing to mend, nothing to gain'];
  return advice.flatMap(({ text, command }) => [text, `    ${command}`]);
}
