/** The streaming engine: read plan → packed chunks → decoding threads → results in chunk order. */
import { partGeometry, readChunkIndex, shapesOf, type ChunkedFile, type ChunkIndex, type ChunkInfo, type PackedContext, type WantedChunk } from '../chunks/index.ts';
import { ExrError, isExrError, type ExrErrorCode } from '../errors.ts';
import type { Box2i } from '../header/types.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { readBatches, type Batch } from './batches.ts';
import { decodeAll } from './crew.ts';
import { Budget, InOrder } from './ordered.ts';
import { idleWorkers, workerPlatform } from './pool.ts';
import { ProgressMeter, type OnProgress } from './progress.ts';
import { selectedChunks, wantedChannels, type Selection } from './selection.ts';
import { sharing } from './sharing.ts';
import type { ChunkTask } from './task.ts';
import { isFault, type ChunkResult, type RunSetup } from './thread.ts';

/** A chunk whose values are not in the result, and why. */
export interface SkippedChunk {
  readonly part: number;
  readonly chunk: number;
  /** Its pixels, in the coordinates of its level. */
  readonly box: Box2i;
  readonly level: { readonly x: number; readonly y: number };
  /** Never written: the offset table says so. */
  readonly missing: boolean;
  readonly code: ExrErrorCode;
  /** Place, found, expected. */
  readonly message: string;
}

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
  /** Threads that decode, the calling one included where it may. Default: what the machine has; small work stays on the calling thread. */
  readonly threads?: number | undefined;
  /** Unpacked bytes that make one more thread worth its start; the default is measured. 0: always use them all. */
  readonly threadWorth?: number | undefined;
  readonly limits?: Limits | undefined;
  /** Throw the first fault instead of skipping its chunk. */
  readonly failFast?: boolean | undefined;
  /** Offset tables that are known already, or were rebuilt. */
  readonly index?: ChunkIndex | undefined;
}

export interface ProcessOptions<Result> extends RunOptions {
  readonly file: ChunkedFile;
  readonly selections: readonly Selection[];
  /** `file` reads from front to back; `list` in the order of the chunks, and holds back reading while `onChunk` is slow. Default `file`. */
  readonly order?: 'file' | 'list';
  /** Each chunk's result, in the order of the selections and chunks, whichever thread made it. */
  readonly onChunk?: (result: Result, info: ChunkInfo) => void | Promise<void>;
  /** Each chunk that was skipped, at its place in the same order. */
  readonly onSkipped?: (skipped: SkippedChunk) => void | Promise<void>;
}

export interface ProcessOutcome<Final> {
  /** What each thread gathered, in no particular order; at least one. */
  readonly finals: readonly Final[];
  /** Chunks that were asked for, and how many of them were decoded. */
  readonly chunks: number;
  readonly decoded: number;
  /** In chunk order, the first 10,000; `skippedCount` counts all. */
  readonly skipped: readonly SkippedChunk[];
  readonly skippedCount: number;
  /** True when something was skipped. */
  readonly partial: boolean;
}

// Packed bytes that are read but not decoded yet, over all threads.
const BYTES_IN_FLIGHT = 24 * 2 ** 20;
const SKIPPED_LISTED = 10_000;

/**
 * Decodes the selected chunks and gives each to `task`. A chunk that lies, is broken, missing or beyond a limit is skipped and named. Rejects
 * with `signal.reason` when cancelled (workers are stopped in the middle of what they do), with the first fault under failFast, with
 * LIMIT_EXCEEDED after `limits.seconds`, with whatever the source throws, and with READ_FAILED when a worker dies.
 */
export async function processChunks<Params, Result, Final>(
  options: ProcessOptions<Result>, task: ChunkTask<Params, Result, Final>, params: Params,
): Promise<ProcessOutcome<Final>> {
  const { file, signal } = options;
  const { seconds } = options.limits ?? file.limits ?? DEFAULT_LIMITS;
  signal?.throwIfAborted();
  const stop = new AbortController();
  const cancel = () => stop.abort(signal!.reason);
  signal?.addEventListener('abort', cancel, { once: true });
  const timer = seconds * 1000 < 2 ** 31 ? setTimeout(() => stop.abort(outOfTime(file.source.name, seconds)), seconds * 1000) : undefined;
  try {
    return await run(options, task, params, stop.signal);
  } catch (error) {
    stop.abort(error); // reads that are under way end too
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
  }
}

function outOfTime(name: string, seconds: number): ExrError {
  return new ExrError('LIMIT_EXCEEDED', `${name}: not done after ${seconds} seconds, which is the limit`, { source: name, limit: 'seconds', limitValue: seconds });
}

