// One HT code block, all its passes (T.814, clause 7).
import { readSamples } from './magnitudes';
import { readQuads } from './quads';
import { refineMagnitudes, refineSignificance } from './refine';
import { prepareTables } from './tables';

const DECODED: i32 = 0;
const BAD_LENGTHS: i32 = -1;
const BAD_CODEWORDS: i32 = -2;
const BAD_BOUND: i32 = -3;

/** A block whose right neighbours must not be touched: 4096 samples, rows of whole quad pairs. */
const aside: usize = memory.data(8 * (4096 + 3 * 1024), 16);

/**
 * Decodes a code block into rows of i32 (`wide` 0: at most 30 bit planes) or i64 at `to`, `stride` bytes apart, in two's complement at the scale
 * of the subband's lowest plane.
 *
 * `from`: its bytes; `cleanup` of them are the cleanup segment (2 to 65534), `refinement` (below 2047) behind it the other segment. `passes`: 1
 * cleanup, 2 and SigProp, 3 and MagRef. `planes`: K_max of the subband, 1 to 37. `missing`: bit planes without data above, below `planes`.
 * `width` × `height` ≤ 4096, both ≤ 1024. `room`: columns that may be written from `to` on, at least `width`. The caller has checked these.
 * Returns 0, or below 0: the lengths, the codewords or an exponent bound are false.
 */
export function htj2kBlock(
  from: usize, cleanup: i32, refinement: i32, passes: i32, planes: i32, missing: i32, width: i32, height: i32, causal: i32,
  to: usize, stride: usize, room: i32, wide: i32,
): i32 {
  prepareTables();
  return wide
    ? decode<i64>(from, cleanup, refinement, passes, planes, missing, width, height, causal, to, stride, room)
    : decode<i32>(from, cleanup, refinement, passes, planes, missing, width, height, causal, to, stride, room);
}

function decode<T>(
  from: usize, cleanup: i32, refinement: i32, passes: i32, planes: i32, missing: i32, width: i32, height: i32, causal: i32,
  to: usize, stride: usize, room: i32,
): i32 {
  if (cleanup < 2) return BAD_LENGTHS;
  // The last 12 bits of the cleanup segment: the length of its MEL and VLC parts.
  const suffix = (<i32>load<u8>(from + cleanup - 1) << 4) | (<i32>load<u8>(from + cleanup - 2) & 15);
  if (suffix < 2 || suffix > cleanup || suffix > 4079) return BAD_LENGTHS;
  if (!readQuads(from, cleanup, suffix, width, height)) return BAD_CODEWORDS;
  const columns = (width + 3) & ~3;
  const detour = columns > room;
  const at = detour ? aside : to;
  const apart = detour ? <usize>columns * sizeof<T>() : stride;
  const shift = planes - 1 - missing;
  if (!readSamples<T>(from, cleanup - suffix, width, height, at, apart, shift, missing)) return BAD_BOUND;
  // Without a plane below the cleanup pass's there is nothing to refine.
  if (passes > 1 && shift > 0 && refinement > 0) {
    refineSignificance<T>(from + cleanup, refinement, width, height, at, apart, shift, causal !== 0);
    if (passes > 2) refineMagnitudes<T>(from + cleanup, refinement, width, height, at, apart, shift);
  }
  if (detour) {
    for (let y = 0; y < height; y++) memory.copy(to + <usize>y * stride, at + <usize>y * apart, <usize>width * sizeof<T>());
  }
  return DECODED;
}
