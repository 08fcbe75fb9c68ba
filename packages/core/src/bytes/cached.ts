import { checkRange, throwIfAborted } from './check.ts';
import type { ByteSource, ReadOptions } from './source.ts';

export interface CacheOptions {
  /** Bytes of one block; reads of the source are whole blocks. Default 64 KiB, the size of openExr's first read. */
  readonly blockBytes?: number;
  /** Most bytes held; the block used longest ago goes first. Default 16 MiB. */
  readonly maxBytes?: number;
}

/**
 * Remembers blocks of a source. Neighbouring missing blocks are one read of the source, and readers that want the same block at the same
 * time share it. A read longer than half of `maxBytes` goes straight through, so that it does not push everything else out.
 * Reads within one block are views of it: they must not be written to.
 */
export function cached(source: ByteSource, options: CacheOptions = {}): ByteSource {
  const blockBytes = options.blockBytes ?? 64 * 1024;
  const maxBlocks = Math.max(1, Math.floor((options.maxBytes ?? 16 * 1024 * 1024) / blockBytes));
  const blocks = new Map<number, Promise<Uint8Array>>(); // in order of use, the oldest first

  /** The blocks first…last, those that are missing fetched run by run. */
  function take(first: number, last: number, size: number, readOptions: ReadOptions | undefined): Promise<Uint8Array>[] {
    const found: Promise<Uint8Array>[] = [];
    for (let index = first; index <= last; index++) {
      const known = blocks.get(index);
      if (known) {
        blocks.delete(index);
        blocks.set(index, known);
        found.push(known);
        continue;
      }
      let end = index + 1;
      while (end <= last && !blocks.has(end)) end++;
      const start = index * blockBytes;
      const run = source.read(start, Math.min(end * blockBytes, size) - start, readOptions);
      for (; index < end; index++) {
        const at = index * blockBytes - start;
        const block = run.then((bytes) => bytes.subarray(at, at + blockBytes));
        const key = index;
        // A read that failed or was cancelled must not be remembered.
        block.catch(() => blocks.get(key) === block && blocks.delete(key));
        blocks.set(key, block);
        found.push(block);
      }
      index--;
    }
    for (const oldest of blocks.keys()) {
      if (blocks.size <= maxBlocks) break;
      blocks.delete(oldest);
    }
    return found;
  }

  async function read(offset: number, length: number, readOptions?: ReadOptions): Promise<Uint8Array> {
    throwIfAborted(readOptions);
    const size = await source.size(readOptions);
    checkRange(source.name, size, offset, length);
    if (length === 0) return new Uint8Array(0);
    if (length > (maxBlocks * blockBytes) / 2) return source.read(offset, length, readOptions);
    const first = Math.floor(offset / blockBytes);
    const last = Math.floor((offset + length - 1) / blockBytes);
    let parts: Uint8Array[];
    try {
      parts = await Promise.all(take(first, last, size, readOptions));
    } catch (error) {
      throwIfAborted(readOptions);
      // Another reader's cancellation ended a read that this one had joined: read for ourselves.
      if (isAbort(error)) return source.read(offset, length, readOptions);
      throw error;
    }
    throwIfAborted(readOptions);
    const skip = offset - first * blockBytes;
    if (parts.length === 1) return parts[0]!.subarray(skip, skip + length);
    const whole = new Uint8Array(length);
    let at = -skip;
    for (const part of parts) {
      if (at < 0) whole.set(part.subarray(-at, -at + length), 0);
      else whole.set(at + part.length > length ? part.subarray(0, length - at) : part, at);
      at += part.length;
    }
    return whole;
  }

  return { name: source.name, get knownSize() { return source.knownSize; }, size: (sizeOptions) => source.size(sizeOptions), read, close: () => source.close?.() ?? Promise.resolve() };
}

function isAbort(error: unknown): boolean {
  const name = (error as { name?: unknown } | null)?.name;
  return name === 'AbortError' || name === 'TimeoutError' || !(error instanceof Error);
}
