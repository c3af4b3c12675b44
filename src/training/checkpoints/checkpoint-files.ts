/** Names in a directory of checkpoints. */
export const RECORD_PATTERN = /^step-(\d{8,16})\.json$/;

/** Current tensors of a step, or best weights that were first saved with it; numbered where the plain name is taken. */
export const TENSORS_PATTERN = /^(step|best)-(\d{8,16})(\.\d{1,9})?\.safetensors$/;

/** What a killed writer leaves. */
export const TEMPORARY_PATTERN = /^\.((step|best)-[\d.]+\.(json|safetensors)|lock)\.[\da-f-]{36}\.tmp$/;

/** Name of the file that makes a checkpoint exist. */
export function recordName(step: number): string {
  return `step-${padded(step)}.json`;
}

/** A name for tensors that none of the taken ones has. */
export function tensorsName(kind: 'step' | 'best', step: number, taken: ReadonlySet<string>): string {
  let name = `${kind}-${padded(step)}.safetensors`;
  for (let number = 1; taken.has(name); number++) name = `${kind}-${padded(step)}.${number}.safetensors`;
  return name;
}

/** The step in a name of either pattern. */
export function stepOf(name: string): number {
  return Number(/-(\d+)/.exec(name)?.[1]);
}

function padded(step: number): string {
  return String(step).padStart(8, '0');
}
