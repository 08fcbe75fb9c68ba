/** One decoding thread's side of a run: the same code in a worker and on the calling thread. */
import type { Kernels } from '@exr/kernels';
import { chunkGrid, shapesOf, type ChunkGrid, type PackedChunk, type PartGeometry, type ShapeOf } from '../chunks/index.ts';
import { isExrError } from '../errors.ts';
import type { Limits } from '../limits.ts';
import { decodeChunk } from './decode.ts';
import type { ChunkTask, TaskRun } from './task.ts';

/** A packed chunk with the place its result takes among the others. */
export interface OrderedChunk extends PackedChunk {
  readonly order: number;
}

/** What every thread of a run must know; plain data. */
export interface RunSetup {
  readonly parts: readonly PartGeometry[];
  readonly limits: Limits;
  /** By part index: which channels somebody will look at, where not all of them. */
  readonly wanted: readonly (readonly boolean[] | null)[];
}

export type ChunkResult<Result> =
  | { readonly order: number; readonly result: Result }
  /** An ExrError where data is to blame: the chunk is skipped. */
  | { readonly order: number; readonly error: unknown };

export interface DecodingThread<Result, Final> {
  /** Decodes the chunks and hands them to the task. Throws only what is a bug: a chunk's own fault is a result. */
  decode(chunks: readonly OrderedChunk[]): ChunkResult<Result>[];
  /** Buffers within results that may be moved. */
  transfers(results: readonly ChunkResult<Result>[]): ArrayBuffer[];
  finish(): Final;
  /** Gives the kernels' memory back. */
  end(): void;
}

/** Begins a run on this thread. The kernels serve one run at a time: their memory is a stack. */
export function startThread<Params, Result, Final>(
  kernels: Kernels, task: ChunkTask<Params, Result, Final>, params: Params, { parts, limits, wanted }: RunSetup,
): DecodingThread<Result, Final> {
  const begin = kernels.mark();
  const run: TaskRun<Result, Final> = task.start({ kernels, parts }, params);
  const geometries = new Map<number, { grid: ChunkGrid; shapes: ShapeOf }>();
  const geometryOf = (part: number) => {
    let known = geometries.get(part);
    if (!known) geometries.set(part, (known = { grid: chunkGrid(parts[part]!, limits), shapes: shapesOf(parts[part]!, limits) }));
    return known;
  };
  return {
    decode: (chunks) =>
      chunks.map((packed): ChunkResult<Result> => {
        const { grid, shapes } = geometryOf(packed.part);
        const info = grid.chunk(packed.chunk);
        run.begin?.(packed.part);
        const mark = kernels.mark();
        try {
          const mask = wanted[packed.part];
          const shape = mask ? { ...shapes(info.box), wanted: mask } : shapes(info.box);
          return { order: packed.order, result: run.chunk(decodeChunk(kernels, packed, grid.part, info, shape, limits)) };
        } catch (error) {
          if (!isFault(error)) throw error;
          return { order: packed.order, error };
        } finally {
          kernels.release(mark);
        }
      }),
    transfers: (results) => (run.transfer ? results.flatMap((each) => ('result' in each ? run.transfer!(each.result) : [])) : []),
    finish: () => run.finish(),
    end: () => kernels.release(begin),
  };
}

/** Whether the file is to blame (or what we can do, or a limit): then the chunk is skipped and named. The world's errors end the run. */
export function isFault(error: unknown): boolean {
  return isExrError(error) && error.kind !== 'io' && error.kind !== 'usage';
}
