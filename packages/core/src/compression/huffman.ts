import type { Kernels } from '@exr/kernels';
import { ExrError } from '../errors.ts';

const WRONG = [
  '',
  'its header lies about symbols or length',
  'its code lengths are not those of a prefix code',
  'a code that no symbol has',
  'a run with nothing to repeat, of length 0, or beyond the last value',
  'the bits end before the last value',
  'bits are left behind the last value',
];

/**
 * Decodes `count` 16-bit values to `out` from the Huffman block of `length` bytes at address `packed`, both in the kernels' memory: the coding
 * that PIZ and DWA share. Throws CORRUPT_DATA when the block lies; then `out` may be half written.
 */
export function huffmanInto(kernels: Kernels, packed: number, length: number, out: number, count: number): void {
  if (count === 0) return;
  const mark = kernels.mark();
  const scratch = kernels.allocate(kernels.call['huffmanScratch']!(length));
  const wrong = kernels.call['huffmanDecode']!(packed, length, out, count, scratch);
  kernels.release(mark);
  if (wrong !== 0) throw new ExrError('CORRUPT_DATA', `Huffman block of ${length} bytes for ${count} values: ${WRONG[wrong]}`);
}
