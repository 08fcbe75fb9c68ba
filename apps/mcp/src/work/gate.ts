import { ToolError } from '../answer/error.ts';

export interface GateOptions {
  /** Whoever has held a place so long lends it to others, milliseconds. */
  readonly slowMs?: number;
  /** So many places are lent at a time. Default: as many as there are. */
  readonly mostLent?: number;
}

interface Waiting {
  readonly who: object;
  readonly go: () => void;
}

interface Held {
  readonly who: object;
  slow: boolean;
  lent: boolean;
}

/**
 * Lets so many turns run at a time, and so many wait; more are told to come back. Turns go round: of those who wait the one who holds the fewest places is next, and of
 * those who had its last turn the longest ago, so that a call with a thousand files does not stand before one with a single file. A turn that takes long lends its place: two files that take their whole
 * time keep nobody waiting.
 */
export class Gate {
  readonly #held = new Set<Held>();
  readonly #waiting: Waiting[] = [];
  /** The number of its last turn, for each call. */
  readonly #last = new WeakMap<object, number>();
  #turns = 0;
  readonly #slowMs: number;
  readonly #mostLent: number;

  constructor(readonly most: number, readonly mostWaiting: number, { slowMs = 2000, mostLent = most }: GateOptions = {}) {
    this.#slowMs = slowMs;
    this.#mostLent = mostLent;
  }

  get running(): number {
    return this.#held.size;
  }

  /** `who`: the call that the turn belongs to. */
  async run<Result>(signal: AbortSignal, work: () => Promise<Result>, who: object = signal): Promise<Result> {
    const held = await this.#enter(signal, who);
    const timer = setTimeout(() => {
      held.slow = true;
      this.#next();
    }, this.#slowMs);
    timer.unref();
    try {
      return await work();
    } finally {
      clearTimeout(timer);
      this.#held.delete(held);
      this.#next();
    }
  }

  async #enter(signal: AbortSignal, who: object): Promise<Held> {
    signal.throwIfAborted();
    if (this.#waiting.length === 0 && this.#hasRoom()) return this.#hold(who);
    if (this.#waiting.length >= this.mostWaiting) throw new ToolError(`The server is busy with ${this.#held.size} files and ${this.#waiting.length} waiting: try again in a moment.`);
    return new Promise<Held>((resolve, reject) => {
      const waiting: Waiting = { who, go: () => {
        signal.removeEventListener('abort', stop);
        resolve(this.#hold(who));
      } };
      const stop = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal.reason as Error);
      };
      this.#waiting.push(waiting);
      signal.addEventListener('abort', stop, { once: true });
      this.#next();
    });
  }

  #hold(who: object): Held {
    this.#last.set(who, ++this.#turns);
    const held = { who, slow: false, lent: false };
    this.#held.add(held);
    return held;
  }

  /** A place that is free, or one of a slow turn that can be lent. */
  #hasRoom(): boolean {
    const all = [...this.#held];
    let lent = all.filter((each) => each.lent).length;
    if (all.length - lent < this.most) return true;
    const slow = all.find((each) => each.slow && !each.lent);
    if (!slow || lent >= this.#mostLent) return false;
    slow.lent = true;
    lent++;
    return all.length - lent < this.most;
  }

  #next(): void {
    while (this.#waiting.length > 0 && this.#hasRoom()) {
      const places = new Map<object, number>();
      for (const { who } of this.#held) places.set(who, (places.get(who) ?? 0) + 1);
      let [best, fewest, longest] = [0, Infinity, Infinity];
      for (const [i, { who }] of this.#waiting.entries()) {
        const [holds, last] = [places.get(who) ?? 0, this.#last.get(who) ?? 0];
        if (holds < fewest || (holds === fewest && last < longest)) [best, fewest, longest] = [i, holds, last];
      }
      this.#waiting.splice(best, 1)[0]!.go();
    }
  }
}
