import type { Kernels } from '@exr/kernels';
import { ExrError } from '../errors.ts';
import type { Decompress } from './codec.ts';
import { withScratch } from './zip.ts';

/**
 * RLE: runs of bytes that were put even before odd and stored as differences; they make the whole chunk or it is
 * corrupt.
 */
export const decompressRle: Decompress = (kernels, packed, out, { unpackedBytes }) => {
  withScratch(kernels, unpackedBytes, (scratch) => {
    const length = runsInto(kernels, packed, scratch, unpackedBytes);
    if (length !== unpackedBytes)
      throw new ExrError('CORRUPT_DATA', `RLE chunk: unpacks to ${length} bytes, expected ${unpackedBytes}`);
    kernels.call['reconstructBytes']!(scratch, out, unpackedBytes);
  });
};

/**
 * Undoes run lengths alone: at most `outLength` bytes at `out`. Returns the bytes written; CORRUPT_DATA when a run
 * passes either end.
 */
export function runsInto(kernels: Kernels, packed: Uint8Array, out: number, outLength: number): number {
  let length = -1;
  withScratch(kernels, packed.length, (source) => {
    kernels.bytes(source, packed.length).set(packed);
    length = kernels.call['rleDecompress']!(source, packed.length, out, outLength);
  });
  if (length < 0)
    throw new ExrError(
      'CORRUPT_DATA',
      `run lengths in ${packed.length} bytes pass their end or that of the ${outLength} expected`,
    );
  return length;
}
