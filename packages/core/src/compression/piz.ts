import { ExrError } from '../errors.ts';
import type { Decompress } from './codec.ts';
import { huffmanInto } from './huffman.ts';
import { rowAddresses } from './row-addresses.ts';

/** One bit for each 16-bit value. */
const BITMAP_BYTES = 8192;
const TABLE_BYTES = 131072;

/**
 * PIZ: the values that occur are numbered, each channel's 16-bit words go through a two-dimensional Haar wavelet, and the result is Huffman
 * coded (OpenEXR Technical Introduction, "PIZ Compression"). Layout: first and last non-zero byte of the bitmap (uint16), that part of the
 * bitmap, length of the Huffman block (uint32), Huffman block.
 */
export const decompressPiz: Decompress = (kernels, packed, out, shape) => {
  if (shape.unpackedBytes === 0) return;
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const bitmap = readBitmapRange(view);
  const huffmanAt = bitmap.offset + bitmap.length + 4;
  if (huffmanAt > packed.length) throw corrupt(`its bitmap ends at byte ${huffmanAt - 4} of ${packed.length}`);
  const huffmanBytes = view.getUint32(huffmanAt - 4, true);
  if (huffmanBytes > packed.length - huffmanAt) {
    throw corrupt(`its Huffman block has ${huffmanBytes} bytes, ${packed.length - huffmanAt} are left`);
  }
  const mark = kernels.mark();
  try {
    const source = kernels.allocate(packed.length);
    kernels.bytes(source, packed.length).set(packed);
    const planes = kernels.allocate(shape.unpackedBytes);
    const table = kernels.allocate(TABLE_BYTES);
    const rows = rowAddresses(kernels, shape, out);
    huffmanInto(kernels, source + huffmanAt, huffmanBytes, planes, shape.unpackedBytes / 2);
    const max = kernels.call['pizTable']!(source + bitmap.offset, bitmap.first, bitmap.length, table);
    let plane = planes;
    shape.channels.forEach(({ width, height, bytesPerValue }, i) => {
      const words = bytesPerValue / 2;
      kernels.call['waveletDecode']!(plane, width, height, words, max);
      kernels.call['pizExpand']!(plane, width * words, height, rows.lists[i]!, table);
      plane += width * height * bytesPerValue;
    });
  } finally {
    kernels.release(mark);
  }
};

/** Where the stored part of the bitmap is, and the index of its first byte. A first byte behind the last one means that only zeroes occur. */
function readBitmapRange(view: DataView): { offset: number; first: number; length: number } {
  if (view.byteLength < 8) throw corrupt(`it has ${view.byteLength} bytes, a bitmap range and a length need 8`);
  const first = view.getUint16(0, true);
  const last = view.getUint16(2, true);
  if (last >= BITMAP_BYTES) throw corrupt(`its bitmap ends with byte ${last}, the last one is ${BITMAP_BYTES - 1}`);
  return { offset: 4, first, length: first <= last ? last - first + 1 : 0 };
}

function corrupt(what: string): ExrError {
  return new ExrError('CORRUPT_DATA', `PIZ chunk: ${what}`);
}
