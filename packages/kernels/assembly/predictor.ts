// The predictor of RLE, ZIPS and ZIP (OpenEXR Technical Introduction, "Data Compression"): a writer puts the even bytes
// before the odd ones, then stores each byte as its difference from the one before, plus 128.

/**
 * Undoes both: the bytes at `source` as stored, the pixels' bytes at `out`. The two do not overlap; `source` is only
 * read. The halves are summed side by side: the second begins with the sum of the first, which is found beforehand.
 */
export function reconstructBytes(source: usize, out: usize, length: usize): void {
  if (!length) return;
  const half = (length + 1) >> 1;
  let even: u32 = 0x80; // the first byte is not a difference
  let odd = sumOfBytes(source, half) + (<u32>(half - 1) << 7);
  let from = source;
  let other = source + half;
  let to = out;
  let left = length >> 1;
  if (ASC_FEATURE_SIMD) {
    const bias = i8x16.splat(-128);
    let evens = i8x16.splat(<i8>even);
    let odds = i8x16.splat(<i8>odd);
    for (; left >= 16; left -= 16) {
      evens = i8x16.add(prefixSums(v128.xor(v128.load(from), bias)), evens);
      odds = i8x16.add(prefixSums(v128.xor(v128.load(other), bias)), odds);
      v128.store(to, v128.shuffle<u8>(evens, odds, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
      v128.store(to, v128.shuffle<u8>(evens, odds, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), 16);
      evens = v128.shuffle<u8>(evens, evens, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15);
      odds = v128.shuffle<u8>(odds, odds, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15);
      from += 16;
      other += 16;
      to += 32;
    }
    even = i8x16.extract_lane_u(evens, 0);
    odd = i8x16.extract_lane_u(odds, 0);
  }
  for (; left; left--) {
    even += <u32>load<u8>(from++) + 0x80;
    odd += <u32>load<u8>(other++) + 0x80;
    store<u16>(to, <u16>((even & 0xff) | (odd << 8)));
    to += 2;
  }
  if (length & 1) store<u8>(to, <u8>(even + <u32>load<u8>(from) + 0x80));
}

/** In each lane the sum of it and those before it. */
// @ts-ignore: decorator
@inline
function prefixSums(v: v128): v128 {
  const zero = i8x16.splat(0);
  v = i8x16.add(v, v128.shuffle<u8>(zero, v, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30));
  v = i8x16.add(v, v128.shuffle<u8>(zero, v, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29));
  v = i8x16.add(v, v128.shuffle<u8>(zero, v, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27));
  return i8x16.add(v, v128.shuffle<u8>(zero, v, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23));
}

/** Modulo 256 it is right; the bits above are not meant. */
function sumOfBytes(address: usize, length: usize): u32 {
  let sum: u32 = 0;
  if (ASC_FEATURE_SIMD) {
    let sums = i8x16.splat(0);
    for (; length >= 16; length -= 16) {
      sums = i8x16.add(sums, v128.load(address));
      address += 16;
    }
    sum = i8x16.extract_lane_u(prefixSums(sums), 15);
  }
  for (; length; length--) sum += load<u8>(address++);
  return sum;
}
