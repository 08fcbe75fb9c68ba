import type { Decompress } from './codec.ts';
import { ExrError } from '../errors.ts';

/** NONE: the packed bytes are the unpacked bytes, so their lengths are the same. */
export const decompressNone: Decompress = (kernels, packed, out, shape) => {
  if (packed.length !== shape.unpackedBytes) {
    throw new ExrError(
      'CORRUPT_DATA',
      `uncompressed chunk has ${packed.length} bytes, expected ${shape.unpackedBytes}`,
    );
  }
  kernels.bytes(out, packed.length).set(packed);
};
