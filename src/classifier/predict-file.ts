import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { getBackend } from '@tensorflow/tfjs-core';
import { mapInOrder } from '../concurrency';
import { POSTS_FILE_OPTIONS, type PostRow, type PostsFileOptions } from '../data';
import { streamPosts } from '../data/posts/read-posts';
import { sniffPostsFile } from '../data/posts/rows/sniff-posts-file';
import { DataError, OptionError } from '../errors';
import { sha256 } from '../files/digests';
import { kindOf } from '../options/check-option-names';
import { type OptionTable, resolveOptions } from '../options/option-table';
import { BOOLEAN, integerFrom } from '../options/rules';
import type { JsonObject } from '../training';
import type { Progress } from '../types';
import type { AnswersState } from './answers/answers-journal';
import { AnswersPart } from './answers/answers-part';
import type { FailedPrediction, Prediction } from './core/prediction';
import { SentimentClassifier } from './sentiment-classifier';

/** Options of {@link predictFile}. */
export interface PredictFileOptions extends PostsFileOptions {
  /**
   * Posts in one forward pass.
   * @defaultValue 64
   */
  readonly batchSize?: number;
  /**
   * Whether an output that is there already is replaced in the end, and whether a stopped run of another input, model or option is
   * thrown away.
   * @defaultValue `false`
   */
  readonly force?: boolean;
  /** Called at first and after each batch, stage `'predict'`: rows, and how many there will be, as the bytes read so far let expect. */
  readonly onProgress?: (progress: Progress) => void;
}

const TABLE = {
  ...(POSTS_FILE_OPTIONS as Required<typeof POSTS_FILE_OPTIONS>),
  batchSize: { default: 64, rule: integerFrom(1), help: 'posts in one forward pass' },
  force: {
    default: false,
    rule: BOOLEAN,
    help: 'replace an OUT that is there, and throw away a stopped run of something else',
  },
  onProgress: {},
} as const satisfies OptionTable<PredictFileOptions>;

/** All options of {@link predictFile}: their defaults and checks, and the flags of command lines. */
export const PREDICT_FILE_OPTIONS: OptionTable<PredictFileOptions> = TABLE;

/** What {@link predictFile} did. */
export interface PredictedFile {
  /** Lines of the output: one for each row of the input. */
  readonly rows: number;
  /** Rows that could not be answered: their lines are `{ id, error }`. */
  readonly failed: number;
  /** Rows that had their answers already, from a run that was stopped. */
  readonly resumedAt: number;
}

/** What tells an input from another: the first bytes, besides its size and its date. */
const HEAD_BYTES = 2 ** 20;

/**
 * Answers a file of posts, of any size: a line of JSON for each row, in their order.
 *
 * A line is a {@link Prediction}, or `{ id, error }` for a row that cannot be read. The next batch is read while one is computed, and
 * memory does not grow with the file. Answers gather in the folder `OUTPUT.part` and take their name when all are there. Whatever ends
 * the run before, the same call goes on behind the last batch that is on the disk, and the output is, byte for byte, that of a run
 * that nothing stopped.
 *
 * @param classifier what answers; select a backend first (`selectBackend`)
 * @param input a CSV file or JSON lines, as `readPosts` reads them
 * @param output where the answers go; its folder is created when absent
 * @throws {@link DataError} when the input cannot be read, has no rows or changes meanwhile, and when the run that was stopped was one
 * of another input, model, backend or option: names what differs
 * @throws {@link OptionError} when an option is unknown or out of range, and when the output is there already
 * @throws {@link MvsaFusionError} when another process writes this output, or the file system refuses, as with a full disk
 * @throws the signal's reason when it aborts, after the batches in flight
 * @example
 * ```ts
 * import { selectBackend } from 'mvsa-fusion/backend';
 * import { predictFile, SentimentClassifier } from 'mvsa-fusion/classifier';
 *
 * async function answer() {
 *   await selectBackend();
 *   const classifier = await SentimentClassifier.load('./model');
 *   const { rows, failed } = await predictFile(classifier, './posts.csv', './answers.jsonl', { text: 'tweet' });
 *   console.log(`${rows} rows, ${failed} without an answer`);
 * }
 * ```
 */
