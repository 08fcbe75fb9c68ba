import { ToolError } from '../answer/error.ts';

/** The calls of one connection: so many at a time, and each within its time. */
export class InFlight {
  #calls = 0;

  constructor(readonly most: number) {}

  /** Throws ToolError for one too many, and, when the time is over, what the work makes of its signal. */
  async run<Result>(signal: AbortSignal, seconds: number, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    if (this.#calls >= this.most) throw new ToolError(`${this.most} calls of this client are under way: wait for one of them.`);
    const stop = new AbortController();
    const onAbort = (): void => stop.abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    const timer = setTimeout(() => stop.abort(new ToolError(`The call took longer than ${seconds} s: ask for fewer files at a time (frames, a folder further down).`)), Math.min(seconds * 1000, 2 ** 31 - 1));
    this.#calls++;
    try {
      return await work(stop.signal);
    } finally {
      this.#calls--;
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }
}
