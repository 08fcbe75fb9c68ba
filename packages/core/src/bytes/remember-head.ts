import { checkRange, throwIfAborted } from './check.ts';
import type { ByteSource } from './source.ts';

/**
 * Keeps what the first read from offset 0 gave and answers later reads within it: headers, offset tables and often the whole of a small file come in one
 * read. Everything else goes through. Answers are views of what is kept: they must not be written to.
 */
export function rememberHead(source: ByteSource): ByteSource {
  let head: Uint8Array | undefined;
  return {
    name: source.name,
    get knownSize() {
      return source.knownSize;
    },
    size: (options) => source.size(options),
    async read(offset, length, options) {
      throwIfAborted(options);
      if (head !== undefined && offset >= 0 && offset + length <= head.length) {
        checkRange(source.name, head.length, offset, length);
        return head.subarray(offset, offset + length);
      }
      const bytes = await source.read(offset, length, options);
      if (offset === 0) head ??= bytes;
      return bytes;
    },
    ...(source.close && { close: () => source.close!() }),
  };
}
