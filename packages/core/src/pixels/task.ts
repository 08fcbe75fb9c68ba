/** What is done with decoded chunks, wherever they are decoded: on the calling thread or in workers. */
import type { Kernels } from '@exr/kernels';
import type { PartGeometry } from '../chunks/index.ts';
import type { ChunkShape } from '../compression/index.ts';
import type { DecodedChunk } from './decode.ts';

/**
 * Work on decoded chunks. `params`, results and finals are plain data that can be sent between threads (structured clone). A worker finds a
 * task by its name in the list that src/worker.ts gives it; on the calling thread the object itself is used.
 */
export interface ChunkTask<Params, Result, Final> {
  readonly name: string;
  /** Bytes of the kernels' memory that `start` takes on each thread. Absent: next to none. */
  held?(parts: readonly PartGeometry[], params: Params): number;
  /** Bytes that `chunk` takes beside the decoded chunk, its result among them; `unpackedBytes` of a deep shape are its samples. Absent: next to none. */
  works?(part: PartGeometry, shape: ChunkShape, params: Params): number;
  /** Called once per decoding thread and run. What it allocates in the kernels' memory lives until the run ends. */
  start(context: TaskContext, params: Params): TaskRun<Result, Final>;
}

export interface TaskContext {
  readonly kernels: Kernels;
  /** By part index. */
  readonly parts: readonly PartGeometry[];
}

/** One thread's share of a run. Which chunks it sees depends on chance: nothing but sums of integers and the like may be kept from one to the next. */
export interface TaskRun<Result, Final> {
  /** Before each chunk of this part: what it allocates in the kernels' memory lives until the run ends. */
  begin?(part: number): void;
  /** What one chunk gives; small, since results wait in memory for their turn. The kernels' memory is released up to here afterwards. */
  chunk(decoded: DecodedChunk): Result;
  /** What this thread gathered; the caller merges one of each thread, in no particular order. */
  finish(): Final;
  /** Buffers within a result that are moved to the calling thread instead of copied. */
  transfer?(result: Result): ArrayBuffer[];
}
