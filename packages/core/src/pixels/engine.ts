/** The streaming engine: read plan → packed chunks → decoding threads → results in chunk order. */
import {
  partGeometry, usableIndex, shapesOf, type ChunkedFile, type ChunkIndex, type ChunkInfo, type PackedContext, type PlannedChunk, type ShapeOf,
} from '../chunks/index.ts';
import { ExrError, type ExrErrorCode } from '../errors.ts';
import type { Box2i } from '../header/types.ts';
import { withinSeconds } from '../limits-time.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { readBatches, type Batch } from './batches.ts';
import { decodeAll, MOST_ON_CALLER } from './crew.ts';
import { Budget, InOrder } from './ordered.ts';
import { idleWorkers, workerPlatform } from './pool.ts';
import { ProgressMeter, type OnProgress } from './progress.ts';
import { BYTES_IN_FLIGHT, needOf, RunMemory } from './room.ts';
import { selectedChunks, wantedChannels, type Selection } from './selection.ts';
import { decodingWork, sharing } from './sharing.ts';
import { survey, type Survey } from './survey.ts';
import type { ChunkTask } from './task.ts';
import { isFault, type ChunkResult, type OrderedChunk, type RunSetup } from './thread.ts';

/** A chunk whose values are not in the result, and why. */
export interface SkippedChunk {
  readonly part: number;
  readonly chunk: number;
  /** 1; but when very many chunks are absent, neighbours with the same fault come together: this many from `chunk` on. */
  readonly count: number;
  /** Its pixels (theirs), in the coordinates of its level. */
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
  /** Bytes that the caller holds for the run's results: they count into `memoryBytes`. Default 0. */
  readonly keeps?: number | undefined;
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
  /** In chunk order, the first 10,000 entries; `skippedCount` counts every chunk. */
  readonly skipped: readonly SkippedChunk[];
  readonly skippedCount: number;
  /** True when something was skipped. */
  readonly partial: boolean;
}

const SKIPPED_LISTED = 10_000;

/**
 * Decodes the selected chunks and gives each to `task`. A chunk that lies, is broken, missing or beyond a limit is skipped and named. Rejects
 * with `signal.reason` when cancelled (workers are stopped in the middle of what they do), with the first fault under failFast, with
 * LIMIT_EXCEEDED after `limits.seconds` or when what the caller keeps leaves no room in `limits.memoryBytes`, with whatever the source throws, and with READ_FAILED when a worker dies.
 */
export async function processChunks<Params, Result, Final>(
  options: ProcessOptions<Result>, task: ChunkTask<Params, Result, Final>, params: Params,
): Promise<ProcessOutcome<Final>> {
  const { file, signal } = options;
  return withinSeconds(options.limits ?? file.limits ?? DEFAULT_LIMITS, file.source.name, signal, (within) => run(options, task, params, within));
}

async function run<Params, Result, Final>(
  options: ProcessOptions<Result>, task: ChunkTask<Params, Result, Final>, params: Params, signal: AbortSignal,
): Promise<ProcessOutcome<Final>> {
  const { file, selections, order = 'file', threads, threadWorth } = options;
  const { source } = file;
  const limits = options.limits ?? file.limits ?? DEFAULT_LIMITS;
  const index = options.index ?? (await usableIndex(file, { signal, limits })).index;
  const setup: RunSetup = { parts: index.grids.map(({ part }) => partGeometry(part)), limits, wanted: wantedChannels(index, selections, source.name) };
  const context: PackedContext = { source, index, shapes: setup.parts.map((part) => lazily(() => shapesOf(part, limits))), multipart: file.version.multipart, limits };
  const needs = needOf(task, params);
  const memory = new RunMemory(limits, options.keeps ?? 0, task.held?.(setup.parts, params) ?? 0, source.name);
  const { present, entries, chunks, work, need, largest, uncertain, small } = survey(context, selectedChunks(index, selections, source.name), { needOf: needs, room: memory.most });
  const results = new Results(options, index, entries);
  results.putAbsent();
  await results.settled();
  const meter = new ProgressMeter(chunks, work, options.onProgress);
  meter.chunks = chunks - present.length;
  const budget = new Budget(BYTES_IN_FLIGHT);
  const deliver = (batch: Batch, decoded: readonly ChunkResult<Result>[]) => {
    meter.chunks += decoded.length + batch.faults.length;
    meter.bytes += batch.bytes;
    for (const { order: at } of batch.chunks) meter.unpackedBytes += (entries[at] as PlannedChunk).work;
    meter.report();
    // In list order the bytes are lent until the results were taken, so that a slow receiver holds back the reading.
    let left = decoded.length + batch.faults.length;
    const taken = () => (--left === 0 ? budget.giveBack(batch.bytes) : undefined);
    if (order === 'file') budget.giveBack(batch.bytes);
    for (const each of [...batch.faults, ...decoded]) results.put(each, order === 'list' ? taken : undefined);
    return results.settled();
  };
  const share = sharing(decodingWork(present, setup.parts), workerPlatform(), {
    threads, worthOf: threadWorth, idle: idleWorkers(), most: memory.threadsFor(need), callerToo: largest <= MOST_ON_CALLER,
  });
  const giveBack = await memory.take(share, need, uncertain, { signal, now: order === 'list', fileSize: index.fileSize });
  const shapeOf = ({ part, chunk }: Pick<PlannedChunk, 'part' | 'chunk'>) => context.shapes[part]!(index.grids[part]!.chunk(chunk).box);
  const needOfChunk = (chunk: OrderedChunk) => {
    const shape = shapeOf(chunk);
    return { bytes: needs(setup.parts[chunk.part]!, shape, chunk.data.length, chunk.unpackedSize), unpacked: chunk.unpackedSize ?? shape.unpackedBytes };
  };
  const resultBytes = (chunk: PlannedChunk) => task.works?.(setup.parts[chunk.part]!, shapeOf(chunk), params) ?? 0;
  let finals: readonly Final[];
  try {
    const batches = readBatches(context, present, order, budget, signal, resultBytes);
    finals = await decodeAll(
      { name: source.name, task, params, setup, signal, deliver, handsOver: source.handsOver === true, batches, memory, needOf: needOfChunk, smallNeed: small ? need : null }, share,
    );
    await results.settled();
  } finally {
    giveBack();
  }
  meter.report(true);
  const { skipped, skippedCount } = results;
  return { finals, chunks, decoded: chunks - skippedCount, skipped, skippedCount, partial: skippedCount > 0 };
}

