/** The decoding half of the engine: every thread takes the next batch when it is free. */
import { ExrError } from '../errors.ts';
import { append, nextTurn } from '../flow/index.ts';
import { transferable, type Batch } from './batches.ts';
import { giveBack, giveBackKernels, takeKernels, takeWorkers, withoutWorkers, workerDied, workerPlatform, type PooledWorker } from './pool.ts';
import { Places } from './places.ts';
import { tooMuch, type RunMemory } from './room.ts';
import type { Sharing } from './sharing.ts';
import type { ChunkTask } from './task.ts';
import { startThread, type ChunkResult, type DecodingThread, type OrderedChunk, type RunSetup } from './thread.ts';

export interface CrewOptions<Params, Result, Final> {
  readonly name: string;
  readonly task: ChunkTask<Params, Result, Final>;
  readonly params: Params;
  readonly setup: RunSetup;
  readonly batches: AsyncGenerator<Batch>;
  /** Whether the buffers of batches may be transferred. */
  readonly handsOver: boolean;
  /** Takes the results of a batch; the thread waits for it. */
  readonly deliver: (batch: Batch, results: readonly ChunkResult<Result>[]) => Promise<void> | void;
  /** Aborting stops everything: workers in the middle of what they do. */
  readonly signal: AbortSignal;
  readonly memory: RunMemory;
  /** What a chunk takes on a thread, and how many bytes it unpacks to. */
  readonly needOf: (chunk: OrderedChunk) => { readonly bytes: number; readonly unpacked: number };
  /** All chunks are so small that none is asked about by itself: each takes at most so many bytes on a thread. Null: they are asked. */
  readonly smallNeed: number | null;
}

// Batches at a worker: one that it decodes and one that waits, since a calling thread that decodes too answers late.
const AT_A_WORKER = 2;
/** A chunk that unpacks to more is not decoded on the calling thread, which would hear nothing meanwhile; deep samples take longer to look at. */
export const MOST_ON_CALLER = 8 * 2 ** 20;
const MOST_DEEP_ON_CALLER = 2 ** 20;
/** The calling thread turns to its other events after so many milliseconds. */
const TURN_MS = 40;

/** Decodes all batches and gives what each thread gathered: at least one. */
export async function decodeAll<Params, Result, Final>(options: CrewOptions<Params, Result, Final>, sharing: Sharing): Promise<Final[]> {
  return new Crew(options, sharing).run();
}

class Crew<Params, Result, Final> {
  readonly #options: CrewOptions<Params, Result, Final>;
  readonly #sharing: Sharing;
  readonly #places: Places<Batch>;
  readonly #workers: PooledWorker[] = [];

  constructor(options: CrewOptions<Params, Result, Final>, sharing: Sharing) {
    this.#options = options;
    this.#sharing = sharing;
    this.#places = new Places(options.batches, options.memory, sharing.workers + (sharing.caller ? 1 : 0));
  }

