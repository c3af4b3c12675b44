import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Command, Option } from 'commander';
import { BACKEND_NAMES, type BackendName } from '../backend';
import type { Diagnosis } from './doctor/diagnosis';
import { examine } from './doctor/examine';
import { formatDiagnosis } from './doctor/format-diagnosis';
import { findOptionalPackages } from './doctor/installed-packages';

interface DoctorOptions {
  readonly backend?: BackendName;
  readonly measure: boolean;
  readonly json: boolean;
  /** Examine in this process. */
  readonly direct: boolean;
}

/** `mvsa-fusion doctor`: which backend runs here, why, how fast, and what would make it faster. */
export function doctorCommand(version: string): Command {
  return new Command('doctor')
    .description('Tells which backend runs here and why, how fast it is, and what would make it faster.')
    .usage('[options]')
    .addOption(
      new Option(
        '--backend <name>',
        'try this one only (default: MVSA_FUSION_BACKEND, else the first that works)',
      ).choices(BACKEND_NAMES),
    )
    .option('--no-measure', 'leave out the measurements, which take two seconds')
    .option('--json', 'print JSON instead of text', false)
    .addOption(new Option('--direct').default(false).hideHelp())
    .addHelpText('after', '\nExit code 0: a backend works. Exit code 1: none does.')
    .configureHelp({ helpWidth: 110 })
    .action(async (options: DoctorOptions) => {
      const diagnosis = options.direct
        ? await examine({ ...options, version })
        : await examineApart(options, version);
      process.stdout.write(options.json ? `${JSON.stringify(diagnosis)}\n` : formatDiagnosis(diagnosis));
      if (diagnosis.backend === null) process.exitCode = 1;
    });
}

/** Native code that does not fit the machine ends the whole process, so it is tried in another. */
async function examineApart(options: DoctorOptions, version: string): Promise<Diagnosis> {
  const parameters = ['doctor', '--direct', '--json'];
  if (options.backend !== undefined) parameters.push('--backend', options.backend);
  if (!options.measure) parameters.push('--no-measure');
  const program = process.argv[1] as string;
  try {
    const run = promisify(execFile)(process.execPath, [...process.execArgv, program, ...parameters]);
    return JSON.parse((await run).stdout) as Diagnosis;
  } catch (error) {
    const { signal, stdout, stderr, code } = error as {
      signal?: string | null;
      stdout?: string;
      stderr?: string;
      code?: number;
    };
    // No backend works: that is an answer.
    if (code === 1 && stdout?.startsWith('{')) return JSON.parse(stdout) as Diagnosis;
    const suspect = options.backend ?? installedNative();
    // An error of its own making, told again here with its message.
    if ((code === 1 && !signal) || !suspect?.startsWith('tfjs-node')) return examine({ ...options, version });
    const end = signal ? `signal ${signal}` : `exit code ${code}`;
    const detail = stderr?.trim().split('\n').at(-1);
    const reason = `ends the process (${end})${detail ? `: ${detail}` : ''}`;
    return withCrash(await examine({ ...options, backend: 'wasm', version }), suspect, reason);
  }
}

/** The native backend that is tried first. */
function installedNative(): BackendName | undefined {
  const installed = new Set(findOptionalPackages().flatMap(({ name, version }) => (version ? name : [])));
  return BACKEND_NAMES.find((name) => installed.has(`@tensorflow/${name}`));
}

/** What runs without native code, with the reason why the native backend does not. */
function withCrash(diagnosis: Diagnosis, backend: BackendName, reason: string): Diagnosis {
  const remedy = {
    text: `${backend} ${reason}. Until it is mended or removed, name another backend.`,
    command: 'export MVSA_FUSION_BACKEND=wasm',
  };
  return {
    ...diagnosis,
    tried: [{ backend, taken: false, reason }, ...diagnosis.tried],
    advice: [remedy, ...diagnosis.advice],
  };
}
