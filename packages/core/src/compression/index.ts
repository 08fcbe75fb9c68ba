/**
 * Codecs, found by the name or the file's own number:
 *
 *     const codec = codecFor(part.compression);          // 'zip' or 3
 *     const out = kernels.allocate(shape.unpackedBytes);
 *     codec.decompress(kernels, packed, out, shape);     // packed bytes in, unpacked bytes at `out`
 *
 * Nothing here has heard of a file, a part or I/O.
 */
import { ExrError } from '../errors.ts';
import { COMPRESSIONS, type Compression } from '../header/types.ts';
import { decompressB44 } from './b44.ts';
import type { Codec, Decompress } from './codec.ts';
import { decompressDwa } from './dwa.ts';
import { decompressHtj2k, decompressLj2k } from './htj2k.ts';
import { decompressNone } from './none.ts';
import { decompressPiz } from './piz.ts';
import { decompressPxr24 } from './pxr24.ts';
import { decompressRle } from './rle.ts';
import { decompressZip } from './zip.ts';
import { decompressZstd } from './zstd.ts';

export type { ChunkChannel, ChunkShape, Codec, Decompress } from './codec.ts';
export { inflateInto, inflateWithin } from './inflate.ts';
export { runsInto } from './rle.ts';
export { scratchBytes } from './scratch.ts';

function codec(name: Compression, linesPerChunk: number, lossy: boolean, decompress: Decompress): Codec {
  return { name, id: COMPRESSIONS.indexOf(name), linesPerChunk, lossy, decompress };
}

/** Every codec, in the order of the file's numbers. Lines per chunk: OpenEXR File Layout, "Scan Line Blocks". */
export const codecs: readonly Codec[] = [
  codec('none', 1, false, decompressNone),
  codec('rle', 1, false, decompressRle),
  codec('zips', 1, false, decompressZip),
  codec('zip', 16, false, decompressZip),
  codec('piz', 32, false, decompressPiz),
  codec('pxr24', 16, true, decompressPxr24),
  codec('b44', 32, true, decompressB44),
  codec('b44a', 32, true, decompressB44),
  codec('dwaa', 32, true, decompressDwa),
  codec('dwab', 256, true, decompressDwa),
  codec('htj2k256', 256, false, decompressHtj2k),
  codec('htj2k32', 32, false, decompressHtj2k),
  codec('lj2k', 256, true, decompressLj2k),
  codec('zstd', 1, false, decompressZstd),
];

const byName = new Map<string | number, Codec>(
  codecs.flatMap((each) => [
    [each.name, each],
    [each.id, each],
  ]),
);

/** The codec of a part, by name or by the file's number. UNSUPPORTED_COMPRESSION when nobody knows it. */
export function codecFor(compression: Compression | number): Codec {
  const found = byName.get(compression);
  if (!found) {
    const known = codecs.map((each) => `${each.id} ${each.name}`).join(', ');
    throw new ExrError('UNSUPPORTED_COMPRESSION', `compression ${compression} is unknown, expected one of ${known}`);
  }
  return found;
}
