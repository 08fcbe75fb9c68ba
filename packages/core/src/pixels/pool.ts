/** Workers that stay for the next file. One run has a worker for itself; between runs it waits without keeping the process alive. */
import { compiledKernels, createKernels, type Kernels } from '@exr/kernels';
import { ExrError } from '../errors.ts';
import { revivedError, type FromWorker, type ToWorker } from './messages.ts';
import { dropBuffers } from './read-buffers.ts';
import type { ChunkResult, OrderedChunk, RunSetup } from './thread.ts';

/** A worker as a platform gives it: worker_threads or Web Workers. */
export interface WorkerPort {
  post(message: ToWorker, transfer: ArrayBuffer[]): void;
  /** Stops it at once, in the middle of whatever it does. */
  terminate(): void;
  /** Whether it keeps the process alive (Node; nothing elsewhere). */
  keepAlive(yes: boolean): void;
}

export interface WorkerEvents {
  message(message: FromWorker): void;
  /** The worker is gone and answers no more: out of memory, killed, or its code does not load. */
  died(cause: unknown): void;
}

export interface WorkerPlatform {
  /** Threads that this machine runs at a time. */
  readonly parallelism: number;
  /** Whether the calling thread may decode too: not where it draws a user interface. */
  readonly callerDecodes: boolean;
  start(code: string, events: WorkerEvents): WorkerPort;
}

let platform: WorkerPlatform | null | undefined;

/** Sets where workers come from; node.ts does. Null: no workers. */
export function useWorkerPlatform(given: WorkerPlatform | null): void {
  platform = given;
}

/** The platform that was set, Web Workers where there are any, or null: then everything is decoded on the calling thread. */
export function workerPlatform(): WorkerPlatform | null {
  platform ??= typeof Worker === 'function' && typeof Blob === 'function' ? webWorkers() : null;
  return platform;
}

function webWorkers(): WorkerPlatform {
  return {
    parallelism: globalThis.navigator?.hardwareConcurrency ?? 1,
    callerDecodes: false,
    start(code, events) {
      const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
      const worker = new Worker(url);
      worker.onmessage = (event) => events.message(event.data as FromWorker);
      worker.onerror = (event) => events.died(new Error(event.message || 'the worker could not be started'));
      URL.revokeObjectURL(url);
      return { post: (message, transfer) => worker.postMessage(message, transfer), terminate: () => worker.terminate(), keepAlive: () => undefined };
    },
  };
}

/** A worker that a run holds. Answers come in the order of the questions. */
export class PooledWorker {
  /** Resolves when its kernels are ready. */
  readonly ready: Promise<void>;
  #port: WorkerPort | undefined;
  #waiting: { resolve: (message: FromWorker) => void; reject: (reason: unknown) => void }[] = [];
  #dead: unknown;
  /** Bytes that its kernels held when its last run ended. */
  #held = 0;

