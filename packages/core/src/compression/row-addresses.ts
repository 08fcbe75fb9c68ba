import type { Kernels } from '@exr/kernels';
import { ExrError } from '../errors.ts';
import type { ChunkShape } from './codec.ts';

/** Where the rows of a chunk's channels go in the unpacked layout, as lists of 32-bit addresses in the kernels' memory. */
export interface RowAddresses {
  /** Address of the list of each channel, in file order: `channels[i].height` addresses from the top row down. */
  readonly lists: readonly number[];
}

/**
 * Lays the rows of every channel out line by line from address `out` on: the unpacked layout of ChunkShape. The lists are allocated from the
 * kernels. INVALID_ARGUMENT when the shape contradicts itself, so that no codec writes outside `out`.
 */
export function rowAddresses(kernels: Kernels, shape: ChunkShape, out: number): RowAddresses {
  const { channels } = shape;
  const rows = channels.reduce((sum, channel) => sum + channel.height, 0);
  const lists: number[] = [];
  let next = kernels.allocate(rows * 4);
  const view = kernels.view();
  for (const channel of channels) {
    lists.push(next);
    next += channel.height * 4;
  }
  const ends = lists.map((list, i) => list + channels[i]!.height * 4);
  const cursors = lists.slice();
  let at = out;
  for (let y = shape.yMin; y <= shape.yMax; y++) {
    for (let i = 0; i < channels.length; i++) {
      const channel = channels[i]!;
      if (y % channel.ySampling !== 0) continue;
      if (cursors[i]! >= ends[i]!) throw contradiction(channel.name, channel.height);
      view.setUint32(cursors[i]!, at, true);
      cursors[i]! += 4;
      at += channel.width * channel.bytesPerValue;
    }
  }
  const short = cursors.findIndex((cursor, i) => cursor !== ends[i]);
  if (short >= 0) throw contradiction(channels[short]!.name, channels[short]!.height);
  if (at - out !== shape.unpackedBytes) {
    throw new ExrError('INVALID_ARGUMENT', `the chunk's channels have ${at - out} bytes, its shape says ${shape.unpackedBytes}`);
  }
  return { lists };
}

function contradiction(channel: string, height: number): ExrError {
  return new ExrError('INVALID_ARGUMENT', `channel ${channel}: ${height} rows do not fit the chunk's lines and the channel's sampling`, { channel });
}
