import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { MissingError, StepError } from './step-error';

/** Where and how {@link runTool} runs a program. */
export interface RunToolOptions {
  /** The working directory. */
  readonly cwd?: string;
  /** It fetches something: where it fails, the machine lacks a network, and nothing is wrong with the code. */
  readonly fetches?: boolean;
  /** What to tell when the program is not there or fails. */
  readonly remedy: string;
}

/**
 * Runs a program to its end and returns what it printed.
 *
 * @throws {@link StepError} when it fails, {@link MissingError} when it cannot be started or fetch: the last lines of
 *   its output, and the remedy.
 */
export async function runTool(
  program: string,
  parameters: readonly string[],
  options: RunToolOptions,
): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, parameters, {
      ...(options.cwd && { cwd: options.cwd }),
      maxBuffer: 2 ** 28,
    });
    return stdout;
  } catch (error) {
    const { code, signal, stderr, stdout } = error as {
      code?: string | number | null;
      signal?: string | null;
      stderr?: string;
      stdout?: string;
    };
    const reason =
      code === 'ENOENT'
        ? `${program}: not found.`
        : `${program} ${parameters[0]} failed (${code ?? signal}):\n${lastLines(stderr || stdout || String(error))}`;
    const Kind = code === 'ENOENT' || options.fetches ? MissingError : StepError;
    throw new Kind(`${reason}\n${options.remedy}`, { cause: error });
  }
}

const lastLines = (text: string) => text.trim().split('\n').slice(-15).join('\n');
