import { checkRange, closed, throwIfAborted } from './check.ts';
import type { ByteSource } from './source.ts';

/**
 * Bytes that are already in memory. Reads are views of `bytes`, not copies: neither may be written to, nor its buffer transferred to another
 * thread, while the source is in use.
 */
export function memorySource(bytes: Uint8Array, name = 'memory'): ByteSource {
  let open = true;
  return {
    name,
    size: () => Promise.resolve(bytes.byteLength),
    async read(offset, length, options) {
      throwIfAborted(options);
      if (!open) throw closed(name);
      checkRange(name, bytes.byteLength, offset, length);
      return bytes.subarray(offset, offset + length);
    },
    close() {
      open = false;
      return Promise.resolve();
    },
  };
}
