import { ExrError } from '../errors.ts';
import type { ChunkShape, Decompress } from './codec.ts';
import { inflateInto } from './inflate.ts';
import { rowAddresses } from './row-addresses.ts';
import { withScratch } from './zip.ts';

/** By the file's number of the pixel type: the row's kernel, and the bytes a value has within the zlib stream. */
const ROW = ['pxr24Uint', 'pxr24Half', 'pxr24Float'] as const;
const STORED_BYTES = [4, 2, 3] as const;

/**
 * PXR24: floats lose their lower 8 bits; each row of a channel is stored as differences, its bytes in planes, and all
 * of it as one zlib stream. As in OpenEXRCore, a stream that holds more than the rows need is accepted up to the
 * unpacked size.
 */
export const decompressPxr24: Decompress = (kernels, packed, out, shape) => {
  const needed = shape.channels.reduce(
    (sum, { width, height, pixelType }) => sum + width * height * STORED_BYTES[pixelType],
    0,
  );
  withScratch(kernels, shape.unpackedBytes, (scratch) => {
    const { lists } = rowAddresses(kernels, shape, out);
    const length = inflateInto(kernels, packed, scratch, shape.unpackedBytes);
    if (length < needed)
      throw new ExrError('CORRUPT_DATA', `PXR24 chunk: unpacks to ${length} bytes, its rows need ${needed}`);
    const view = kernels.view();
    const seen = shape.channels.map(() => 0);
    let source = scratch;
    forEachRow(shape, (i) => {
      const { width, pixelType } = shape.channels[i]!;
      kernels.call[ROW[pixelType]]!(source, view.getUint32(lists[i]! + 4 * seen[i]!++, true), width);
      source += width * STORED_BYTES[pixelType];
    });
  });
};

/** Calls `row` with the index of each channel that has values in a line, line by line. */
function forEachRow({ yMin, yMax, channels }: ChunkShape, row: (channel: number) => void): void {
  for (let y = yMin; y <= yMax; y++) {
    for (let i = 0; i < channels.length; i++) if (y % channels[i]!.ySampling === 0) row(i);
  }
}
