import { closeSync, existsSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { DataError, OptionError } from '../../errors';
import { checkOptionNames } from '../../options/check-option-names';
import type { TrainingCallbacks } from '../training-callbacks';
import { attemptWrite, checkEverySteps, type LogFile, openLogFile } from './log-file';

/** Options of {@link jsonlLog}. */
export interface JsonlLogOptions {
  /**
   * Writes only the steps whose number within the run is a multiple of this; epochs are all written.
   * @defaultValue 1
   */
  readonly everySteps?: number;
}

/**
 * Writes a run's figures to a file, one JSON object a line.
 *
 * Each line has a `type`, a `time` (ISO 8601) and a `globalStep`, and then:
 * - `start`: the fields of `TrainingStart`, with the whole `config`;
 * - `step`: the fields of `StepLog`;
 * - `epoch`: the fields of `EpochLog`, and `isBest`;
 * - `end`: the fields of `TrainingEnd`.
 *
 * JSON has no NaN and no infinity: they are the strings `"NaN"`, `"Infinity"` and `"-Infinity"`, as in protobuf's JSON.
 *
 * A line is handed to the operating system whole before training goes on: a killed process loses none.
 * A run that goes on from a checkpoint first cuts the file back to the checkpoint's step, with what was half written; it
 * then has one line for each step and epoch, and one `start` for each time it was started. A new run starts a new file: an
 * earlier one of the same name stays under the first free name of `FILE.1`, `FILE.2`, ...
 *
 * @param file created with its directories when training begins
 * @throws {@link OptionError} when an option is unknown or out of range. Before the first step: {@link MvsaFusionError} when the file
 * cannot be written, {@link DataError} when a run goes on and the file is no such log; it is then left as it is.
 * @example
 * ```ts
 * import { jsonlLog } from 'mvsa-fusion/training';
 *
 * const callbacks = [jsonlLog('./runs/first/log.jsonl', { everySteps: 10 })];
 * ```
 */
export function jsonlLog(file: string, options: JsonlLogOptions = {}): TrainingCallbacks {
  checkOptionNames('jsonlLog', options, { everySteps: true });
  const { everySteps = 1 } = options;
  checkEverySteps('jsonlLog', everySteps);
  if (typeof file !== 'string' || file === '') {
    throw new OptionError(`jsonlLog: expected the path of a file, received ${JSON.stringify(file)}.`);
  }
  let log: LogFile | undefined;
  let globalStep = 0;
  let lastEpoch = 0;
  const write = (type: string, fields: object) => {
    const line = { type, time: new Date().toISOString(), globalStep, ...fields };
    log?.append(`${JSON.stringify(line, spellNumber)}\n`);
  };
  return {
    onTrainBegin(start) {
      globalStep = start.resumedStep;
      lastEpoch = 0;
      // A pipe or a device has nothing to go on with.
      const isFile = attemptWrite(file, () => existsSync(file) && statSync(file).isFile());
      if (isFile && globalStep > 0) {
        const point = findResumePoint(file, globalStep);
        lastEpoch = point.lastEpoch;
        log = openLogFile(file, point.size);
      } else {
        if (isFile) attemptWrite(file, () => keepEarlier(file));
        log = openLogFile(file);
      }
      write('start', start);
    },
    onStepEnd(step) {
      globalStep = step.globalStep;
      if (globalStep % everySteps === 0) write('step', step);
    },
    onEpochEnd(epoch, isBest) {
      globalStep = epoch.globalStep;
      // From a checkpoint between an epoch's last step and its end, the same epoch ends twice, with the same figures.
      if (epoch.epoch > lastEpoch) write('epoch', { ...epoch, isBest });
    },
    onTrainEnd(end) {
      write('end', end);
      log?.close();
      log = undefined;
    },
  };
}

const spellNumber = (_key: string, value: unknown) =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;

/** Moves a file out of the way, unless it is empty. */
function keepEarlier(file: string): void {
  if (statSync(file).size === 0) return;
  let number = 1;
  while (existsSync(`${file}.${number}`)) number++;
  renameSync(file, `${file}.${number}`);
}

/** Where in a log a resumed run goes on. */
interface ResumePoint {
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
function findResumePoint(file: string, resumedStep: number): ResumePoint {
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
