/** Bytes of a file that is open already: what was checked is what is read, whatever its path means by now. */
import type { FileHandle } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { type ByteSource, ExrError, type ReadOptions } from '@exr/core';

export interface HandleSource extends ByteSource {
  readonly mtime: Date;
  close(): Promise<void>;
}

// FileHandle.read takes no more than 2^31 - 1 bytes at once.
const MOST_AT_ONCE = 2 ** 30;

/** Owns the handle from here on: close() closes it. `name` is for messages and must be safe to show. */
export function handleSource(handle: FileHandle, stats: Stats, name: string): HandleSource {
  let open = true;
  let reads = 0;
  const ready = (options: ReadOptions | undefined): void => {
    options?.signal?.throwIfAborted();
    if (!open) throw new ExrError('CLOSED', `${name}: the file was closed`, { source: name });
  };
  const unchanged = async (): Promise<void> => {
    const now = await handle.stat();
    if (now.size === stats.size && now.mtimeMs === stats.mtimeMs) return;
    throw new ExrError('SOURCE_CHANGED', `${name}: the file changed while it was being read: now ${now.size} bytes, it was ${stats.size}; try again when it is written`, { source: name });
  };
  return {
    name,
    handsOver: true,
    mtime: stats.mtime,
    async size(options) {
      ready(options);
      return stats.size;
    },
    async read(offset, length, options) {
      ready(options);
      if (!(offset >= 0 && length >= 0 && offset + length <= stats.size)) {
        throw new ExrError('TRUNCATED', `${name}: ${length} bytes at ${offset} are wanted, the file has ${stats.size}`, { source: name, offset });
      }
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length; ) {
        const { bytesRead } = await handle.read(bytes, done, Math.min(length - done, MOST_AT_ONCE), offset + done).catch((cause: Error) => {
          throw new ExrError('READ_FAILED', `${name}: ${length} bytes from ${offset} could not be read: ${cause.message}`, { source: name, offset }, { cause });
        });
        if (bytesRead === 0) {
          await unchanged();
          throw new ExrError('TRUNCATED', `${name}: the file ends before ${offset + length}`, { source: name, offset });
        }
        done += bytesRead;
      }
      if (reads++ > 0) await unchanged();
      options?.signal?.throwIfAborted();
      return bytes;
    },
    async close() {
      if (!open) return;
      open = false;
      await handle.close();
    },
  };
}
