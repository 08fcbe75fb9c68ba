// The reversible 5/3 wavelet, inverse (ITU-T T.800, F.3 and F.4.8.1), line by line: each resolution keeps four lines, and takes the low ones from
// the resolution below as it needs them. No resolution is ever whole in memory.

/** One resolution of one component, 17 words that the host writes; `entered` and `finished` begin at 0. Distances of rows are in bytes. */
@unmanaged
export class Resolution {
  /** The resolution below, which gives the rows of LL; 0 when there is none: then they lie at `ll`. */
  below: usize;
  ll: usize;
  llStride: usize;
  /** The subbands: horizontally high, vertically high, both. With `hl` 0 this is the lowest resolution, and its rows are those of `ll`. */
  hl: usize;
  hlStride: usize;
  lh: usize;
  lhStride: usize;
  hh: usize;
  hhStride: usize;
  /** Four lines. */
  ring: usize;
  ringStride: usize;
  width: i32;
  height: i32;
  /** 1 where the first column or row has an odd coordinate, so is a high one. */
  oddX: i32;
  oddY: i32;
  /** Rows that went through the horizontal half, and rows that are done. */
  entered: i32;
  finished: i32;
}

/** Row `y` of a resolution. Rows are asked for in order; this one is good until the next is asked for. */
export function lineOf<T>(level: Resolution, y: i32): usize {
  if (level.hl === 0) return level.ll + <usize>y * level.llStride;
  while (level.finished <= y) advance<T>(level);
  return lineAt(level, y);
}

// @ts-ignore: decorator
@inline
function lineAt(level: Resolution, y: i32): usize {
  return level.ring + <usize>(y & 3) * level.ringStride;
}

/** The horizontal half of the next row. Rows of even coordinate are low, the others high. */
function enter<T>(level: Resolution): void {
  const y = level.entered++;
  const line = lineAt(level, y);
  const row = (y + 1 - level.oddY) >> 1;
  if (((y + level.oddY) & 1) === 0) {
    const low = level.below ? lineOf<T>(changetype<Resolution>(level.below), row) : level.ll + <usize>row * level.llStride;
    horizontal<T>(low, level.hl + <usize>row * level.hlStride, line, level.width, level.oddX !== 0);
  } else {
    const high = row - 1 + level.oddY;
    horizontal<T>(level.lh + <usize>high * level.lhStride, level.hh + <usize>high * level.hhStride, line, level.width, level.oddX !== 0);
  }
}

/**
 * Takes rows in until the next high one is there: then the low row above it is lifted by its two high neighbours, and after that the high row
 * above by its two low ones. Where a neighbour is missing the other one stands for it.
 */
function advance<T>(level: Resolution): void {
  const width = level.width;
  const last = level.height - 1;
  if (last === 0) {
    // A single row: low as it is, high halved.
    enter<T>(level);
    if (level.oddY) halve<T>(level.ring, width);
    level.finished = 1;
    return;
  }
  // At the start: the first high row. With an odd start that is row 0, and the next one is needed too.
  do enter<T>(level); while (level.entered <= last && ((level.entered - 1 + level.oddY) & 1) === 0);
  const y = level.entered - 1;
  if (((y + level.oddY) & 1) === 0) {
    // The last row is low: nothing is below it. It finishes, and with it the high row above.
    const high = lineAt(level, y - 1);
    liftLow<T>(lineAt(level, y), high, high, width);
    liftHigh<T>(high, y > 1 ? lineAt(level, y - 2) : lineAt(level, y), lineAt(level, y), width);
    level.finished = level.height;
    return;
  }
  if (y === 0) return;
  const next = lineAt(level, y);
  const low = lineAt(level, y - 1);
  if (y === 1) liftLow<T>(low, next, next, width);
  else lift<T>(low, lineAt(level, y - 2), next, lineAt(level, y > 2 ? y - 3 : y - 1), width);
  level.finished = y;
  if (y === last) {
    liftHigh<T>(next, low, low, width);
    level.finished = level.height;
  }
}

function halve<T>(line: usize, width: i32): void {
  for (let n = width; n > 0; n--) {
    store<T>(line, load<T>(line) >> 1);
    line += sizeof<T>();
  }
}

/** 2 as four i32 and as two i64: loaded, it stays in a register; a constant vector would be built anew at each use. */
const TWOS: usize = memory.data<u32>([2, 2, 2, 2, 2, 0, 2, 0], 16);

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
    const two = v128.load(sizeof<T>() === 4 ? TWOS : TWOS + 16);
    const step = 16 / <i32>sizeof<T>();
    for (; n >= step; n -= step) {
      const h = v128.load(high);
      const l = v128.sub<T>(v128.load(low), v128.shr<T>(v128.add<T>(v128.add<T>(h, v128.load(next)), two), 2));
      // When there is no row above, `before` is `low`, and must be seen lifted.
      v128.store(low, l);
      v128.store(high, v128.add<T>(h, v128.shr<T>(v128.add<T>(v128.load(before), l), 1)));
      low += 16;
      high += 16;
      next += 16;
      before += 16;
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
      const two = v128.load(TWOS);
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
      const two = v128.load(TWOS, 16);
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
