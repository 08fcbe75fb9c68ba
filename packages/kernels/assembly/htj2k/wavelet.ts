// The reversible 5/3 wavelet, inverse (ITU-T T.800, F.3 and F.4.8.1): one level, from four subbands to the next resolution.

// @ts-ignore: decorator
@inline
function logSize<T>(): usize {
  return sizeof<T>() === 8 ? 3 : 2;
}

/**
 * `width` × `height` coefficients at `out` from the subbands: `ll` (horizontally and vertically low), `hl` (horizontally high), `lh`, `hh`, with the
 * distances of their rows in bytes. `oddX`, `oddY`: the resolution's first column or row has an odd coordinate, so is a high one. `wide`: i64 instead of i32.
 * 16 bytes behind each subband's rows may be read.
 */
export function htj2kSynthesize(
  ll: usize, llStride: usize, hl: usize, hlStride: usize, lh: usize, lhStride: usize, hh: usize, hhStride: usize,
  out: usize, outStride: usize, width: i32, height: i32, oddX: i32, oddY: i32, wide: i32,
): void {
  if (wide) synthesize<i64>(ll, llStride, hl, hlStride, lh, lhStride, hh, hhStride, out, outStride, width, height, oddX !== 0, oddY);
  else synthesize<i32>(ll, llStride, hl, hlStride, lh, lhStride, hh, hhStride, out, outStride, width, height, oddX !== 0, oddY);
}

function synthesize<T>(
  ll: usize, llStride: usize, hl: usize, hlStride: usize, lh: usize, lhStride: usize, hh: usize, hhStride: usize,
  out: usize, outStride: usize, width: i32, height: i32, oddX: bool, oddY: i32,
): void {
  if (height === 1) {
    // A single row: low as it is, high halved.
    if (oddY === 0) return horizontal<T>(ll, hl, out, width, oddX);
    horizontal<T>(lh, hh, out, width, oddX);
    for (let x = 0; x < width; x++) {
      const at = out + (<usize>x << logSize<T>());
      store<T>(at, load<T>(at) >> 1);
    }
    return;
  }
  // Rows arrive interleaved; as soon as a high row is there, the low row above it is lifted by its two high neighbours, and then the high row
  // above that by its two low ones. Where a neighbour is missing the other one stands for it.
  let at = out;
  for (let y = 0; y < height; y++, at += outStride) {
    if (((y + oddY) & 1) === 0) {
      horizontal<T>(ll, hl, at, width, oddX);
      ll += llStride;
      hl += hlStride;
      continue;
    }
    horizontal<T>(lh, hh, at, width, oddX);
    lh += lhStride;
    hh += hhStride;
    if (y === 0) continue;
    const low = at - outStride;
    if (y === 1) {
      liftLow<T>(low, at, at, width);
      continue;
    }
    const high = low - outStride;
    if (y === 2) lift<T>(low, high, at, low, width);
    else lift<T>(low, high, at, high - outStride, width);
  }
  const last = at - outStride;
  if (((height - 1 + oddY) & 1) === 0) {
    // The last row is low.
    const high = last - outStride;
    if (height === 2) {
      liftLow<T>(last, high, high, width);
      liftHigh<T>(high, last, last, width);
    } else {
      liftLow<T>(last, high, high, width);
      liftHigh<T>(high, high - outStride, last, width);
    }
  } else liftHigh<T>(last, last - outStride, last - outStride, width);
}

/** low -= (a + b + 2) / 4, rounded down, a and b being the high rows on both sides. */
function liftLow<T>(low: usize, a: usize, b: usize, width: i32): void {
  for (let n = width; n > 0; n--) {
    store<T>(low, load<T>(low) - ((load<T>(a) + load<T>(b) + 2) >> 2));
    low += sizeof<T>();
    a += sizeof<T>();
    b += sizeof<T>();
  }
}

/** high += (a + b) / 2, rounded down, a and b being the low rows on both sides. */
function liftHigh<T>(high: usize, a: usize, b: usize, width: i32): void {
  for (let n = width; n > 0; n--) {
    store<T>(high, load<T>(high) + ((load<T>(a) + load<T>(b)) >> 1));
    high += sizeof<T>();
    a += sizeof<T>();
    b += sizeof<T>();
  }
}

