/** Things that go wrong on demand. */

/** What happens to a request. */
export type FaultAction =
  /** 503 SlowDown, nothing done. */
  | { readonly kind: 'slowDown' }
  /** An answer of this status and code, nothing done. */
  | { readonly kind: 'error'; readonly status: number; readonly code: string }
  /** The connection is cut before the request has any effect. */
  | { readonly kind: 'dropBefore' }
  /** The request takes effect; the connection is cut instead of an answer. */
  | { readonly kind: 'dropAfter' }
  /** The connection is cut after so many bytes of the answer's body. */
  | { readonly kind: 'truncate'; readonly bytes: number }
  /** A select's answer ends properly after so many frames, completed frame left out. */
  | { readonly kind: 'endAfterFrames'; readonly frames: number }
  /** A select's answer has the failure frame after so many others. */
  | { readonly kind: 'failFrame'; readonly frames: number }
  /** A keep-alive frame before every frame of a select's answer. */
  | { readonly kind: 'keepAlives' }
  /** The answer's body is written byte by byte. */
  | { readonly kind: 'oneByteWrites' }
  /** The answer comes so much later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The request's body is read with such a pause after every piece. */
  | { readonly kind: 'slowRead'; readonly ms: number };

/** Which requests are meant; what is left out fits every one. */
export interface FaultMatch {
  readonly method?: string;
  /** The query's first word: `transaction`, `rows`, `data`, `table`… */
  readonly command?: string;
  /** The path contains this. */
  readonly path?: string;
}

export interface Fault {
  readonly on: FaultMatch;
  readonly action: FaultAction;
  /** Requests that fit and are let through first. Default 0. */
  readonly skip?: number;
  /** Requests it happens to. Default 1. */
  readonly times?: number;
}

/** The faults that are waiting for their request. */
export class Faults {
  #waiting: { fault: Fault; skip: number; times: number }[] = [];

  add(fault: Fault): void {
    this.#waiting.push({ fault, skip: fault.skip ?? 0, times: fault.times ?? 1 });
  }

  clear(): void {
    this.#waiting = [];
  }

  /** Faults that have not happened as often as they should. */
  get pending(): number {
    return this.#waiting.length;
  }

  /** The faults of one request. */
  take(method: string, command: string, path: string): FaultAction[] {
    const taken: FaultAction[] = [];
    for (const entry of this.#waiting) {
      const { on } = entry.fault;
      const fits =
        (on.method ?? method) === method && (on.command ?? command) === command && (on.path === undefined || path.includes(on.path));
      if (!fits) continue;
      if (entry.skip > 0) entry.skip -= 1;
      else {
        entry.times -= 1;
        taken.push(entry.fault.action);
      }
    }
    this.#waiting = this.#waiting.filter((entry) => entry.times > 0);
    return taken;
  }
}
