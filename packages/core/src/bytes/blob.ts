import { ExrError } from '../errors.ts';
import { checkRange, closed, throwIfAborted } from './check.ts';
import type { ByteSource } from './source.ts';

/** A Blob or File of a browser (Node has Blob too). The name is the File's own unless another is given. */
export function blobSource(blob: Blob, name = (blob as Partial<File>).name ?? 'blob'): ByteSource {
  let open = true;
  return {
    name,
    size: () => Promise.resolve(blob.size),
    async read(offset, length, options) {
      throwIfAborted(options);
      if (!open) throw closed(name);
      checkRange(name, blob.size, offset, length);
      let bytes: Uint8Array;
      try {
        bytes = new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
      } catch (cause) {
        // A File of a browser is a snapshot: reading it after the file on disk changed is a NotReadableError (File API, "snapshot state").
        const code = (cause as Partial<DOMException> | null)?.name === 'NotReadableError' ? 'SOURCE_CHANGED' : 'READ_FAILED';
        throw new ExrError(code, `${name}: ${length} bytes from offset ${offset} could not be read`, { source: name, offset }, { cause });
      }
      throwIfAborted(options);
      if (bytes.byteLength !== length) {
        const message = `${name}: ${bytes.byteLength} bytes came from offset ${offset}, expected ${length}`;
        throw new ExrError('READ_FAILED', message, { source: name, offset });
      }
      return bytes;
    },
    close() {
      open = false;
      return Promise.resolve();
    },
  };
}
