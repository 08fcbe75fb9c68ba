import type { Kernels } from '@exr/kernels';
import { unzlibSync } from 'fflate';
import { ExrError } from '../errors.ts';

/**
 * Inflates a zlib stream (RFC 1950 around RFC 1951) to at most `outLength` bytes at address `out` of the kernels' memory.
 * Returns the bytes written. Throws ExrError CORRUPT_DATA when the stream is broken, fails its Adler-32 check, or holds more.
 */
export function inflateInto(kernels: Kernels, packed: Uint8Array, out: number, outLength: number): number {
  let unpacked: Uint8Array;
  try {
    // One byte more than allowed, so that a stream that holds more is seen.
    unpacked = unzlibSync(packed, { out: new Uint8Array(outLength + 1) });
  } catch (cause) {
    throw new ExrError('CORRUPT_DATA', `zlib stream of ${packed.length} bytes is broken`, {}, { cause });
  }
  if (unpacked.length > outLength) {
    throw new ExrError('CORRUPT_DATA', `zlib stream of ${packed.length} bytes unpacks to more than the ${outLength} bytes that are expected`);
  }
  kernels.bytes(out, outLength).set(unpacked);
  return unpacked.length;
}
