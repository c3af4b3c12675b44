import { closeSync, openSync, readSync } from 'node:fs';
import { DataError } from '../../errors';

/** Where in a log a resumed run goes on. */
export interface ResumePoint {
  /** Bytes to keep. */
  readonly size: number;
  /** The last epoch in these bytes, from 1; 0 when there is none. */
  readonly lastEpoch: number;
}

/**
 * Finds how much of a log of `jsonlLog` stands when a run goes on after `resumedStep`: lines stand in the order of the run, so what
 * is kept is the file's beginning. The `end` of the part before is not kept, nor what a crash left half written at the end.
 *
 * @throws {@link DataError} when a line in the middle is no record of such a log: names file and line.
 */
export function findResumePoint(file: string, resumedStep: number): ResumePoint {
  const foreign = (line: number) =>
    new DataError(
      `${file}: expected a log of jsonlLog to go on with, received something else in line ${line}. Choose another file, or move this one away.`,
    );
  let size = 0;
  let lastEpoch = 0;
  let number = 0;
  let isCutOff = false;
  for (const line of linesOf(file)) {
    if (isCutOff) throw foreign(number);
    number++;
    const record = parseRecord(line);
    if (number === 1 && record?.type !== 'start' && !line.toString().startsWith('{"type":"start"')) {
      throw foreign(1);
    }
    // Only the last line may be so: then a crash cut it off.
    isCutOff = !record;
    if (!record) continue;
    if (record.type === 'end' || record.globalStep > resumedStep) break;
    if (record.type === 'epoch') lastEpoch = Number(record.epoch);
    size += line.length;
  }
  return { size, lastEpoch };
}

interface LogRecord {
  readonly type: string;
  readonly globalStep: number;
  readonly epoch?: unknown;
}

/** The record in a line; undefined when the line is not whole, or not a record. */
function parseRecord(line: Buffer): LogRecord | undefined {
  if (line.at(-1) !== NEWLINE) return undefined;
  try {
    const value = JSON.parse(line.toString());
    return typeof value?.type === 'string' && Number.isInteger(value.globalStep) ? value : undefined;
  } catch {
    return undefined;
  }
}

const NEWLINE = 10;
const CHUNK_BYTES = 65_536;
/** Far more than any configuration; a file of another kind may have no lines at all. */
const LONGEST_LINE = 2 ** 24;

/** The lines of a file, each with its newline, which the last may lack. */
function* linesOf(file: string): Generator<Buffer, void> {
  const descriptor = openSync(file, 'r');
  try {
    let pieces: Buffer[] = [];
    let length = 0;
    while (length <= LONGEST_LINE) {
      const buffer = Buffer.alloc(CHUNK_BYTES);
      const chunk = buffer.subarray(0, readSync(descriptor, buffer));
      if (chunk.length === 0) break;
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
        yield Buffer.concat([...pieces, chunk.subarray(start, end + 1)]);
        pieces = [];
        length = 0;
        start = end + 1;
      }
      pieces.push(chunk.subarray(start));
      length += chunk.length - start;
    }
    if (length > 0) yield Buffer.concat(pieces);
  } finally {
    closeSync(descriptor);
  }
}
