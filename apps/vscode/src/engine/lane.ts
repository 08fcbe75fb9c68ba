/** Work that takes its turn: decoding uses all the machine's threads, so one job at a time is soonest done. */
interface Job {
  readonly start: () => void;
}

/** One job at a time; of those that wait the newest begins first (pictures: the view has moved on) or the oldest (the rest). */
export class Lane {
  readonly #waiting: Job[] = [];
  readonly #idle: (() => void)[] = [];
  #busy = false;

  constructor(readonly next: 'newest' | 'oldest') {}

  /** Runs `work` when its turn comes. Rejects with `signal.reason` at once when aborted before that; after it that is the work's own affair. */
  run<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const onAbort = (): void => {
        const at = this.#waiting.indexOf(job);
        if (at < 0) return;
        this.#waiting.splice(at, 1);
        reject(signal.reason);
      };
      const job: Job = {
        start: () => {
          signal.removeEventListener('abort', onAbort);
          work().then(resolve, reject).finally(() => this.#advance());
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(job);
      if (!this.#busy) this.#advance();
    });
  }

  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void> {
    return this.#busy ? new Promise((resolve) => this.#idle.push(resolve)) : Promise.resolve();
  }

  #advance(): void {
    const job = this.next === 'newest' ? this.#waiting.pop() : this.#waiting.shift();
    this.#busy = job !== undefined;
    if (job) job.start();
    else for (const resolve of this.#idle.splice(0)) resolve();
  }
}
