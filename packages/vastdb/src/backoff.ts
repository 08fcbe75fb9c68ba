/** Waiting between tries: exponential with full jitter, bounded in tries and in time, as the SDK's config.py. */

/** How often and how long a request is tried. */
export interface RetryOptions {
  /** Tries in all, the first included. Default 10. */
  readonly maxTries?: number;
  /** Milliseconds from the first try after which no further one starts. Default 60,000. */
  readonly maxTimeMs?: number;
  /** The first wait is between 0 and this many milliseconds; each later bound doubles. Default 1,000. */
  readonly baseDelayMs?: number;
  /** No single wait is longer. Default 20,000. */
  readonly maxDelayMs?: number;
}

/** One run of tries. */
export class Backoff {
  readonly #maxTries: number;
  readonly #deadline: number;
  readonly #base: number;
  readonly #max: number;
  #tries = 1;

  constructor(options: RetryOptions = {}) {
    this.#maxTries = options.maxTries ?? 10;
    this.#deadline = Date.now() + (options.maxTimeMs ?? 60_000);
    this.#base = options.baseDelayMs ?? 1_000;
    this.#max = options.maxDelayMs ?? 20_000;
  }

  /** The number of the try that is running, from 1. */
  get tries(): number {
    return this.#tries;
  }

  /** Waits, and returns true; or returns false at once when there is no try or no time left. */
  async next(signal?: AbortSignal): Promise<boolean> {
    if (this.#tries >= this.#maxTries) return false;
    const bound = Math.min(this.#max, this.#base * 2 ** (this.#tries - 1));
    const delay = Math.random() * bound;
    if (Date.now() + delay > this.#deadline) return false;
    this.#tries += 1;
    await sleep(delay, signal);
    return true;
  }
}

/** Resolves after `ms`, or rejects with the signal's reason. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
