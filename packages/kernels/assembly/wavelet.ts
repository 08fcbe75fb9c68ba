// The inverse of PIZ's two-dimensional Haar wavelet, in place (OpenEXR Technical Introduction, "PIZ Compression"). At level p = 2^k every
// value whose x and y are multiples of p takes part: quads of (x, y), (x + p, y), (x, y + p), (x + p, y + p) are undone first along y, then
// along x; a column or row that has no partner is undone alone. Levels run from the coarsest to p = 1.
//
// Sums are modulo 2^16. Data whose values fit in 14 bits use plain averages and differences; others a modular variant.

/**
 * Undoes the wavelet of the `width` × `height` values at `data`. A value is `words` 16-bit words (1 half, 2 uint or float), each of which is
 * a plane of its own. `max` is the largest value that the untransformed data may have: below 2^14 the 14-bit variant was used.
 */
export function waveletDecode(data: usize, width: usize, height: usize, words: usize, max: u32): void {
  if (max < 1 << 14) decodeLevels<i16>(data, width, height, words);
  else decodeLevels<u16>(data, width, height, words);
}

// The type parameter chooses the variant at compile time: i16 the 14-bit one, u16 the modular 16-bit one.

function decodeLevels<V>(data: usize, width: usize, height: usize, words: usize): void {
  const smaller = min(width, height);
  let p: usize = 1;
  while (p <= smaller) p <<= 1;
  for (p >>= 2; p >= 1; p >>= 1) decodeLevel<V>(data, width, height, words, p);
}

function decodeLevel<V>(data: usize, width: usize, height: usize, words: usize, p: usize): void {
  const value = words << 1; // bytes
  const step = value * p; // bytes from x to x + p
  const pitch = value * width; // bytes of a row
  const below = pitch * p; // bytes from y to y + p
  const quads = width / (p << 1);
  const pairs = height / (p << 1);
  const lone = (width & p) != 0;
  for (let pair: usize = 0; pair < pairs; pair++) {
    const row = data + pair * (below << 1);
    let done: usize = 0;
    if (ASC_FEATURE_SIMD) done = decodeQuadsSimd<V>(row, row + below, quads, step, words);
    for (let x = row + done * (step << 1), end = row + quads * (step << 1); x < end; x += step << 1) {
      for (let word: usize = 0; word < value; word += 2) decodeQuad<V>(x + word, step, below);
    }
    if (lone) {
      for (let word: usize = 0; word < value; word += 2) decodePair<V>(row + quads * (step << 1) + word, below);
    }
  }
  if (height & p) {
    const row = data + pairs * (below << 1);
    for (let x = row, end = row + quads * (step << 1); x < end; x += step << 1) {
      for (let word: usize = 0; word < value; word += 2) decodePair<V>(x + word, step);
    }
  }
}

// @ts-ignore: decorator
@inline
function upper<V>(low: i32, high: i32): i32 {
  if (isSigned<V>()) return low + (high & 1) + (high >> 1);
  return high + low - (high >> 1) - 0x8000;
}

// @ts-ignore: decorator
@inline
function lower<V>(low: i32, high: i32): i32 {
  if (isSigned<V>()) return low + (high & 1) + (high >> 1) - high;
  return low - (high >> 1);
}

// @ts-ignore: decorator
@inline
function decodePair<V>(at: usize, apart: usize): void {
  const low = <i32>load<V>(at);
  const high = <i32>load<V>(at + apart);
  store<u16>(at, <u16>upper<V>(low, high));
  store<u16>(at + apart, <u16>lower<V>(low, high));
}

// @ts-ignore: decorator
@inline
function decodeQuad<V>(at: usize, right: usize, below: usize): void {
  const left = <i32>load<V>(at);
  const leftBelow = <i32>load<V>(at + below);
  const next = <i32>load<V>(at + right);
  const nextBelow = <i32>load<V>(at + below + right);
  const low = <i32><V>upper<V>(left, leftBelow);
  const high = <i32><V>upper<V>(next, nextBelow);
  store<u16>(at, <u16>upper<V>(low, high));
  store<u16>(at + right, <u16>lower<V>(low, high));
  const lowBelow = <i32><V>lower<V>(left, leftBelow);
  const highBelow = <i32><V>lower<V>(next, nextBelow);
  store<u16>(at + below, <u16>upper<V>(lowBelow, highBelow));
  store<u16>(at + below + right, <u16>lower<V>(lowBelow, highBelow));
}

/**
 * Undoes as many whole quads of two rows as vectors hold, for values 2, 4 or 8 bytes apart; words that do not take part at this level are
 * kept. Returns the number of quads done.
 */