export async function predictFile(
  classifier: SentimentClassifier,
  input: string,
  output: string,
  options: PredictFileOptions = {},
): Promise<PredictedFile> {
  const settings = resolveOptions<PredictFileOptions, typeof TABLE>('predictFile', options, TABLE);
  const { batchSize, force, signal, onProgress, ...reading } = settings;
  if (!(classifier instanceof SentimentClassifier))
    throw new OptionError(`predictFile: expected a SentimentClassifier, received ${kindOf(classifier)}.`);
  await sniffPostsFile(input, reading.format);
  if (typeof output !== 'string' || output === '' || resolve(output) === resolve(input)) {
    throw new OptionError(
      `output: expected the path of another file than the input, received ${JSON.stringify(output)}.`,
    );
  }
  // Refuses one that is disposed of, while nothing is written yet.
  await classifier.predict([]);
  const run: JsonObject = {
    input: await identityOf(input),
    model: shortened(await classifier.fingerprint()),
    backend: getBackend(),
    options: { ...(reading as JsonObject), batchSize },
  };
  const part = await AnswersPart.open(output, run, force);
  try {
    const resumedAt = part.state.rows;
    if (!part.isFinished) {
      const found = new Set(part.state.columns);
      const { rows, inputEnd } = part.state;
      const posts = streamPosts(
        input,
        reading,
        found,
        rows > 0 ? { start: inputEnd, row: rows + 1 } : undefined,
      );
      const size = (run.input as JsonObject).bytes as number;
      const tell = () => onProgress?.(progressOf(part.state, size));
      tell();
      const batches = batchesOf(posts, batchSize, found, signal);
      for await (const { lines, state } of mapInOrder(batches, 2, (batch) => answer(classifier, batch))) {
        const failed = part.state.failed + state.failed;
        await part.append(lines, { ...state, failed });
        tell();
      }
      signal?.throwIfAborted();
      await checkInput(input, run.input as JsonObject, part.state);
    }
    const { rows, failed } = await part.finish();
    return { rows, failed, resumedAt };
  } catch (error) {
    await part.leave();
    throw error;
  }
}

/** Rows for one forward pass. */
interface Batch {
  readonly rows: readonly PostRow[];
  /** The columns met up to its end. */
  readonly columns: readonly string[];
}

/** Batches always begin at multiples of their size: padding, and with it the last bits, depend on which posts meet. */
async function* batchesOf(
  rows: AsyncIterable<PostRow>,
  size: number,
  found: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Batch, void> {
  let batch: PostRow[] = [];
  for await (const row of rows) {
    if (signal?.aborted) return;
    batch.push(row);
    if (batch.length < size) continue;
    yield { rows: batch, columns: [...found] };
    batch = [];
  }
  if (batch.length > 0 && !signal?.aborted) yield { rows: batch, columns: [...found] };
}

/** The lines of a batch, and where it ends; `failed` counts its own rows alone. */
async function answer(
  classifier: SentimentClassifier,
  { rows, columns }: Batch,
): Promise<{ readonly lines: string; readonly state: AnswersState }> {
  const posts = rows.flatMap((row) => ('post' in row ? [row.post] : []));
  const answers = await classifier.predict(posts, { batchSize: rows.length });
  let next = 0;
  let failed = 0;
  const lines = rows.map((row) => {
    const line: Prediction | FailedPrediction =
      'post' in row ? (answers[next++] as Prediction) : { id: row.id, error: row.error };
    if ('error' in line) failed++;
    return `${JSON.stringify(line)}\n`;
  });
  const last = rows.at(-1) as PostRow;
  return { lines: lines.join(''), state: { rows: last.row, failed, inputEnd: last.end, columns } };
}

function progressOf({ rows, inputEnd }: AnswersState, size: number): Progress {
  const expected = inputEnd >= size ? rows : Math.max(rows + 1, Math.round((rows * size) / inputEnd));
  const total = rows === 0 ? null : expected;
  return { stage: 'predict', done: rows, total };
}

/** Half a hash tells as well, and is read more easily in a message. */
const shortened = (hash: string) => hash.slice(0, 16);

async function identityOf(input: string): Promise<JsonObject> {
  const { size: bytes, mtime } = await stat(input);
  const handle = await open(input, 'r');
  try {
    const head = Buffer.alloc(Math.min(HEAD_BYTES, bytes));
    const { bytesRead } = await handle.read(head, 0, head.length, 0);
    return { bytes, changed: mtime.toISOString(), head: shortened(sha256(head.subarray(0, bytesRead))) };
  } finally {
    await handle.close();
  }
}

/** @throws {@link DataError} unless there were rows, and the input is what it was when the run began */
async function checkInput(input: string, begun: JsonObject, { rows }: AnswersState): Promise<void> {
  if (rows === 0) throw new DataError(`${input}: expected rows of posts, received none.`);
  const { size: bytes, mtime } = await stat(input);
  if (bytes === begun.bytes && mtime.toISOString() === begun.changed) return;
  throw new DataError(
    `${input}: expected a file that stays as it is while it is read, received one of ${bytes} bytes, changed ${mtime.toISOString()}, that had ` +
      `${begun.bytes} bytes, changed ${begun.changed}. The answers do not belong together: begin anew with force (--force).`,
  );
}
