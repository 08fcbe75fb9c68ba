/** Results that arrive in any order, handed on in the order of their numbers. */

/** Hands on results 0, 1, 2 … as soon as all before them are there. */
export class InOrder<Value> {
  #waiting = new Map<number, { value: Value; done: (() => void) | undefined }>();
  #next = 0;
  #running: Promise<void> | null = null;
  #emit: (value: Value) => void | Promise<void>;

  /** `emit` may return a promise: the next one waits for it. */
  constructor(emit: (value: Value) => void | Promise<void>) {
    this.#emit = emit;
  }

  /** Gives result `order`; `done` is called after it was handed on. The promise is for errors of `emit`, and for waiting when it is slow. */
  put(order: number, value: Value, done?: () => void): Promise<void> | null {
    this.#waiting.set(order, { value, done });
    // Most receivers are not asynchronous: then nothing here is either.
    this.#running ??= this.#drain();
    return this.#running;
  }

  #drain(): Promise<void> | null {
    for (let next = this.#take(); next; next = this.#take()) {
      const waits = this.#emit(next.value);
      if (waits) return this.#drainSlowly(waits, next.done);
      next.done?.();
    }
    return null;
  }

  async #drainSlowly(first: Promise<void>, done: (() => void) | undefined): Promise<void> {
    await first;
    done?.();
    for (let next = this.#take(); next; next = this.#take()) {
      await this.#emit(next.value);
      next.done?.();
    }
    this.#running = null;
  }

  #take(): { value: Value; done: (() => void) | undefined } | undefined {
    const found = this.#waiting.get(this.#next);
    if (found) this.#waiting.delete(this.#next++);
    return found;
  }
}

/** A number of bytes that may be held at a time. Whoever asks first is served first; one that asks for more than there is waits to be alone. */
export class Budget {
  #free: number;
  #queue: { bytes: number; go: () => void }[] = [];

  constructor(readonly total: number) {
    this.#free = total;
  }

  take(bytes: number): Promise<void> | void {
    const wanted = Math.min(bytes, this.total);
    if (this.#queue.length === 0 && this.#free >= wanted) {
      this.#free -= wanted;
      return;
    }
    return new Promise((go) => this.#queue.push({ bytes: wanted, go }));
  }

  giveBack(bytes: number): void {
    this.#free += Math.min(bytes, this.total);
    while (this.#queue.length > 0 && this.#free >= this.#queue[0]!.bytes) {
      const { bytes: wanted, go } = this.#queue.shift()!;
      this.#free -= wanted;
      go();
    }
  }
}
