/** The decoding half of the engine: every thread takes the next batch when it is free. */
import { transferable, type Batch } from './batches.ts';
import { giveBack, giveBackKernels, takeKernels, takeWorkers, withoutWorkers, workerDied, workerPlatform, type PooledWorker } from './pool.ts';
import type { Sharing } from './sharing.ts';
import type { ChunkTask } from './task.ts';
import { startThread, type ChunkResult, type DecodingThread, type RunSetup } from './thread.ts';

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
}

// Batches at a worker: one that it decodes and one that waits, since a calling thread that decodes too answers late.
const AT_A_WORKER = 2;

/** Decodes all batches and gives what each thread gathered: at least one. */
export async function decodeAll<Params, Result, Final>(options: CrewOptions<Params, Result, Final>, { caller, workers: count }: Sharing): Promise<Final[]> {
  const { batches, signal } = options;
  const workers = count > 0 ? await takeWorkers(workerPlatform()!, count) : [];
  const fail = (reason: unknown) => workers.forEach((worker) => worker.terminate(reason));
  let drained!: () => void;
  const empty = new Promise<void>((resolve) => (drained = resolve));
  const next = async (): Promise<Batch | null> => {
    const { value, done } = await batches.next();
    if (!done) return value;
    drained();
    return null;
  };
  const stopped = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
  stopped.catch(() => undefined);
  try {
    signal.throwIfAborted();
    const each = [...workers.map((worker) => inWorker(worker, next, empty, options)), ...(caller ? [onCaller(next, options)] : [])];
    const shares = await Promise.race([Promise.all(each), stopped]);
    // Where no worker could be started the batches are still there.
    const rest = caller ? null : await onCaller(next, options);
    const finals = [...shares, rest].flatMap((share) => share ?? []);
    workers.forEach(giveBack);
    // Nothing to decode, or the queue was empty before the first worker was there.
    return finals.length > 0 ? finals : [emptyFinal(options)];
  } catch (error) {
    fail(error);
    throw error;
  } finally {
    // Reads under way fail with the signal, or are nobody's business any more.
    void batches.return(undefined).catch(() => undefined);
  }
}

async function inWorker<Params, Result, Final>(
  worker: PooledWorker, next: () => Promise<Batch | null>, empty: Promise<void>, options: CrewOptions<Params, Result, Final>,
): Promise<readonly Final[] | null> {
  const { deliver, handsOver, name, params, setup, signal, task } = options;
  // A worker that starts slowly takes nothing: the others go on meanwhile.
  const state = await Promise.race([worker.ready.then(() => 'ready', () => 'failed'), empty]);
  if (state === 'failed' && !signal.aborted) withoutWorkers();
  if (state !== 'ready') return null;
  try {
    worker.start(task.name, params, setup);
    const waiting: Promise<void>[] = [];
    for (let batch = await next(); batch; batch = await next()) {
      const mine = batch;
      const done = worker.decode(transferable(mine.chunks, handsOver)).then((results) => deliver(mine, results as readonly ChunkResult<Result>[]));
      done.catch(() => undefined); // thrown where its turn comes
      waiting.push(done);
      if (waiting.length >= AT_A_WORKER) await waiting.shift();
    }
    for (const done of waiting) await done;
    return [(await worker.finish()) as Final];
  } catch (error) {
    throw worker.alive || signal.aborted ? error : workerDied(name, error);
  }
}

async function onCaller<Params, Result, Final>(next: () => Promise<Batch | null>, options: CrewOptions<Params, Result, Final>): Promise<readonly Final[] | null> {
  const { deliver, params, setup, signal, task } = options;
  const kernels = takeKernels();
  let thread: DecodingThread<Result, Final> | undefined;
  for (let batch = await next(); batch; batch = await next()) {
    // Let reads, workers' answers, timers and the caller's own events in between two batches.
    await macrotask();
    signal.throwIfAborted();
    thread ??= startThread(kernels, task, params, setup);
    await deliver(batch, thread.decode(batch.chunks));
  }
  const final = thread?.finish();
  thread?.end();
  giveBackKernels(kernels);
  return thread ? [final as Final] : null;
}

function emptyFinal<Params, Result, Final>({ params, setup, task }: CrewOptions<Params, Result, Final>): Final {
  const kernels = takeKernels();
  const thread = startThread(kernels, task, params, setup);
  const final = thread.finish();
  thread.end();
  giveBackKernels(kernels);
  return final;
}

const channel = typeof setImmediate === 'function' ? null : new MessageChannel();

/** A turn of the event loop; setTimeout would cost a millisecond each. */
function macrotask(): Promise<void> {
  return new Promise((resolve) => {
    if (channel) {
      channel.port1.addEventListener('message', () => resolve(), { once: true });
      channel.port1.start();
      channel.port2.postMessage(null);
    } else setImmediate(resolve);
  });
}