/** Shapes that are made when they are first asked for: a part that nobody reads may be one that has none. */
function lazily(make: () => ShapeOf): ShapeOf {
  let made: ShapeOf | undefined;
  return (box) => (made ??= make())(box);
}

/** Results on their way to the caller, in order; faults become the list of what was skipped. */
class Results<Result> {
  readonly skipped: SkippedChunk[] = [];
  skippedCount = 0;
  #options: ProcessOptions<Result>;
  #index: ChunkIndex;
  #entries: Survey['entries'];
  #pending: Promise<void> | null = null;
  #inOrder = new InOrder<ChunkResult<Result>>((each) => this.#emit(each));

  constructor(options: ProcessOptions<Result>, index: ChunkIndex, entries: Survey['entries']) {
    this.#options = options;
    this.#index = index;
    this.#entries = entries;
  }

  /** Everything that is not there, before the first chunk is read. */
  putAbsent(): void {
    for (const [order, entry] of this.#entries.entries()) if ('error' in entry) this.put({ order, error: entry.error });
  }

  put(each: ChunkResult<Result>, done?: () => void): void {
    if ('error' in each) {
      if (!isFault(each.error)) throw each.error;
      if (this.#options.failFast) throw this.#placed(each.order, each.error as ExrError);
    }
    this.#pending = this.#inOrder.put(each.order, each, done);
  }

  /** Resolves when everything that could be handed on was taken. */
  async settled(): Promise<void> {
    await this.#pending;
  }

  #emit(each: ChunkResult<Result>): void | Promise<void> {
    const entry = this.#entries[each.order]!;
    const { part, chunk } = entry;
    const grid = this.#index.grids[part]!;
    if ('result' in each) return this.#options.onChunk?.(each.result, grid.chunk(chunk));
    const { box, levelX, levelY } = grid.chunk(chunk);
    const [count, missing] = 'error' in entry ? [entry.count, entry.missing] : [1, false];
    const last = count === 1 ? box : grid.chunk(chunk + count - 1).box;
    const error = each.error as ExrError;
    const message = this.#message(each.order, error);
    const skipped = { part, chunk, count, box: { ...box, xMax: last.xMax, yMax: last.yMax }, level: { x: levelX, y: levelY }, missing, code: error.code, message };
    this.skippedCount += count;
    if (this.skipped.length < SKIPPED_LISTED) this.skipped.push(skipped);
    return this.#options.onSkipped?.(skipped);
  }

  /** The error with file, part and chunk in message and place, whoever found it. */
  #placed(order: number, error: ExrError): ExrError {
    const { part, chunk } = this.#entries[order]!;
    const { name } = this.#options.file.source;
    return new ExrError(error.code, this.#message(order, error), { ...error.where, source: name, part, chunk }, { cause: error.cause });
  }

  #message(order: number, { message }: ExrError): string {
    const { part, chunk } = this.#entries[order]!;
    const { name } = this.#options.file.source;
    const place = `part ${part}, chunk ${chunk}: `;
    return message.startsWith(`${name}: `) ? message : `${name}: ${message.startsWith(place) ? '' : place}${message}`;
  }
}
