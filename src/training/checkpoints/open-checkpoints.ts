import { rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DataError, OptionError, TrainingError } from '../../errors';
import { DirectoryLock } from '../../files/directory-lock';
import { syncDirectory, writeFileDurably } from '../../files/write-file';
import { checkOptionNames } from '../../options/check-option-names';
import type { Checkpoint, CheckpointStore, LoadedCheckpoint } from './checkpoint';
import {
  encodeRecordData,
  formatRecord,
  RECORD_PATTERN,
  recordName,
  type StoredBest,
  stepOf,
  TENSORS_PATTERN,
  tensorsName,
} from './checkpoint-record';
import { listNames, removeTemporaries, scanCheckpoints, unneededTensors } from './checkpoint-scan';
import { loadNewest } from './load-newest';
import { type PreparedTensors, prepareTensors, writeTensors } from './tensor-file';

/** Options of {@link openCheckpoints}. */
export interface OpenCheckpointsOptions {
  /**
   * How many checkpoints stay, the newest ones; from 1. With 1, nothing is left when that one is damaged.
   * @defaultValue 2
   */
  readonly keep?: number;
}

/**
 * Opens a directory for the checkpoints of one training run, and keeps other processes from training into it.
 *
 * Step 123 is `step-00000123.safetensors`, which other programs read too, and `step-00000123.json`, written last: a
 * checkpoint exists once its JSON file is whole. Best weights are in a file of their own that several steps refer to. A
 * `kill -9`, a power cut or a full disk at any moment leaves the checkpoints before it intact.
 *
 * @param directory created when absent; other files in it are left alone
 * @throws {@link TrainingError} when another process trains into the directory, with its number, or when it cannot be used
 * @example
 * ```ts
 * import { openCheckpoints } from 'mvsa-fusion/training';
 *
 * const checkpoints = await openCheckpoints('./runs/first/checkpoints', { keep: 3 });
 * const found = await checkpoints.latest();
 * const kernel = found?.tensors.kernel ?? { shape: [2, 2], data: Float32Array.of(1, 0, 0, 1) };
 * const step = (found?.step ?? 0) + 1;
 * await checkpoints.save({ step, config: { seed: 7 }, state: { epoch: 1 }, tensors: { kernel } });
 * await checkpoints.close();
 * ```
 */
export async function openCheckpoints(
  directory: string,
  options: OpenCheckpointsOptions = {},
): Promise<CheckpointStore> {
  checkOptionNames('openCheckpoints', options, { keep: true });
  const { keep = 2 } = options;
  if (typeof directory !== 'string' || directory === '') {
    throw new OptionError(
      `directory: expected the path of a directory, received ${JSON.stringify(directory)}.`,
    );
  }
  if (!Number.isSafeInteger(keep) || keep < 1) {
    throw new OptionError(`keep: expected a whole number from 1, received ${keep}.`);
  }
  const store = new DirectoryCheckpointStore(resolve(directory), keep);
  await store.open();
  return store;
}

class DirectoryCheckpointStore implements CheckpointStore {
  readonly #lock: DirectoryLock;
  /** Checkpoints whose tensors were found damaged, by the SHA-256 of their JSON files. */
  readonly #damaged = new Set<string>();
  /** The best weights of this run, as last saved or loaded. */
  #best: StoredBest | undefined;
  /** The last of the calls, which follow each other. */
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(
    readonly directory: string,
    private readonly keep: number,
  ) {
    this.#lock = new DirectoryLock(directory);
  }

  async open(): Promise<void> {
    try {
      await this.#lock.hold();
    } catch (error) {
      if (error instanceof TrainingError) throw error;
      // On a disk that is full or read-only, what is there can still be loaded; `save` tries again.
      const isDirectory = await stat(this.directory).then(
        (found) => found.isDirectory(),
        () => false,
      );
      if (isDirectory) return;
      throw this.#failure('cannot hold checkpoints', error);
    }
    await removeTemporaries(this.directory);
  }

