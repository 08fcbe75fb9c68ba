import type { Kernels } from '@exr/kernels';
import { ExrError } from '../errors.ts';
import type { Decompress } from './codec.ts';
import { inflateInto } from './inflate.ts';

/**
 * ZIPS and ZIP (a line, or 16 lines, a chunk): a zlib stream of bytes that were put even before odd and stored as
 * differences. As OpenEXRCore 3.4, refuses a stream that is longer than what it unpacks to, or that unpacks to another
 * length than the chunk's.
 */
export const decompressZip: Decompress = (kernels, packed, out, { unpackedBytes }) => {
  if (packed.length > unpackedBytes) {
    throw new ExrError(
      'CORRUPT_DATA',
      `ZIP chunk: packed size ${packed.length} is more than the ${unpackedBytes} bytes of the unpacked chunk`,
    );
  }
  withScratch(kernels, unpackedBytes, (scratch) => {
    const length = inflateInto(kernels, packed, scratch, unpackedBytes);
    if (length !== unpackedBytes)
      throw new ExrError('CORRUPT_DATA', `ZIP chunk: unpacks to ${length} bytes, expected ${unpackedBytes}`);
    kernels.call['reconstructBytes']!(scratch, out, unpackedBytes);
  });
};

/** Runs `use` with `bytes` bytes of the kernels' memory that are given back afterwards. */
export function withScratch(kernels: Kernels, bytes: number, use: (address: number) => void): void {
  const mark = kernels.mark();
  try {
    use(kernels.allocate(bytes));
  } finally {
    kernels.release(mark);
  }
}
