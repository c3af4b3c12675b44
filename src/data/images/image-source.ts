import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** Reads parts of an image, whether it is a file or bytes in memory. */
export interface ImageSource {
  /** Size in bytes. */
  readonly bytes: number;
  /** False for a folder, pipe or device. */
  readonly isFile: boolean;
  /** The bytes from `offset` on, fewer than `length` at the end. */
  read(offset: number, length: number): Promise<Buffer>;
  /** Lets go of the file. */
  close(): Promise<void>;
}

/**
 * Opens a path, or wraps bytes.
 *
 * @throws the system's error when the path cannot be opened.
 */
export async function openImageSource(pathOrBuffer: string | Uint8Array): Promise<ImageSource> {
  if (typeof pathOrBuffer !== 'string') return wrapBytes(pathOrBuffer);
  // Without O_NONBLOCK a pipe of that name would wait for a writer. Windows has neither.
  const file = await open(pathOrBuffer, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = await file.stat();
    return {
      bytes: stats.size,
      isFile: stats.isFile(),
      read: (offset, length) => readPart(file, offset, Math.min(length, stats.size - offset)),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function wrapBytes(bytes: Uint8Array): ImageSource {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    bytes: all.length,
    isFile: true,
    read: async (offset, length) => all.subarray(offset, offset + length),
    close: async () => {},
  };
}

async function readPart(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  if (length <= 0) return Buffer.alloc(0);
  const part = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(part, filled, length - filled, offset + filled);
    // The file shrank meanwhile.
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return part.subarray(0, filled);
}
