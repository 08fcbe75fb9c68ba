/** A signal with an end. AbortSignal.any and AbortSignal.timeout would do the same, but in Node 20 each leaves something behind at the signal that lives on. */

export interface Deadline {
  readonly signal: AbortSignal;
  /** To be called when the work is over. */
  done(): void;
}

export class Deadlines {
  private readonly running = new Set<AbortController>();
  private stopped: Error | undefined;

  begin(milliseconds: number): Deadline {
    const controller = new AbortController();
    if (this.stopped) controller.abort(this.stopped);
    this.running.add(controller);
    const timer = setTimeout(() => controller.abort(new DOMException(`not done after ${milliseconds / 1000} s`, 'TimeoutError')), Math.min(milliseconds, 2 ** 31 - 1));
    return {
      signal: controller.signal,
      done: () => {
        clearTimeout(timer);
        this.running.delete(controller);
      },
    };
  }

  /** Ends everything that runs, and whatever begins later. */
  stop(reason: Error): void {
    this.stopped = reason;
    for (const controller of this.running) controller.abort(reason);
  }
}
