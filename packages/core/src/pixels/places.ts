/** The threads of a run and its batches: who takes the next one, and who must leave. */
import { makeRoom } from './pool.ts';
import type { RunMemory } from './room.ts';

/**
 * Who may take the next batch. A run begins with as many threads as its memory has room for; when a chunk turns up that needs more than one
 * thread's share (a deep one, whose size nobody knew), threads leave until there is room for it. Nobody waits while holding what another waits for.
 */
export class Places<Batch> {
  /** Resolves when there are no more batches. */
  readonly empty: Promise<void>;
  #drained!: () => void;
  readonly #batches: AsyncGenerator<Batch>;
  /** Asked for or taken by threads that left. */
  readonly #left: Promise<Batch | null>[] = [];
  #allowed: number;
  /** Threads that go on, and threads that hold memory: those that leave do so a while longer. */
  #staying: number;
  #live: number;
  /** Threads that wait in admit(). */
  #admitting = 0;
  readonly #sleepers = new Set<() => void>();
  readonly #threads: number;

  constructor(batches: AsyncGenerator<Batch>, readonly memory: Pick<RunMemory, 'threadsFor' | 'kernelBytes'>, threads: number) {
    this.#batches = batches;
    this.#threads = this.#allowed = this.#staying = this.#live = Math.max(1, threads);
    this.empty = new Promise((resolve) => (this.#drained = resolve));
  }

  /** Bytes that the kernels of a thread may hold now. */
  get kernelBytes(): number {
    return this.memory.kernelBytes(this.#allowed);
  }

  /** Whether threads had to leave: what they held is needed. */
  get shrank(): boolean {
    return this.#allowed < this.#threads;
  }

  /** The next batch. Null: there is none, or this thread must leave; it frees its memory and calls end(). */
  async next(): Promise<Batch | null> {
    let asked = this.#left.shift() ?? this.#ask();
    for (;;) {
      if (this.#staying > this.#allowed) {
        this.#left.push(asked);
        break;
      }
      const { got } = await this.#unlessWoken(asked);
      if (got) return got;
      if (got === undefined) continue;
      const given = this.#left.shift();
      if (!given) break;
      asked = given;
    }
    this.#staying--;
    return null;
  }

  /** Resolves true once a thread may take `need` bytes for a chunk; false when this thread must leave, and `batch` waits for another one. */
  async admit(need: number, batch: Batch): Promise<boolean> {
    const fitting = this.memory.threadsFor(need);
    if (fitting < this.#allowed) {
      this.#allowed = fitting;
      makeRoom(0);
      this.#wake();
    }
    while (this.#live > this.#allowed) {
      // One that waits already will go on with whatever is left.
      if (this.#staying > this.#allowed && this.#admitting > 0) {
        this.#staying--;
        this.giveUp(batch);
        return false;
      }
      this.#admitting++;
      await new Promise<void>((resolve) => this.#sleepers.add(resolve));
      this.#admitting--;
    }
    return true;
  }

  /** A batch for whoever comes next. */
  giveUp(batch: Batch): void {
    this.#left.unshift(Promise.resolve(batch));
    this.#wake();
  }

  /** After null or false: this thread's memory is free. */
  end(): void {
    this.#live--;
    this.#wake();
  }

  /** A thread that never began. */
  quit(): void {
    this.#staying--;
    this.end();
  }

  async #ask(): Promise<Batch | null> {
    const { value, done } = await this.#batches.next();
    if (!done) return value;
    this.#drained();
    return null;
  }

  /** What was asked for, or nothing (undefined) when somebody was woken meanwhile. */
  #unlessWoken(asked: Promise<Batch | null>): Promise<{ got?: Batch | null }> {
    return new Promise((resolve, reject) => {
      const woken = (): void => resolve({});
      this.#sleepers.add(woken);
      asked.then((got) => {
        this.#sleepers.delete(woken);
        resolve({ got });
      }, reject);
    });
  }

  #wake(): void {
    const all = [...this.#sleepers];
    this.#sleepers.clear();
    for (const wake of all) wake();
  }
}
