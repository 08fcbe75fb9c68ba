import { checkRange, throwIfAborted } from './check.ts';
import type { ByteSource, ReadOptions } from './source.ts';

export interface CoalescingOptions {
  /** Reads at most this many bytes apart become one. Default 32 KiB: about what a request costs on a fast network. */
  readonly gapBytes?: number;
  /** A merged read is no longer than this (one read that is longer by itself stays whole). Default 8 MiB. */
  readonly maxBytes?: number;
}

interface Wanted {
  readonly offset: number;
  readonly length: number;
  readonly options: ReadOptions | undefined;
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Reads that are asked for in the same turn of the event loop and lie near each other become one read of the source; each caller gets a view
 * of its part. Where one caller cancels, its own read ends; the merged one goes on while anybody still wants it.
 */
export function coalescing(source: ByteSource, options: CoalescingOptions = {}): ByteSource {
  const gap = options.gapBytes ?? 32 * 1024;
  const most = options.maxBytes ?? 8 * 1024 * 1024;
  let waiting: Wanted[] = [];

  function flush(): void {
    const batch = waiting.sort((a, b) => a.offset - b.offset);
    waiting = [];
    for (let i = 0; i < batch.length; ) {
      const start = batch[i]!.offset;
      let end = start + batch[i]!.length;
      let next = i + 1;
      for (; next < batch.length; next++) {
        const { offset, length } = batch[next]!;
        const longer = Math.max(end, offset + length);
        if (offset > end + gap || (longer > end && longer - start > most)) break;
        end = longer;
      }
      fetchGroup(source, start, end, batch.slice(i, next));
      i = next;
    }
  }

  return {
    name: source.name,
    get knownSize() {
      return source.knownSize;
    },
    size: (sizeOptions) => source.size(sizeOptions),
    async read(offset, length, readOptions) {
      throwIfAborted(readOptions);
      checkRange(source.name, await source.size(readOptions), offset, length);
      return new Promise((resolve, reject) => {
        waiting.push({ offset, length, options: readOptions, resolve, reject });
        if (waiting.length === 1) setTimeout(flush, 0);
      });
    },
    close: () => source.close?.() ?? Promise.resolve(),
  };
}

function fetchGroup(source: ByteSource, start: number, end: number, group: readonly Wanted[]): void {
  if (group.length === 1) {
    const { options, resolve, reject } = group[0]!;
    source.read(start, end - start, options).then(resolve, reject);
    return;
  }
  const stop = new AbortController();
  let wanted = group.length;
  const done: (() => void)[] = [];
  for (const { options, reject } of group) {
    const signal = options?.signal;
    if (!signal) continue;
    const leave = () => {
      reject(signal.reason);
      if (--wanted === 0) stop.abort(signal.reason);
    };
    if (signal.aborted) leave();
    else {
      signal.addEventListener('abort', leave, { once: true });
      done.push(() => signal.removeEventListener('abort', leave));
    }
  }
  source
    .read(start, end - start, { signal: stop.signal })
    .then(
      (bytes) => group.forEach((one) => one.resolve(bytes.subarray(one.offset - start, one.offset - start + one.length))),
      (error: unknown) => group.forEach((one) => one.reject(error)),
    )
    .finally(() => done.forEach((remove) => remove()));
}