/** liftLow of `low` between `high` and `next`, then liftHigh of `high` between `before` and `low`, in one go. */
function lift<T>(low: usize, high: usize, next: usize, before: usize, width: i32): void {
  let n = width;
  if (ASC_FEATURE_SIMD) {
    if (sizeof<T>() === 4) {
      const two = i32x4.splat(2);
      for (; n >= 4; n -= 4) {
        const h = v128.load(high);
        const l = i32x4.sub(v128.load(low), i32x4.shr_s(i32x4.add(i32x4.add(h, v128.load(next)), two), 2));
        // When there is no row above, `before` is `low`, and must be seen lifted.
        v128.store(low, l);
        v128.store(high, i32x4.add(h, i32x4.shr_s(i32x4.add(v128.load(before), l), 1)));
        low += 16;
        high += 16;
        next += 16;
        before += 16;
      }
    } else {
      const two = i64x2.splat(2);
      for (; n >= 2; n -= 2) {
        const h = v128.load(high);
        const l = i64x2.sub(v128.load(low), i64x2.shr_s(i64x2.add(i64x2.add(h, v128.load(next)), two), 2));
        v128.store(low, l);
        v128.store(high, i64x2.add(h, i64x2.shr_s(i64x2.add(v128.load(before), l), 1)));
        low += 16;
        high += 16;
        next += 16;
        before += 16;
      }
    }
  }
  for (; n > 0; n--) {
    const h = load<T>(high);
    const l = <T>(load<T>(low) - ((h + load<T>(next) + 2) >> 2));
    store<T>(low, l);
    store<T>(high, h + ((load<T>(before) + l) >> 1));
    low += sizeof<T>();
    high += sizeof<T>();
    next += sizeof<T>();
    before += sizeof<T>();
  }
}

/** One row of `width` values from its low and high halves. */
function horizontal<T>(low: usize, high: usize, out: usize, width: i32, odd: bool): void {
  if (odd) return horizontalOdd<T>(low, high, out, width);
  if (width === 1) {
    store<T>(out, load<T>(low));
    return;
  }
  const highs = width >> 1;
  let before = load<T>(high);
  let even = <T>(load<T>(low) - ((before + before + 2) >> 2));
  let k = 1;
  if (ASC_FEATURE_SIMD) {
    if (sizeof<T>() === 4) {
      // Four high ones between five even ones at a time: the first even one is known from before.
      const two = i32x4.splat(2);
      let known = i32x4.splat(<i32>even);
      for (; k + 4 <= highs; k += 4) {
        const h = v128.load(high);
        const evens = i32x4.sub(v128.load(low, 4), i32x4.shr_s(i32x4.add(i32x4.add(h, v128.load(high, 4)), two), 2));
        const lefts = i8x16.shuffle(known, evens, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27);
        const odds = i32x4.add(h, i32x4.shr_s(i32x4.add(lefts, evens), 1));
        v128.store(out, i8x16.shuffle(lefts, odds, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23));
        v128.store(out, i8x16.shuffle(lefts, odds, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31), 16);
        known = evens;
        low += 16;
        high += 16;
        out += 32;
      }
      even = <T>i32x4.extract_lane(known, 3);
    } else {
      const two = i64x2.splat(2);
      let known = i64x2.splat(<i64>even);
      for (; k + 2 <= highs; k += 2) {
        const h = v128.load(high);
        const evens = i64x2.sub(v128.load(low, 8), i64x2.shr_s(i64x2.add(i64x2.add(h, v128.load(high, 8)), two), 2));
        const lefts = i8x16.shuffle(known, evens, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23);
        const odds = i64x2.add(h, i64x2.shr_s(i64x2.add(lefts, evens), 1));
        v128.store(out, i8x16.shuffle(lefts, odds, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23));
        v128.store(out, i8x16.shuffle(lefts, odds, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31), 16);
        known = evens;
        low += 16;
        high += 16;
        out += 32;
      }
      even = <T>i64x2.extract_lane(known, 1);
    }
    before = load<T>(high);
  }
  // `even` and `before` are the even value and the high coefficient at k - 1; `low` and `high` stand there too.
  for (; k < highs; k++) {
    low += sizeof<T>();
    high += sizeof<T>();
    const h = load<T>(high);
    const right = <T>(load<T>(low) - ((before + h + 2) >> 2));
    store<T>(out, even);
    store<T>(out + sizeof<T>(), before + ((even + right) >> 1));
    out += sizeof<T>() << 1;
    even = right;
    before = h;
  }
  store<T>(out, even);
  if (width & 1) {
    const right = <T>(load<T>(low + sizeof<T>()) - ((before + before + 2) >> 2));
    store<T>(out + sizeof<T>(), before + ((even + right) >> 1));
    store<T>(out + (sizeof<T>() << 1), right);
  } else store<T>(out + sizeof<T>(), before + even);
}

/** The same where the first column is a high one: only images or tiles at odd offsets have it. */
function horizontalOdd<T>(low: usize, high: usize, out: usize, width: i32): void {
  if (width === 1) {
    store<T>(out, load<T>(high) >> 1);
    return;
  }
  const lows = width >> 1;
  const size = sizeof<T>();
  let left = <T>0;
  for (let k = 0; k < lows; k++) {
    const h = load<T>(high);
    const next = 2 * k + 2 < width ? load<T>(high + size) : h;
    const even = <T>(load<T>(low) - ((h + next + 2) >> 2));
    store<T>(out, h + (((k === 0 ? even : left) + even) >> 1));
    store<T>(out + size, even);
    left = even;
    low += size;
    high += size;
    out += size << 1;
  }
  if (width & 1) store<T>(out, load<T>(high) + left);
}
