import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A process that answers each command with a line of JSON. */
export interface AskedProcess {
  /** @throws when it answers with an error, or ends before it answers. */
  ask(command: string, parameters?: object): Promise<Record<string, unknown>>;
  end(): Promise<void>;
}

/** Starts a program that reads commands, `{"command": NAME, ...}`, one a line; what it reports as an error is passed on. */
export function startAsked(program: string, parameters: readonly string[]): AskedProcess {
  const child = spawn(program, parameters, { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<void>((done) => child.on('close', () => done()));
  // A write to a process that is gone is reported by the answer that never comes.
  child.stdin.on('error', () => {});
  child.on('error', () => child.stdout.destroy());
  return {
    async ask(command, values = {}) {
      child.stdin.write(`${JSON.stringify({ command, ...values })}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error(`${program} ${parameters.join(' ')} ended before it answered ${command}.`);
      const answer = JSON.parse(value) as Record<string, unknown>;
      if (answer.error) throw new Error(`${command}: ${String(answer.error)}`);
      return answer;
    },
    async end() {
      child.stdin.end(`${JSON.stringify({ command: 'quit' })}\n`);
      await ended;
    },
  };
}