function decodeQuadsSimd<V>(row: usize, rowBelow: usize, quads: usize, step: usize, words: usize): usize {
  if (step == 2) {
    const whole = quads & ~7;
    for (let end = row + (whole << 2); row < end; row += 32, rowBelow += 32) decodeVectors<V, u16>(row, rowBelow, i16x8.splat(-1));
    return whole;
  }
  if (step == 4) {
    const whole = quads & ~3;
    const mask = i32x4.splat(words == 2 ? -1 : 0xffff);
    for (let end = row + (whole << 3); row < end; row += 32, rowBelow += 32) decodeVectors<V, u32>(row, rowBelow, mask);
    return whole;
  }
  if (step == 8) {
    const whole = quads & ~1;
    const mask = i64x2.splat(words == 2 ? 0xffffffff : 0xffff);
    for (let end = row + (whole << 4); row < end; row += 32, rowBelow += 32) decodeVectors<V, u64>(row, rowBelow, mask);
    return whole;
  }
  return 0;
}

/** 32 bytes of both rows; `L` is as wide as the distance of neighbours, `mask` has the words that take part. */
// @ts-ignore: decorator
@inline
function decodeVectors<V, L>(row: usize, rowBelow: usize, mask: v128): void {
  const a = v128.load(row);
  const b = v128.load(row, 16);
  const c = v128.load(rowBelow);
  const d = v128.load(rowBelow, 16);
  let top0 = upperVector<V>(a, c);
  let top1 = upperVector<V>(b, d);
  let under0 = lowerVector<V>(a, c);
  let under1 = lowerVector<V>(b, d);
  let low = evens<L>(top0, top1);
  let high = odds<L>(top0, top1);
  let first = upperVector<V>(low, high);
  let second = lowerVector<V>(low, high);
  top0 = zipLow<L>(first, second);
  top1 = zipHigh<L>(first, second);
  low = evens<L>(under0, under1);
  high = odds<L>(under0, under1);
  first = upperVector<V>(low, high);
  second = lowerVector<V>(low, high);
  under0 = zipLow<L>(first, second);
  under1 = zipHigh<L>(first, second);
  if (sizeof<L>() > 2) {
    top0 = v128.bitselect(top0, a, mask);
    top1 = v128.bitselect(top1, b, mask);
    under0 = v128.bitselect(under0, c, mask);
    under1 = v128.bitselect(under1, d, mask);
  }
  v128.store(row, top0);
  v128.store(row, top1, 16);
  v128.store(rowBelow, under0);
  v128.store(rowBelow, under1, 16);
}

// @ts-ignore: decorator
@inline
function upperVector<V>(low: v128, high: v128): v128 {
  if (isSigned<V>()) {
    return i16x8.add(low, i16x8.add(v128.and(high, i16x8.splat(1)), i16x8.shr_s(high, 1)));
  }
  return i16x8.add(i16x8.add(high, i16x8.splat(-0x8000)), i16x8.sub(low, i16x8.shr_u(high, 1)));
}

// @ts-ignore: decorator
@inline
function lowerVector<V>(low: v128, high: v128): v128 {
  // (h & 1) + (h >> 1) - h = -(h >> 1), arithmetic shift.
  if (isSigned<V>()) return i16x8.sub(low, i16x8.shr_s(high, 1));
  return i16x8.sub(low, i16x8.shr_u(high, 1));
}

// @ts-ignore: decorator
@inline
function evens<L>(a: v128, b: v128): v128 {
  if (sizeof<L>() == 2) return v128.shuffle<u16>(a, b, 0, 2, 4, 6, 8, 10, 12, 14);
  if (sizeof<L>() == 4) return v128.shuffle<u32>(a, b, 0, 2, 4, 6);
  return v128.shuffle<u64>(a, b, 0, 2);
}

// @ts-ignore: decorator
@inline
function odds<L>(a: v128, b: v128): v128 {
  if (sizeof<L>() == 2) return v128.shuffle<u16>(a, b, 1, 3, 5, 7, 9, 11, 13, 15);
  if (sizeof<L>() == 4) return v128.shuffle<u32>(a, b, 1, 3, 5, 7);
  return v128.shuffle<u64>(a, b, 1, 3);
}

// @ts-ignore: decorator
@inline
function zipLow<L>(a: v128, b: v128): v128 {
  if (sizeof<L>() == 2) return v128.shuffle<u16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
  if (sizeof<L>() == 4) return v128.shuffle<u32>(a, b, 0, 4, 1, 5);
  return v128.shuffle<u64>(a, b, 0, 2);
}

// @ts-ignore: decorator
@inline
function zipHigh<L>(a: v128, b: v128): v128 {
  if (sizeof<L>() == 2) return v128.shuffle<u16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
  if (sizeof<L>() == 4) return v128.shuffle<u32>(a, b, 2, 6, 3, 7);
  return v128.shuffle<u64>(a, b, 1, 3);
}
