/**
 * Gathers what events bring for a few milliseconds into one transaction of the store; each event waits for its own answer. While one transaction runs the next
 * gathers, so under load the transactions grow by themselves.
 */
import { isExrError } from '@exr/core';
import type { ExrStore, FileIdentity, InspectedFile, Outcome, PutResult } from '@exr/core/store';

export type Removal = Pick<FileIdentity, 'bucket' | 'path' | 'sequencer' | 'observedAt'>;

export interface BatcherOptions {
  readonly windowMs: number;
  readonly mostFiles: number;
  /** Told after each transaction: files in it, milliseconds that it took, whether it went well. */
  readonly onBatch?: (files: number, milliseconds: number, done: boolean) => void;
}

/** Header bytes in one transaction: a few giants are a batch. */
const MOST_BYTES = 32 * 1024 * 1024;

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
  /** Nobody waits any longer; what was not begun is left out. */
  cancelled: boolean;
}

export class Batcher {
  private puts: Waiting<InspectedFile, Outcome>[] = [];
  private removals: Waiting<Removal, void>[] = [];
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  constructor(private readonly store: ExrStore, private readonly options: BatcherOptions) {}

  /** Events that wait for the store. */
  get depth(): number {
    return this.puts.length + this.removals.length;
  }

  /** Throws what the store throws for the whole transaction or, when it is this file alone that cannot be stored, for that. Cancelled: it may have been stored. */
  put(file: InspectedFile, signal?: AbortSignal): Promise<Outcome> {
    return this.wait(this.puts, file, signal);
  }

  remove(removal: Removal, signal?: AbortSignal): Promise<void> {
    return this.wait(this.removals, removal, signal);
  }

  /** Stores at once whatever waits; resolves when nothing does. */
  async flush(): Promise<void> {
    while (this.running || this.depth > 0) {
      this.start();
      await this.running;
    }
  }

  private wait<Item, Result>(queue: Waiting<Item, Result>[], item: Item, signal: AbortSignal | undefined): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const cancel = (): void => {
        waiting.cancelled = true;
        reject(signal!.reason as Error);
      };
      const done = <T>(settle: (value: T) => void) => (value: T): void => {
        signal?.removeEventListener('abort', cancel);
        settle(value);
      };
      const waiting: Waiting<Item, Result> = { item, resolve: done(resolve), reject: done(reject), cancelled: false };
      signal?.addEventListener('abort', cancel, { once: true });
      queue.push(waiting);
      if (this.running) return; // its end starts the next
      if (this.depth >= this.options.mostFiles) this.start();
      else this.timer ??= setTimeout(() => this.start(), this.options.windowMs);
    });
  }

  private start(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.running || this.depth === 0) return;
    this.running = this.transaction().finally(() => {
      this.running = undefined;
      this.start();
    });
  }

  private async transaction(): Promise<void> {
    const puts = taken(this.puts, this.options.mostFiles, ({ report }) => report.file.header_bytes ?? 0);
    const removals = taken(this.removals, this.options.mostFiles, () => 0);
    if (puts.length > 0) await this.timed(puts.length, () => this.putAll(puts));
    if (removals.length > 0) await this.timed(removals.length, () => this.removeAll(removals));
  }

  private async timed(files: number, work: () => Promise<boolean>): Promise<void> {
    const begin = performance.now();
    const done = await work();
    this.options.onBatch?.(files, performance.now() - begin, done);
  }

  /** One that cannot be stored must not fail the others: a transaction that failed is tried in halves, as long as the store answers at all. */
  private async putAll(files: readonly Waiting<InspectedFile, Outcome>[]): Promise<boolean> {
    let result: PutResult;
    try {
      result = await this.store.put(files.map(({ item }) => item));
    } catch (error) {
      if (files.length === 1 || !(await this.answers(error))) {
        for (const file of files) file.reject(error);
        return false;
      }
      const middle = files.length >> 1;
      const first = await this.putAll(files.slice(0, middle));
      return (await this.putAll(files.slice(middle))) && first;
    }
    files.forEach((file, i) => file.resolve(result.outcomes[i]!));
    return true;
  }

  private async removeAll(removals: readonly Waiting<Removal, void>[]): Promise<boolean> {
    try {
      await this.store.remove(removals.map(({ item }) => item));
      for (const removal of removals) removal.resolve();
      return true;
    } catch (error) {
      for (const removal of removals) removal.reject(error);
      return false;
    }
  }

  /** Is it this transaction that failed, rather than the store? Asked with an empty one. */
  private async answers(error: unknown): Promise<boolean> {
    if (isExrError(error) && (error.code === 'STORE_BUSY' || error.code === 'CLOSED')) return false;
    try {
      await this.store.put([]);
      return true;
    } catch {
      return false;
    }
  }
}

/** The first ones of a queue that are still wanted, at most so many files and bytes. */
function taken<Item, Result>(queue: Waiting<Item, Result>[], most: number, bytes: (item: Item) => number): Waiting<Item, Result>[] {
  const some: Waiting<Item, Result>[] = [];
  let at = 0;
  for (let sum = 0; at < queue.length && some.length < most && sum < MOST_BYTES; at++) {
    if (queue[at]!.cancelled) continue;
    some.push(queue[at]!);
    sum += bytes(queue[at]!.item);
  }
  queue.splice(0, at);
  return some;
}