  async save(checkpoint: Checkpoint): Promise<void> {
    const { step, best } = checkpoint;
    if (!Number.isSafeInteger(step) || step < 0) {
      throw new OptionError(`step: expected a whole number from 0, received ${step}.`);
    }
    if (best !== undefined && typeof best.id !== 'string') {
      throw new OptionError(`best.id: expected a text, received ${JSON.stringify(best.id)}.`);
    }
    // Before the first await: the caller may go on counting in `state`.
    const data = encodeRecordData(checkpoint);
    const tensors = prepareTensors(checkpoint.tensors, 'tensors');
    const bestWeights = best && { id: best.id, tensors: prepareTensors(best.tensors, 'best.tensors') };
    await this.#inTurn(async () => {
      let isMine = false;
      try {
        await this.#lock.hold();
        isMine = true;
        await this.#write(step, data, tensors, bestWeights);
      } catch (error) {
        if (error instanceof TrainingError || error instanceof DataError) throw error;
        if (isMine) await this.#removeUnneeded().catch(() => {});
        throw this.#failure(`the checkpoint of step ${step} was not saved`, error);
      }
      // The checkpoint is safe: what cannot be deleted now is tried again after the next one.
      await this.#removeOld().catch(() => {});
    });
  }

  async latest(): Promise<LoadedCheckpoint | null> {
    return this.#inTurn(async () => {
      const newest = await loadNewest(this.directory, (sha256) => this.#damaged.add(sha256));
      if (newest) this.#best = newest.best;
      return newest?.loaded ?? null;
    });
  }

  async clear(): Promise<void> {
    await this.#inTurn(async () => {
      try {
        await this.#lock.hold();
        const names = await listNames(this.directory);
        // A checkpoint must not outlive its tensors.
        for (const pattern of [RECORD_PATTERN, TENSORS_PATTERN]) {
          for (const name of names.filter((one) => pattern.test(one))) await rm(join(this.directory, name));
          await syncDirectory(this.directory);
        }
        await removeTemporaries(this.directory);
        this.#best = undefined;
      } catch (error) {
        if (error instanceof TrainingError) throw error;
        throw this.#failure('the checkpoints were not all deleted', error);
      }
    });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    const closing = this.#inTurn(() => this.#lock.release().catch(() => {}));
    this.#isClosed = true;
    await closing;
  }

  async #write(
    step: number,
    data: string,
    tensors: PreparedTensors,
    best: { readonly id: string; readonly tensors: PreparedTensors } | undefined,
  ): Promise<void> {
    const scan = await scanCheckpoints(this.directory);
    const later = scan.records.find(({ record, sha256 }) => record.step > step && !this.#damaged.has(sha256));
    if (later) {
      throw new TrainingError(
        `${this.directory}: expected a step after ${later.record.step}, which is saved there, received ${step}. Resume from that checkpoint, delete the checkpoints, or use another directory.`,
      );
    }
    // Never over a file that a checkpoint refers to, or a kill in between would spoil that one.
    const unneeded = unneededTensors(scan);
    const taken = new Set([...scan.names].filter((name) => !unneeded.includes(name)));
    let stored: StoredBest | undefined;
    if (best && (await this.#isStored(best.id))) stored = this.#best;
    else if (best) {
      const path = join(this.directory, tensorsName('best', step, taken));
      stored = { ...(await writeTensors(path, best.tensors)), id: best.id };
    }
    const path = join(this.directory, tensorsName('step', step, taken));
    const record = { step, tensors: await writeTensors(path, tensors), ...(stored ? { best: stored } : {}) };
    await writeFileDurably(join(this.directory, recordName(step)), formatRecord(record, data));
    this.#best = stored;
  }

  async #isStored(id: string): Promise<boolean> {
    if (this.#best?.id !== id) return false;
    const { name, bytes } = this.#best;
    return stat(join(this.directory, name)).then(
      ({ size }) => size === bytes,
      () => false,
    );
  }

  /** Keeps the newest checkpoints, and damaged ones as long as they are among those; nothing refers to the rest. */
  async #removeOld(): Promise<void> {
    const { records, broken } = await scanCheckpoints(this.directory);
    const intact = records.filter(({ sha256 }) => !this.#damaged.has(sha256));
    const oldest = intact[this.keep - 1];
    if (oldest) {
      const old = [...records, ...broken].filter(({ name }) => stepOf(name) < oldest.record.step);
      for (const { name } of old) await rm(join(this.directory, name), { force: true });
      if (old.length > 0) await syncDirectory(this.directory);
    }
    await this.#removeUnneeded();
  }

  async #removeUnneeded(): Promise<void> {
    for (const name of unneededTensors(await scanCheckpoints(this.directory))) {
      await rm(join(this.directory, name), { force: true });
    }
  }

  #failure(what: string, cause: unknown): TrainingError {
    const why = (cause as Error).message.replace(/\.?$/, '.');
    return new TrainingError(
      `${this.directory}: ${what}: ${why} Checkpoints that are there already are intact.`,
      { cause },
    );
  }

  /** Runs after what was asked for before, whether that succeeded or not. */
  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#isClosed) {
      throw new TrainingError(`${this.directory}: expected open checkpoints, received a call after close().`);
    }
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => {});
    return result;
  }
}