  async run(): Promise<Final[]> {
    const { batches, signal } = this.#options;
    const { caller, workers: count } = this.#sharing;
    const stopped = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
    stopped.catch(() => undefined);
    try {
      const workers = await this.#take(count);
      signal.throwIfAborted();
      const each = [...workers.map((worker) => this.#inWorker(worker)), ...(caller ? [this.#onCaller(true)] : [])];
      const shares = await Promise.race([Promise.all(each), stopped]);
      // Where no worker could be started the batches are still there.
      const rest = caller ? null : await Promise.race([this.#onCaller(false), stopped]);
      const finals = [...shares, rest].flatMap((share) => share ?? []);
      this.#workers.forEach(giveBack);
      // Nothing to decode, or the queue was empty before the first worker was there.
      return finals.length > 0 ? finals : [emptyFinal(this.#options)];
    } catch (error) {
      for (const worker of this.#workers) worker.terminate(error);
      throw error;
    } finally {
      // Reads under way fail with the signal, or are nobody's business any more.
      void batches.return(undefined).catch(() => undefined);
    }
  }

  async #take(count: number): Promise<PooledWorker[]> {
    const workers = count > 0 ? await takeWorkers(workerPlatform()!, count) : [];
    append(this.#workers, workers);
    return workers;
  }

  /** Batches at a worker until there are no more, or fewer threads must do. Null when it took none. `first` comes before the others. */
  async #inWorker(worker: PooledWorker, first?: Batch): Promise<readonly Final[] | null> {
    const { handsOver, name, params, setup, signal, task } = this.#options;
    const places = this.#places;
    // A worker that starts slowly takes nothing: the others go on meanwhile.
    const state = await Promise.race([worker.ready.then(() => 'ready', () => 'failed'), first ? worker.ready.catch(() => undefined).then(() => 'failed') : places.empty]);
    if (state === 'failed' && !signal.aborted) withoutWorkers();
    if (state !== 'ready') {
      if (first) places.giveUp(first);
      places.quit();
      return null;
    }
    try {
      worker.start(task.name, params, setup);
      const waiting: Promise<void>[] = [];
      for (let batch = first ?? (await places.next()); batch; batch = await places.next()) {
        const mine = batch;
        const fit = await this.#admitted(mine);
        if (!fit) break;
        const done = worker.decode(transferable(fit.chunks, handsOver), places.kernelBytes).then((results) => this.#deliver(mine, fit.refused, results as readonly ChunkResult<Result>[]));
        done.catch(() => undefined); // thrown where its turn comes
        waiting.push(done);
        if (waiting.length >= AT_A_WORKER) await waiting.shift();
      }
      for (const done of waiting) await done;
      const final = (await worker.finish()) as Final;
      if (places.shrank) worker.terminate(new ExrError('CLOSED', 'its memory is needed'));
      places.end();
      return [final];
    } catch (error) {
      throw worker.alive || signal.aborted ? error : workerDied(name, error);
    }
  }

  /** `mayLeave`: what is too large for this thread goes to a worker of its own. */
  async #onCaller(mayLeave: boolean): Promise<readonly Final[] | null> {
    const { params, signal, setup, task } = this.#options;
    const places = this.#places;
    const kernels = takeKernels();
    let thread: DecodingThread<Result, Final> | undefined;
    let large: Batch | undefined;
    const platform = mayLeave ? workerPlatform() : null;
    let turn = 0;
    for (let batch = await places.next(); batch; batch = await places.next()) {
      // Let reads, workers' answers, timers and the caller's own events in between two batches.
      await nextTurn();
      signal.throwIfAborted();
      if (platform && this.#isLarge(batch)) {
        large = batch;
        break;
      }
      const fit = await this.#admitted(batch);
      if (!fit) break;
      kernels.limit = places.kernelBytes;
      thread ??= startThread(kernels, task, params, setup);
      const results: ChunkResult<Result>[] = [];
      turn = performance.now();
      for (const chunk of fit.chunks) {
        if (performance.now() - turn > TURN_MS) {
          await nextTurn();
          signal.throwIfAborted();
          turn = performance.now();
        }
        results.push(thread.decode([chunk])[0]!);
      }
      batch.release?.();
      await this.#deliver(batch, fit.refused, results);
    }
    const final = thread?.finish();
    thread?.end();
    giveBackKernels(kernels);
    const mine = thread ? [final as Final] : [];
    if (!large) {
      places.end();
      return mine.length > 0 ? mine : null;
    }
    const [worker] = await this.#take(1);
    const more = (await this.#inWorker(worker!, large)) ?? (await this.#onCaller(false));
    return [...mine, ...(more ?? [])];
  }

  #isLarge({ chunks }: Batch): boolean {
    if (this.#options.smallNeed !== null) return false;
    return chunks.some((chunk) => this.#options.needOf(chunk).unpacked > (chunk.unpackedSize === null ? MOST_ON_CALLER : MOST_DEEP_ON_CALLER));
  }

  /**
   * The batch's chunks once there is room for each of them on this thread, and those that no thread has room for. Null when the thread must leave
   * instead: the batch waits for another one.
   */
  async #admitted(batch: Batch): Promise<{ chunks: readonly OrderedChunk[]; refused: readonly ChunkResult<Result>[] } | null> {
    const { memory, needOf, setup, smallNeed } = this.#options;
    if (smallNeed !== null) return (await this.#places.admit(smallNeed, batch)) ? { chunks: batch.chunks, refused: [] } : null;
    const chunks: OrderedChunk[] = [];
    const refused: ChunkResult<Result>[] = [];
    let most = 0;
    for (const chunk of batch.chunks) {
      const { bytes } = needOf(chunk);
      if (bytes > memory.most) refused.push({ order: chunk.order, error: tooMuch(`part ${chunk.part}, chunk ${chunk.chunk}: decoding`, bytes + setup.limits.memoryBytes - memory.most, setup.limits) });
      else {
        chunks.push(chunk);
        most = Math.max(most, bytes);
      }
    }
    return (await this.#places.admit(most, batch)) ? { chunks, refused } : null;
  }

  #deliver(batch: Batch, refused: readonly ChunkResult<Result>[], results: readonly ChunkResult<Result>[]): Promise<void> | void {
    return this.#options.deliver(batch, refused.length > 0 ? [...refused, ...results] : results);
  }
}

function emptyFinal<Params, Result, Final>({ params, setup, task }: CrewOptions<Params, Result, Final>): Final {
  const kernels = takeKernels();
  const thread = startThread(kernels, task, params, setup);
  const final = thread.finish();
  thread.end();
  giveBackKernels(kernels);
  return final;
}
