import { ToolError } from '../answer/error.ts';

/** Lets so many calls work at a time, and so many wait; more are told to come back. */
export class Gate {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(readonly most: number, readonly mostWaiting: number) {}

  get running(): number {
    return this.#running;
  }

  async run<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    await this.#enter(signal);
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next(); // takes this place over
      else this.#running--;
    }
  }

  async #enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#running < this.most) {
      this.#running++;
      return;
    }
    if (this.#waiting.length >= this.mostWaiting) throw new ToolError(`The server is busy with ${this.#running} calls and ${this.#waiting.length} waiting: try again in a moment.`);
    await new Promise<void>((resolve, reject) => {
      const go = (): void => {
        signal.removeEventListener('abort', stop);
        resolve();
      };
      const stop = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1);
        reject(signal.reason as Error);
      };
      this.#waiting.push(go);
      signal.addEventListener('abort', stop, { once: true });
    });
  }
}
