/** The reading half of the engine: planned reads in, batches of packed chunks out, with reads under way ahead of the decoders. */
import { groupReads, packedIn, readPacked, type PackedChunk, type PackedContext, type PlannedChunk, type PlannedRead } from '../chunks/index.ts';
import { mapInOrder } from '../flow/index.ts';
import type { Budget } from './ordered.ts';
import { giveBackBuffer, takeBuffer } from './read-buffers.ts';
import { isFault, type OrderedChunk } from './thread.ts';

/** The unit of work: the packed chunks of one read. */
export interface Batch {
  readonly chunks: readonly OrderedChunk[];
  /** Chunks that are not what the offset table promised. */
  readonly faults: readonly { readonly order: number; readonly error: unknown }[];
  /** What the budget lent. */
  readonly bytes: number;
  /** To be called once nothing looks at the packed bytes any more, and only by a thread that did not send them away. */
  release?(): void;
}

// Reads under way at a time: enough to hide a disk's or a server's latency. One where a read may turn out to be longer than it was planned.
const READS_AT_ONCE = 4;
const LONG_READ = 8 * 2 ** 20;

/**
 * Reads what the plan says; `budget` lends the bytes of each batch (in list order, where results wait for their receiver, also `resultBytes`), and
 * its receiver gives them back. Stops with the signal's reason.
 */
export function readBatches(
  context: PackedContext, chunks: readonly PlannedChunk[], order: 'file' | 'list', budget: Budget, signal: AbortSignal, resultBytes: (chunk: PlannedChunk) => number,
): AsyncGenerator<Batch> {
  const atOnce = chunks.some((chunk) => chunk.length >= LONG_READ) ? 1 : READS_AT_ONCE;
  return mapInOrder(groupReads(chunks, { order }), atOnce, async (read) => {
    const results = order === 'list' ? read.chunks.reduce((sum, chunk) => sum + resultBytes(chunk), 0) : 0;
    await budget.take(read.length + results);
    signal.throwIfAborted();
    const mine = context.source.handsOver === true;
    const bytes = await context.source.read(read.offset, read.length, { signal, into: mine ? takeBuffer(read.length) : undefined });
    const batch = await batchOf(context, read, bytes, results, budget, signal);
    return mine ? { ...batch, release: () => giveBackBuffer(bytes) } : batch;
  });
}

async function batchOf(context: PackedContext, read: PlannedRead, given: Uint8Array, results: number, budget: Budget, signal: AbortSignal): Promise<Batch> {
  let lent = read.length + results;
  let bytes: Uint8Array | null = given;
  /** A chunk longer than its read, which is then alone in it: what was read is dropped before all of it is. */
  const readWhole = async (planned: PlannedChunk): Promise<PackedChunk> => {
    if (read.chunks.length > 1) return readPacked(context, planned, signal);
    bytes = null;
    budget.giveBack(lent);
    lent = 0;
    return readPacked(context, planned, signal, async (length) => {
      await budget.take(length + results);
      lent = length + results;
    });
  };
  const chunks: OrderedChunk[] = [];
  const faults: { order: number; error: unknown }[] = [];
  for (const planned of read.chunks) {
    try {
      const packed: PackedChunk = packedIn(context, planned, bytes!, read.offset) ?? (await readWhole(planned));
      chunks.push({ order: planned.order, ...packed });
    } catch (error) {
      if (!isFault(error)) throw error;
      faults.push({ order: planned.order, error });
    }
  }
  return { chunks, faults, bytes: lent };
}

/** The same chunks in buffers that may be transferred: as they are when the source hands its buffers over, copied otherwise. */
export function transferable(chunks: readonly OrderedChunk[], handsOver: boolean): readonly OrderedChunk[] {
  return handsOver ? chunks : chunks.map((chunk) => ({ ...chunk, data: chunk.data.slice() }));
}
