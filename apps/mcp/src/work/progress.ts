/** Progress as the protocol wants it: rising, not too often, and nothing when nobody asked. */
export type SendProgress = (progress: number, total: number | undefined, message: string | undefined) => void;

const EVERY_MS = 100;

export class ProgressReporter {
  #last = -Infinity;
  #value = -1;

  constructor(private readonly send: SendProgress | null) {}

  /** `done` of `total`; a value that is not above the last one is not sent. */
  report(done: number, total?: number, message?: string): void {
    if (!this.send || done <= this.#value) return;
    const now = performance.now();
    if (now - this.#last < EVERY_MS && done !== total) return;
    this.#last = now;
    this.#value = done;
    this.send(done, total, message);
  }
}
