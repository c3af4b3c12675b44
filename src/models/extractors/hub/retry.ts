import { setTimeout as sleep } from 'node:timers/promises';
import { DataError } from '../../../errors';

/** A failure that may pass: the network, a busy server, a file that arrived broken. */
export class TransientError extends DataError {
  /** Milliseconds that the server asked to wait. */
  readonly retryAfter: number | undefined;

  constructor(message: string, options: { readonly cause?: unknown; readonly retryAfter?: number } = {}) {
    super(message, { cause: options.cause });
    this.retryAfter = options.retryAfter;
  }
}

/** How often to try again. */
interface RetryOptions {
  /** Attempts after the first; 0 or more. */
  readonly retries: number;
  /** Stops waiting. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds before the first repetition; each further one waits twice as long. */
  readonly delay: number;
}

const LONGEST_DELAY = 30_000;
/** A server that asks for more is down as far as a download is concerned. */
const LONGEST_WISH = 300_000;

/**
 * Repeats an attempt while it fails with a {@link TransientError}: exponential back-off with jitter, or as long as the server asks.
 *
 * @param attempt calls `progressed` when it came so far that the count of failures starts anew
 * @throws the last error.
 */
export async function retry<Result>(
  { retries, signal, delay }: RetryOptions,
  attempt: (progressed: () => void) => Promise<Result>,
): Promise<Result> {
  let failures = 0;
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await attempt(() => {
        failures = 0;
      });
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      if (failures >= retries || (error.retryAfter ?? 0) > LONGEST_WISH) throw error;
      const backOff = Math.min(delay * 2 ** failures, LONGEST_DELAY);
      failures++;
      // Jitter, so that many that failed at once do not come back at once.
      const wait = Math.max(error.retryAfter ?? 0, backOff * (0.5 + Math.random() / 2));
      await sleep(wait, undefined, signal ? { signal } : {}).catch((cause) => {
        signal?.throwIfAborted();
        throw cause;
      });
    }
  }
}
