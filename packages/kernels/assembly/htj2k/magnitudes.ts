// Second half of the HT cleanup pass (T.814, 7.3.7 and 7.3.8): from the quads' records and the MagSgn segment, the samples. A sample with
// bound U takes m = U - E^k bits: its sign, and 2(µ - 1) below its known top bit; µ - 1 is made of them. Values are written in two's complement.
import { peek, unstuffForward } from './bits';
import { quads, quadStride } from './quads';

/** No sample takes more than 39 bits: 4096 of them in bytes of at least 7 bits. */
const MOST_BYTES: i32 = 23408;
/** A row of 512 quads may be read from behind the segment's end, where ones go on for ever. */
const MOST_BEHIND: i32 = 10304;
const magSgn: usize = memory.data(23408 + 10304 + 64, 16);
/** For each column of a row of quads the bottom sample's 2(µ - 1) + 1 with its top bit, 0 where insignificant; u32 or u64. One column of 0 on both sides. */
const bottoms: usize = memory.data(8 * (1024 + 16), 16);
/** Takes the lower row of the last quads when the height is odd. */
const nowhere: usize = memory.data(8 * (1024 + 8), 16);

// @ts-ignore: decorator
@inline
function logSize<T>(): usize {
  return sizeof<T>() === 8 ? 3 : 2;
}

/**
 * Decodes the samples of a block into rows of T (i32 or i64) `stride` bytes apart at `to`. `shift` is the lowest bit plane of the cleanup pass,
 * `planes` the number of bit planes it has: a bound above planes + 2 is false data. Writes whole pairs of quads: up to 3 columns to the right of the block.
 */
export function readSamples<T>(cleanup: usize, length: i32, width: i32, height: i32, to: usize, stride: usize, shift: u32, planes: u32): bool {
  const end = unstuffForward(cleanup, min(length, MOST_BYTES), magSgn);
  // Ones to the end of the last byte, and behind it.
  const last = magSgn + (end >> 3);
  store<u8>(last, <u8>(<u32>load<u8>(last) | (0xff << (end & 7))));
  memory.fill(last + 1, 0xff, <usize>((width + 3) * 10 + 16));
  const pairs = (width + 3) >> 2;
  memory.fill(bottoms, 0, (<usize>(pairs << 2) + 2) << logSize<T>());
  const rows = quadStride(width);
  let position: u32 = 0;
  let record = quads;
  for (let y = 0; y < height; y += 2, record += rows) {
    if (y > 0) bounds<T>(record, pairs);
    if (!fits(record, pairs, planes + 2)) return false;
    const lower = y + 1 < height ? to + stride : nowhere;
    position = row<T>(record, pairs, position, to, lower, shift);
    // Every position among the ones behind the end reads the same.
    if (position > end) position = end;
    to += stride << 1;
  }
  return true;
}

/** Replaces u in the records of a row by the bound U = u + max(1, the exponents of the four samples above), where a quad has two significant samples. */
function bounds<T>(record: usize, pairs: i32): void {
  let above = bottoms;
  for (let n = pairs << 1; n > 0; n--, record += 4, above += 2 << logSize<T>()) {
    const word = load<u32>(record);
    const rho = word & 0xf0;
    let bound: u32 = 1;
    if (rho & (rho - 0x10)) {
      if (sizeof<T>() === 8) {
        const any = load<u64>(above) | load<u64>(above, 8) | load<u64>(above, 16) | load<u64>(above, 24) | 2;
        bound = 63 - <u32>clz(any);
      } else {
        const two = load<u64>(above) | load<u64>(above, 8);
        bound = 31 - clz(<u32>two | <u32>(two >> 32) | 2);
      }
    }
    store<u32>(record, word + (bound << 16));
  }
}

function fits(record: usize, pairs: i32, most: u32): bool {
  let largest: u32 = 0;
  for (let n = pairs << 1; n > 0; n--, record += 4) largest = max(largest, load<u32>(record));
  return largest >> 16 <= most;
}

function row<T>(record: usize, pairs: i32, position: u32, upper: usize, lower: usize, shift: u32): u32 {
  let bottom = bottoms + (<usize>1 << logSize<T>());
  for (let n = pairs << 1; n > 0; n--) {
    const word = load<u32>(record);
    record += 4;
    const bound = word >> 16;
    for (let half: u32 = 0; half < 2; half++) {
      const s = half << 1;
      let v0: u64 = 0;
      let v1: u64 = 0;
      if (word & (0x10 << s)) {
        const m = bound - ((word >> (12 + s)) & 1);
        const bits = peek(magSgn, position);
        position += m;
        v0 = (bits & (((<u64>1) << m) - 1)) | (<u64>((word >> (8 + s)) & 1) << m);
        store<T>(upper, value<T>(v0, shift));
      } else store<T>(upper, 0);
      if (word & (0x20 << s)) {
        const m = bound - ((word >> (13 + s)) & 1);
        const bits = peek(magSgn, position);
        position += m;
        v1 = (bits & (((<u64>1) << m) - 1)) | (<u64>((word >> (9 + s)) & 1) << m);
        store<T>(lower, value<T>(v1, shift));
        v1 |= 1;
      } else store<T>(lower, 0);
      store<T>(bottom, <T>v1);
      upper += sizeof<T>();
      lower += sizeof<T>();
      bottom += sizeof<T>();
    }
  }
  return position;
}

/** From 2(µ - 1) + sign: ± µ at bit `shift`, and half a step where lower planes are missing (the middle of what it may be). */
// @ts-ignore: decorator
@inline
function value<T>(v: u64, shift: u32): T {
  const magnitude = <T>((((v | 1) + 2) << shift) >> 1);
  const sign = -<T>(v & 1);
  return <T>((magnitude ^ sign) - sign);
}
