import { join } from 'node:path';
import { DataError } from '../../errors';
import type { Checkpoint, DamagedCheckpoint, LoadedCheckpoint } from './checkpoint';
import { type CheckpointRecord, type StoredBest, stepOf } from './checkpoint-record';
import { damageOf, scanCheckpoints, unreadable } from './checkpoint-scan';
import { readTensors } from './tensor-file';

/** What {@link loadNewest} found. */
interface NewestCheckpoint {
  /** The checkpoint with all its tensors. */
  readonly loaded: LoadedCheckpoint;
  /** Where its best weights are. */
  readonly best: StoredBest | undefined;
}

/**
 * Loads the newest checkpoint that is not damaged, or null when there is none.
 *
 * @param onDamaged called for each checkpoint whose tensors are damaged, with the SHA-256 of its JSON file
 * @throws {@link DataError} when all are damaged, or files cannot be read for another reason
 */
export async function loadNewest(
  directory: string,
  onDamaged: (sha256: string) => void,
): Promise<NewestCheckpoint | null> {
  const { records, broken } = await scanCheckpoints(directory);
  const damaged = broken.map(({ name, reason }) => ({
    step: stepOf(name),
    file: join(directory, name),
    reason,
  }));
  const newestFirst = () => damaged.sort((a, b) => b.step - a.step);
  for (const { record, sha256 } of records) {
    const read = await readCheckpoint(directory, record);
    if ('reason' in read) {
      onDamaged(sha256);
      damaged.push({ ...read, step: record.step });
      continue;
    }
    const newer = newestFirst().filter(({ step }) => step > record.step);
    const loaded = { ...read, damaged: newer.map(({ file, reason }) => ({ file, reason })) };
    return { loaded, best: record.best };
  }
  if (damaged.length === 0) return null;
  const listed = newestFirst().map(({ file, reason }) => `${file}: ${reason}`);
  throw new DataError(
    `${directory}: expected a checkpoint to go on with, but all are damaged: ${listed.join('; ')}. Restore the files from a copy, or start anew in another directory.`,
  );
}

async function readCheckpoint(
  directory: string,
  { step, config, state, tensors, best }: CheckpointRecord,
): Promise<Checkpoint | DamagedCheckpoint> {
  let file = join(directory, tensors.name);
  try {
    const current = await readTensors(file, tensors);
    if (!best) return { step, config, state, tensors: current };
    file = join(directory, best.name);
    const weights = { id: best.id, tensors: await readTensors(file, best) };
    return { step, config, state, tensors: current, best: weights };
  } catch (error) {
    const reason = damageOf(error);
    if (reason === null) throw unreadable(file, error);
    return { file, reason };
  }
}
