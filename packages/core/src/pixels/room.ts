/**
 * The memory of runs: what one chunk takes on a thread, how many threads that leaves room for, and one budget (`memoryBytes`) for all runs of the
 * process. What is asked for is known before a byte is decoded: from the shapes of the chunks, or, in deep parts, from their leaders.
 */
import type { PartGeometry } from '../chunks/index.ts';
import { scratchBytes, type ChunkShape } from '../compression/index.ts';
import { ExrError } from '../errors.ts';
import type { Limits } from '../limits.ts';
import { makeRoom } from './pool.ts';
import type { Sharing } from './sharing.ts';
import type { ChunkTask } from './task.ts';

/** Packed bytes that are read but not decoded yet, over all threads; a single chunk may have more. */
export const BYTES_IN_FLIGHT = 24 * 2 ** 20;
/** A worker before it decodes anything: its JavaScript engine, our code, empty kernels. Measured in Node. */
const WORKER_BYTES = 12 * 2 ** 20;
/** The kernels' tables and constants. */
const KERNELS_BYTES = 2 * 2 ** 20;
/** A run that cannot have this much for a chunk does not begin. */
const LEAST_ROOM = 2 ** 23;
/** A thread that takes more is worth ending those that wait. */
const MUCH = 2 ** 27;

/** Bytes that a thread takes for one chunk: decoded, its codec's scratch memory, and what the task does with it. */
export type NeedOf = (part: PartGeometry, shape: ChunkShape, packed: number, deepBytes: number | null) => number;

export function needOf<Params>(task: Pick<ChunkTask<Params, unknown, unknown>, 'works'>, params: Params): NeedOf {
  return (part, shape, packed, deepBytes) => {
    const alone = Math.max(0, packed - BYTES_IN_FLIGHT);
    if (deepBytes === null) return alone + shape.unpackedBytes + scratchBytes(part.compression, shape, packed) + (task.works?.(part, shape, params) ?? 0);
    const table = 4 * (shape.xMax - shape.xMin + 1) * (shape.yMax - shape.yMin + 1);
    const scratch = part.compression === 'none' ? 0 : Math.max(table, deepBytes) + packed;
    return alone + table + deepBytes + scratch + (task.works?.(part, { ...shape, unpackedBytes: deepBytes }, params) ?? 0);
  };
}

/** LIMIT_EXCEEDED for what `memoryBytes` cannot hold. */
export function tooMuch(what: string, requested: number, { memoryBytes }: Pick<Limits, 'memoryBytes'>): ExrError {
  const message = `${what} takes ${Math.ceil(requested)} bytes of memory, the limit memoryBytes is ${memoryBytes}`;
  return new ExrError('LIMIT_EXCEEDED', message, { limit: 'memoryBytes', limitValue: memoryBytes, requested: Math.ceil(requested) });
}

/** The memory of one run. */
export class RunMemory {
  /** Bytes that a thread holds whatever it decodes. */
  readonly held: number;
  /** For threads: beside what the caller keeps and what is read. */
  readonly #all: number;

  /** `kept`: by the caller, `held`: by the task on each thread. Throws LIMIT_EXCEEDED (memoryBytes) when that leaves nothing to decode with. */
  constructor(readonly limits: Limits, readonly kept: number, held: number, name: string) {
    this.held = held + KERNELS_BYTES;
    this.#all = limits.memoryBytes - BYTES_IN_FLIGHT - kept;
    const lacking = LEAST_ROOM - this.most;
    if (lacking <= 0) return;
    const { code, message, where } = tooMuch('what is asked for', limits.memoryBytes + lacking, limits);
    throw new ExrError(code, `${name}: ${message}`, { ...where, source: name });
  }

  /** Bytes that a chunk may take when one thread alone is left. */
  get most(): number {
    return this.#all - WORKER_BYTES - this.held;
  }

  /** Most threads that decode while a chunk takes `need` bytes. */
  threadsFor(need: number): number {
    return Math.max(1, Math.floor(this.#all / (need + this.held + WORKER_BYTES)));
  }

  /** Bytes that the kernels of each of `threads` may hold: where data makes a decoder ask for more, it is refused. */
  kernelBytes(threads: number): number {
    return Math.floor(this.#all / threads) - WORKER_BYTES;
  }

  /** Borrows what the run needs from what all runs share; an `uncertain` one, which may find out that it needs more, has all of it. */
  async take(
    { workers, caller }: Sharing, need: number, uncertain: boolean, { signal, now, fileSize }: { signal: AbortSignal; now: boolean; fileSize: number },
  ): Promise<() => void> {
    const threads = workers + (caller ? 1 : 0);
    const perThread = need + this.held + WORKER_BYTES;
    if (perThread > MUCH) makeRoom(workers);
    const { memoryBytes } = this.limits;
    const bytes = uncertain ? memoryBytes : Math.min(memoryBytes, this.kept + Math.min(BYTES_IN_FLIGHT, fileSize) + threads * perThread);
    return borrow(bytes, memoryBytes, signal, now);
  }
}

interface Waiting {
  readonly bytes: number;
  readonly total: number;
  readonly go: () => void;
}

let taken = 0;
const waiting: Waiting[] = [];

/**
 * Lends `bytes` of the `total` that all runs of this process may hold together; resolves with what gives them back. First come, first served; a
 * run that finds nothing lent out always goes. `now`: do not wait, only count (a run that its receiver paces may be waited for by another one).
 */
async function borrow(bytes: number, total: number, signal: AbortSignal, now: boolean): Promise<() => void> {
  if (!now && (waiting.length > 0 || !fits({ bytes, total }))) {
    await new Promise<void>((resolve, reject) => {
      const mine: Waiting = { bytes, total, go: () => (signal.removeEventListener('abort', stop), resolve()) };
      const stop = (): void => {
        waiting.splice(waiting.indexOf(mine), 1);
        letGo();
        reject(signal.reason);
      };
      signal.addEventListener('abort', stop, { once: true });
      waiting.push(mine);
    });
  } else taken += bytes;
  let given = false;
  return () => {
    if (given) return;
    given = true;
    taken -= bytes;
    letGo();
  };
}

function fits(each: Pick<Waiting, 'bytes' | 'total'>): boolean {
  return taken === 0 || taken + each.bytes <= each.total;
}

function letGo(): void {
  while (waiting.length > 0 && fits(waiting[0]!)) {
    const next = waiting.shift()!;
    taken += next.bytes;
    next.go();
  }
}
