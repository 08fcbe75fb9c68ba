import type { Kernels } from '@exr/kernels';
import { ExrError } from '../errors.ts';

/** What the kernel says instead of a length: packages/kernels/assembly/inflate.ts. */
const REASONS: Readonly<Record<number, string>> = {
  [-1]: 'is broken',
  [-2]: 'holds more bytes than that',
  [-3]: 'ends too early',
  [-4]: 'fails its Adler-32 check',
  [-5]: 'is followed by other bytes',
};

/**
 * Inflates a zlib stream (RFC 1950 around RFC 1951) to at most `outLength` bytes at address `out` of the kernels'
 * memory; nothing beyond them is written. Returns the bytes written. Throws ExrError CORRUPT_DATA when the stream is
 * broken, fails its check, holds more, or when bytes follow it: OpenEXRCore (`exr_uncompress_buffer`) refuses the same.
 */
export function inflateInto(kernels: Kernels, packed: Uint8Array, out: number, outLength: number): number {
  const mark = kernels.mark();
  try {
    const address = kernels.allocate(packed.length);
    kernels.bytes(address, packed.length).set(packed);
    return inflateWithin(kernels, address, packed.length, out, outLength);
  } finally {
    kernels.release(mark);
  }
}

/**
 * `inflateInto` for a stream that is in the kernels' memory already; up to 32 bytes behind it are read, and not
 * believed.
 */
export function inflateWithin(
  kernels: Kernels,
  packed: number,
  packedLength: number,
  out: number,
  outLength: number,
): number {
  const length = kernels.call['inflateZlib']!(packed, packedLength, out, outLength);
  if (length < 0) {
    throw new ExrError(
      'CORRUPT_DATA',
      `zlib stream of ${packedLength} bytes for at most ${outLength} ${REASONS[length]}`,
    );
  }
  return length;
}
