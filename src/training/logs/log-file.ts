import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { OptionError } from '../../errors';
import { writeError } from '../../files/write-file';

/** A file that grows by whole records. */
export interface LogFile {
  /** Writes a record; when this returns, the operating system holds all of it, and a killed process loses none. */
  append(record: string | Uint8Array): void;
  /** Closes the file; a second call does nothing. */
  close(): void;
}

/**
 * Opens a log for appending, and creates it and its directory where there is none.
 *
 * A record that does not fit, as on a full disk, is taken back. What is appended after a failure is dropped: the error of the
 * first stands, and the file ends with a whole record.
 *
 * @param keep bytes to keep of a file that exists; all when absent
 * @throws {@link MvsaFusionError} when the file system refuses, here and in `append`: names the file, the cause and what to do.
 */
export function openLogFile(file: string, keep?: number): LogFile {
  const descriptor = attemptWrite(file, () => {
    mkdirSync(dirname(file), { recursive: true });
    return openSync(file, 'a');
  });
  let isOpen = true;
  const close = () => {
    if (isOpen) closeSync(descriptor);
    isOpen = false;
  };
  let size = 0;
  let isRegular = false;
  try {
    attemptWrite(file, () => {
      if (keep !== undefined) ftruncateSync(descriptor, keep);
      const status = fstatSync(descriptor);
      size = status.size;
      isRegular = status.isFile();
    });
  } catch (error) {
    close();
    throw error;
  }
  return {
    append(record) {
      if (!isOpen) return;
      const bytes = typeof record === 'string' ? Buffer.from(record) : record;
      try {
        attemptWrite(file, () => {
          for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
        });
        size += bytes.length;
      } catch (error) {
        if (isRegular) ftruncateSync(descriptor, size);
        close();
        throw error;
      }
    },
    close,
  };
}

/**
 * Does something that writes to a file.
 *
 * @throws {@link MvsaFusionError} when the file system refuses: names the file, the cause and what to do.
 */
export function attemptWrite<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    throw writeError(file, cause);
  }
}

/** @throws {@link OptionError} when `everySteps` is no integer of at least 1. */
export function checkEverySteps(where: string, everySteps: number): void {
  if (!Number.isInteger(everySteps) || everySteps < 1) {
    throw new OptionError(
      `${where}: expected everySteps to be an integer of at least 1, received ${everySteps}.`,
    );
  }
}
