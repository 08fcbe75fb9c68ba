import type { Kernels } from '@exr/kernels';
import { ExrError } from '../errors.ts';
import type { ChunkChannel, Decompress } from './codec.ts';
import { rowAddresses } from './row-addresses.ts';
import { withScratch } from './zip.ts';

/**
 * B44 and B44A: channel after channel, halves in 4 × 4 blocks of 14 bytes, or of 3 where a block is flat; uint and
 * float as they are. A block at the right or lower edge holds values that no pixel has. As in OpenEXRCore, bytes behind
 * the last channel are not an error.
 */
export const decompressB44: Decompress = (kernels, packed, out, shape) => {
  withScratch(kernels, packed.length, (source) => {
    kernels.bytes(source, packed.length).set(packed);
    const { lists } = rowAddresses(kernels, shape, out);
    const end = source + packed.length;
    let at = source;
    shape.channels.forEach((channel, i) => {
      at =
        channel.pixelType === 1
          ? unpackBlocks(kernels, at, end, lists[i]!, channel)
          : copyRows(kernels, at, end, lists[i]!, channel);
    });
  });
};

function unpackBlocks(
  kernels: Kernels,
  at: number,
  end: number,
  rows: number,
  { name, width, height, pLinear }: ChunkChannel,
): number {
  const next = kernels.call['b44Channel']!(at, end, rows, width, height, pLinear ? 1 : 0);
  if (!next)
    throw new ExrError('CORRUPT_DATA', `B44 chunk: its bytes end within the blocks of channel ${name}`, {
      channel: name,
    });
  return next;
}

function copyRows(
  kernels: Kernels,
  at: number,
  end: number,
  rows: number,
  { name, width, height, bytesPerValue }: ChunkChannel,
): number {
  const rowBytes = width * bytesPerValue;
  if (rowBytes * height > end - at) {
    throw new ExrError(
      'CORRUPT_DATA',
      `B44 chunk: ${end - at} bytes are left, channel ${name} needs ${rowBytes * height}`,
      { channel: name },
    );
  }
  const view = kernels.view();
  const memory = kernels.bytes(0, kernels.held);
  for (let y = 0; y < height; y++, at += rowBytes)
    memory.copyWithin(view.getUint32(rows + 4 * y, true), at, at + rowBytes);
  return at;
}