async function run<Params, Result, Final>(
  options: ProcessOptions<Result>, task: ChunkTask<Params, Result, Final>, params: Params, signal: AbortSignal,
): Promise<ProcessOutcome<Final>> {
  const { file, selections, order = 'file', threads, threadWorth } = options;
  const { source } = file;
  const limits = options.limits ?? file.limits ?? DEFAULT_LIMITS;
  const index = options.index ?? (await readChunkIndex(file, { signal, limits }));
  const wanted = selectedChunks(index, selections, source.name);
  const setup: RunSetup = { parts: file.parts.map(partGeometry), limits, wanted: wantedChannels(index, selections, source.name) };
  const context: PackedContext = { source, index, shapes: setup.parts.map((part) => shapesOf(part, limits)), multipart: file.version.multipart, limits };

  const results = new Results(options, index, wanted);
  const { present, work } = survey(context, wanted, results);
  await results.settled();
  const meter = new ProgressMeter(wanted.length, work, options.onProgress);
  meter.chunks = wanted.length - present.length;
  const budget = new Budget(BYTES_IN_FLIGHT);
  const deliver = (batch: Batch, decoded: readonly ChunkResult<Result>[]) => {
    meter.chunks += decoded.length + batch.faults.length;
    meter.bytes += batch.bytes;
    for (const { part, chunk } of batch.chunks) meter.unpackedBytes += unpackedOf(context, part, chunk);
    meter.report();
    // In list order the bytes are lent until the results were taken, so that a slow receiver holds back the reading.
    let left = decoded.length + batch.faults.length;
    const taken = () => (--left === 0 ? budget.giveBack(batch.bytes) : undefined);
    if (order === 'file') budget.giveBack(batch.bytes);
    for (const each of [...batch.faults, ...decoded]) results.put(each, order === 'list' ? taken : undefined);
    return results.settled();
  };
  const finals = await decodeAll(
    { name: source.name, task, params, setup, signal, deliver, handsOver: source.handsOver === true, batches: readBatches(context, present, order, budget, signal) },
    sharing(work, workerPlatform(), { threads, worthOf: threadWorth, idle: idleWorkers() }),
  );
  await results.settled();
  meter.report(true);
  const { skipped, skippedCount } = results;
  return { finals, chunks: wanted.length, decoded: wanted.length - skippedCount, skipped, skippedCount, partial: skippedCount > 0 };
}

/** Which chunks can be read, and how many bytes they unpack to; the others are skipped here, before anything is read for them. */
function survey<Result>(context: PackedContext, wanted: readonly WantedChunk[], results: Results<Result>): { present: WantedChunk[]; work: number } {
  const { index } = context;
  let work = 0;
  const present = wanted.filter(({ order, part, chunk }) => {
    const at = index.locate(part, chunk);
    if (at.state !== 'present') {
      if (at.state === 'missing') results.put({ order, error: fault('BAD_CHUNK', 'was never written: its offset is 0') }, undefined, true);
      else results.put({ order, error: fault(at.code, at.message) });
      return false;
    }
    try {
      work += unpackedOf(context, part, chunk) || at.bound - at.offset;
      return true;
    } catch (error) {
      results.put({ order, error });
      return false;
    }
  });
  return { present, work };
}

function fault(code: ExrErrorCode, message: string): ExrError {
  return new ExrError(code, message);
}

function unpackedOf({ index, shapes }: PackedContext, part: number, chunk: number): number {
  return shapes[part]!(index.grids[part]!.chunk(chunk).box).unpackedBytes;
}

/** Results on their way to the caller, in order; faults become the list of what was skipped. */
class Results<Result> {
  readonly skipped: SkippedChunk[] = [];
  skippedCount = 0;
  #options: ProcessOptions<Result>;
  #index: ChunkIndex;
  #wanted: readonly WantedChunk[];
  #missing = new Set<number>();
  #pending: Promise<void> | null = null;
  #inOrder = new InOrder<ChunkResult<Result>>((each) => this.#emit(each));

  constructor(options: ProcessOptions<Result>, index: ChunkIndex, wanted: readonly WantedChunk[]) {
    this.#options = options;
    this.#index = index;
    this.#wanted = wanted;
  }

  put(each: ChunkResult<Result>, done?: () => void, missing = false): void {
    if ('error' in each) {
      if (!isFault(each.error)) throw each.error;
      if (this.#options.failFast) throw this.#placed(each.order, each.error as ExrError);
      if (missing) this.#missing.add(each.order);
    }
    this.#pending = this.#inOrder.put(each.order, each, done);
  }

  /** Resolves when everything that could be handed on was taken. */
  async settled(): Promise<void> {
    await this.#pending;
  }

  #emit(each: ChunkResult<Result>): void | Promise<void> {
    const { part, chunk } = this.#wanted[each.order]!;
    if ('result' in each) return this.#options.onChunk?.(each.result, this.#index.grids[part]!.chunk(chunk));
    const { box, levelX, levelY } = this.#index.grids[part]!.chunk(chunk);
    const { code, message } = this.#placed(each.order, each.error as ExrError);
    const skipped = { part, chunk, box, level: { x: levelX, y: levelY }, missing: this.#missing.delete(each.order), code, message };
    if (this.skippedCount++ < SKIPPED_LISTED) this.skipped.push(skipped);
    return this.#options.onSkipped?.(skipped);
  }

  /** The error with file, part and chunk in message and place, whoever found it. */
  #placed(order: number, error: ExrError): ExrError {
    const { part, chunk } = this.#wanted[order]!;
    const { name } = this.#options.file.source;
    const place = `part ${part}, chunk ${chunk}: `;
    const message = error.message.startsWith(`${name}: `) ? error.message : `${name}: ${error.message.startsWith(place) ? '' : place}${error.message}`;
    return new ExrError(error.code, message, { ...error.where, source: name, part, chunk }, { cause: error.cause });
  }
}
