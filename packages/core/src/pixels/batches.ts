/** The reading half of the engine: planned reads in, batches of packed chunks out, with reads under way ahead of the decoders. */
import { groupReads, packedIn, readPacked, type PackedChunk, type PackedContext, type PlannedChunk, type PlannedRead } from '../chunks/index.ts';
import { mapInOrder } from '../flow/index.ts';
import type { Budget } from './ordered.ts';
import { isFault, type OrderedChunk } from './thread.ts';

/** The unit of work: the packed chunks of one read. */
export interface Batch {
  readonly chunks: readonly OrderedChunk[];
  /** Chunks that are not what the offset table promised. */
  readonly faults: readonly { readonly order: number; readonly error: unknown }[];
  /** What the budget lent. */
  readonly bytes: number;
}

// Reads under way at a time: enough to hide a disk's or a server's latency.
const READS_AT_ONCE = 4;

/** Reads what the plan says; `budget` lends the bytes of each batch, and its receiver gives them back. Stops with the signal's reason. */
export function readBatches(
  context: PackedContext, chunks: readonly PlannedChunk[], order: 'file' | 'list', budget: Budget, signal: AbortSignal,
): AsyncGenerator<Batch> {
  return mapInOrder(groupReads(chunks, { order }), READS_AT_ONCE, async (read) => {
    await budget.take(read.length);
    signal.throwIfAborted();
    const bytes = await context.source.read(read.offset, read.length, { signal });
    return batchOf(context, read, bytes, signal);
  });
}

async function batchOf(context: PackedContext, read: PlannedRead, bytes: Uint8Array, signal: AbortSignal): Promise<Batch> {
  const chunks: OrderedChunk[] = [];
  const faults: { order: number; error: unknown }[] = [];
  for (const planned of read.chunks) {
    try {
      const packed: PackedChunk = packedIn(context, planned, bytes, read.offset) ?? (await readPacked(context, planned, signal));
      chunks.push({ order: planned.order, ...packed });
    } catch (error) {
      if (!isFault(error)) throw error;
      faults.push({ order: planned.order, error });
    }
  }
  return { chunks, faults, bytes: read.length };
}

/** The same chunks in buffers that may be transferred: as they are when the source hands its buffers over, copied otherwise. */
export function transferable(chunks: readonly OrderedChunk[], handsOver: boolean): readonly OrderedChunk[] {
  return handsOver ? chunks : chunks.map((chunk) => ({ ...chunk, data: chunk.data.slice() }));
}