  constructor(from: WorkerPlatform, code: string) {
    try {
      this.#port = from.start(code, {
        message: (message) => {
          const next = this.#waiting.shift();
          if (message.type === 'failed') next?.reject(revivedError(message.error));
          else next?.resolve(message);
        },
        died: (cause) => this.#end(cause),
      });
    } catch (cause) {
      this.#end(cause); // a policy that allows no workers
    }
    this.ready = this.#ask({ type: 'kernels', ...compiledKernels() }).then(() => undefined);
    this.ready.catch(() => undefined); // reported to the run that waits for it
  }

  get alive(): boolean {
    return this.#dead === undefined;
  }

  /** A task's beginning has no answer: what is wrong with it comes with the first chunks. */
  start(task: string, params: unknown, setup: RunSetup): void {
    this.#port!.post({ type: 'start', task, params, setup }, []);
  }

  get held(): number {
    return this.#held;
  }

  /** Hands the buffers of the chunks over; its kernels may hold `room` bytes. */
  async decode(chunks: readonly OrderedChunk[], room: number): Promise<readonly ChunkResult<unknown>[]> {
    const buffers = new Set(chunks.map((chunk) => chunk.data.buffer as ArrayBuffer));
    const answer = await this.#ask({ type: 'decode', chunks, room }, [...buffers]);
    if (answer.type !== 'results') throw new Error(`a worker answered ${answer.type}, expected results`);
    return answer.results.map((each) => ('error' in each ? { order: each.order, error: revivedError(each.error) } : each));
  }

  async finish(): Promise<unknown> {
    const answer = await this.#ask({ type: 'finish' });
    if (answer.type !== 'final') throw new Error(`a worker answered ${answer.type}, expected final`);
    this.#held = answer.held;
    return answer.final;
  }

  keepAlive(yes: boolean): void {
    if (this.alive) this.#port!.keepAlive(yes);
  }

  /** Stops it in the middle of whatever it does. Whoever waits for an answer gets `reason`. */
  terminate(reason: unknown): void {
    if (!this.alive) return;
    this.#end(reason);
    this.#port!.terminate();
  }

  #ask(message: ToWorker, transfer: ArrayBuffer[] = []): Promise<FromWorker> {
    return new Promise((resolve, reject) => {
      if (!this.alive) return reject(this.#dead);
      this.#waiting.push({ resolve, reject });
      this.#port!.post(message, transfer);
    });
  }

  #end(cause: unknown): void {
    if (!this.alive) return;
    this.#dead = cause ?? new Error('the worker ended');
    for (const { reject } of this.#waiting.splice(0)) reject(this.#dead);
  }
}

/** Workers do not start here (a content security policy, Node's permissions): what is left decodes on the calling thread, now and later. */
export function withoutWorkers(): void {
  platform = null;
}

/** What a run throws when a worker died under it: its share of the numbers is lost. */
export function workerDied(name: string, cause: unknown): ExrError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ExrError('READ_FAILED', `${name}: a decoding worker ended before its work: ${reason}`, { source: name }, { cause });
}

const idle: PooledWorker[] = [];
let code: string | undefined;

/** How many workers wait for work, warm. */
export function idleWorkers(): number {
  return idle.length;
}

/** Takes `count` workers, warm ones first. Give each back, or terminate it. */
export async function takeWorkers(from: WorkerPlatform, count: number): Promise<PooledWorker[]> {
  code ??= (await import('./worker.generated.ts')).WORKER;
  const taken: PooledWorker[] = [];
  while (taken.length < count) {
    // One that died while it waited is forgotten; a new one may be dead at once, and says so when it is asked.
    const waiting = idle.pop();
    if (waiting && !waiting.alive) continue;
    const worker = waiting ?? new PooledWorker(from, code);
    worker.keepAlive(true);
    taken.push(worker);
  }
  return taken;
}

/** Takes back a worker whose run has ended well. WebAssembly gives no memory back: one that holds much of it is ended. */
export function giveBack(worker: PooledWorker): void {
  if (!worker.alive) return;
  if (worker.held > KEEP_AT_A_WORKER) {
    worker.terminate(new ExrError('CLOSED', 'a worker that held too much memory was ended'));
    return;
  }
  worker.keepAlive(false);
  idle.push(worker);
}

/** Before a run that needs much memory: workers that would only wait, and the calling thread's kernels, are let go. */
export function makeRoom(workers: number): void {
  for (const worker of idle.splice(workers)) worker.terminate(new ExrError('CLOSED', 'its memory is needed'));
  own.length = 0;
  dropBuffers();
}

/** Ends the waiting workers and frees the calling thread's kernels. Later runs start new ones. */
export function closePool(): void {
  for (const worker of idle.splice(0)) worker.terminate(new ExrError('CLOSED', 'the pool of workers was closed'));
  own.length = 0;
  dropBuffers();
}

// Kernels of the calling thread: one run has one for itself, so several runs at a time have several.
const own: Kernels[] = [];
// A run over huge chunks leaves much memory behind, which WebAssembly cannot give back: such kernels are dropped.
const KEEP_UP_TO = 96 * 2 ** 20;
const KEEP_AT_A_WORKER = 32 * 2 ** 20;

export function takeKernels(): Kernels {
  return own.pop() ?? createKernels();
}

export function giveBackKernels(kernels: Kernels): void {
  if (kernels.held <= KEEP_UP_TO && own.length < 2) own.push(kernels);
}
