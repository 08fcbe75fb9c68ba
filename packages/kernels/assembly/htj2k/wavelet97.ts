// The irreversible 9/7 wavelet, inverse (ITU-T T.800, F.3 and F.4.8.2), in float32 with each step rounded by itself, line by line as wavelet.ts does
// it. Each resolution keeps eight lines: the four steps of a line need the three before it. Images begin at even coordinates.
import { Resolution } from './wavelet';

const K: f32 = 1.230174104914001;
const INVERSE_K: f32 = <f32>1 / K;
const A0: f32 = 0.443506852043971;
const A1: f32 = 0.882911075530934;
const A2: f32 = -0.052980118572961;
const A3: f32 = -1.586134342059924;

/** Row `y` of a resolution. Rows are asked for in order; this one is good until the next is asked for. */
export function lineOf97(level: Resolution, y: i32): usize {
  if (level.hl === 0) return level.ll + <usize>y * level.llStride;
  while (level.finished <= y) advance(level);
  return lineAt(level, y);
}

// @ts-ignore: decorator
@inline
function lineAt(level: Resolution, y: i32): usize {
  return level.ring + <usize>(y & 7) * level.ringStride;
}

/** The horizontal half of the next row. */
function enter(level: Resolution): void {
  const y = level.entered++;
  const row = <usize>(y >> 1);
  // Behind the lines: two of half the width, for the low and the high values of a row.
  const scratch = level.ring + (level.ringStride << 3);
  if (y & 1) horizontal(level.lh + row * level.lhStride, level.hh + row * level.hhStride, lineAt(level, y), level.width, scratch);
  else {
    const low = level.below ? lineOf97(changetype<Resolution>(level.below), <i32>row) : level.ll + row * level.llStride;
    horizontal(low, level.hl + row * level.hlStride, lineAt(level, y), level.width, scratch);
  }
}

/** Takes the next low row and the high one behind it in, and finishes what they allow: up to the low row before. */
function advance(level: Resolution): void {
  const width = level.width;
  const height = level.height;
  const y = level.entered;
  if (height === 1) {
    enter(level);
    level.finished = 1;
    return;
  }
  if (y >= height) return finishEven(level);
  enter(level);
  const low = lineAt(level, y);
  if (y + 1 === height) return finishOdd(level);
  enter(level);
  const high = lineAt(level, y + 1);
  const highBefore = lineAt(level, y - 1);
  const lowBefore = lineAt(level, y - 2);
  if (y >= 4) {
    lift(low, high, highBefore, lowBefore, lineAt(level, y - 3), lineAt(level, y - 4), width);
  } else {
    scale(low, K, width);
    scale(high, INVERSE_K, width);
    if (y === 0) {
      step(low, high, high, A0, width);
      return;
    }
    step(low, highBefore, high, A0, width);
    step(highBefore, lowBefore, low, A1, width);
    step(lowBefore, highBefore, highBefore, A2, width);
  }
  level.finished = y - 1;
}

/** The last row was a high one: below it the low row above it is seen again. */
function finishEven(level: Resolution): void {
  const width = level.width;
  const last = level.height - 1;
  const high = lineAt(level, last);
  const low = lineAt(level, last - 1);
  step(high, low, low, A1, width);
  finishBefore(level, last - 1);
  step(high, low, low, A3, width);
  level.finished = level.height;
}

/** The last row is a low one, which has just come. */
function finishOdd(level: Resolution): void {
  const width = level.width;
  const last = level.height - 1;
  const low = lineAt(level, last);
  const high = lineAt(level, last - 1);
  const lowBefore = lineAt(level, last - 2);
  scale(low, K, width);
  step(low, high, high, A0, width);
  step(high, lowBefore, low, A1, width);
  finishBefore(level, last - 2);
  step(low, high, high, A2, width);
  step(high, lowBefore, low, A3, width);
  level.finished = level.height;
}

/** The third step of low row `y`, and the last one of the high row above it. */
function finishBefore(level: Resolution, y: i32): void {
  const width = level.width;
  const low = lineAt(level, y);
  const high = lineAt(level, y + 1);
  const highBefore = y >= 2 ? lineAt(level, y - 1) : high;
  step(low, highBefore, high, A2, width);
  if (y >= 2) step(highBefore, lineAt(level, y - 2), low, A3, width);
}

function scale(row: usize, by: f32, width: i32): void {
  let n = width;
  if (ASC_FEATURE_SIMD) {
    const factor = f32x4.splat(by);
    for (; n >= 4; n -= 4, row += 16) v128.store(row, f32x4.mul(v128.load(row), factor));
  }
  for (; n > 0; n--, row += 4) store<f32>(row, load<f32>(row) * by);
}

/** row -= by × (a + b), each operation rounded. */
function step(row: usize, a: usize, b: usize, by: f32, width: i32): void {
  let n = width;
  if (ASC_FEATURE_SIMD) {
    const factor = f32x4.splat(by);
    for (; n >= 4; n -= 4, row += 16, a += 16, b += 16) {
      v128.store(row, f32x4.sub(v128.load(row), f32x4.mul(factor, f32x4.add(v128.load(a), v128.load(b)))));
    }
  }
  for (; n > 0; n--, row += 4, a += 4, b += 4) store<f32>(row, load<f32>(row) - by * (load<f32>(a) + load<f32>(b)));
}

/** The six factors, four times each: loaded they stay in registers. */
const FACTORS: usize = memory.data<f32>([
  1.230174104914001, 1.230174104914001, 1.230174104914001, 1.230174104914001, 0, 0, 0, 0,
  0.443506852043971, 0.443506852043971, 0.443506852043971, 0.443506852043971, 0.882911075530934, 0.882911075530934, 0.882911075530934, 0.882911075530934,
  -0.052980118572961, -0.052980118572961, -0.052980118572961, -0.052980118572961, -1.586134342059924, -1.586134342059924, -1.586134342059924, -1.586134342059924,
], 16);

/** All four steps when two rows have come: the first of `low`, the second of the high row before, and so on upwards. */
function lift(low: usize, high: usize, highBefore: usize, lowBefore: usize, highUp: usize, lowUp: usize, width: i32): void {
  let n = width;
  if (ASC_FEATURE_SIMD) {
    const k = v128.load(FACTORS);
    const inverse = f32x4.splat(INVERSE_K);
    const a0 = v128.load(FACTORS, 32);
    const a1 = v128.load(FACTORS, 48);
    const a2 = v128.load(FACTORS, 64);
    const a3 = v128.load(FACTORS, 80);
    for (; n >= 4; n -= 4) {
      const h = f32x4.mul(v128.load(high), inverse);
      v128.store(high, h);
      const hb = v128.load(highBefore);
      const l = f32x4.sub(f32x4.mul(v128.load(low), k), f32x4.mul(a0, f32x4.add(hb, h)));
      v128.store(low, l);
      const lb = v128.load(lowBefore);
      const g = f32x4.sub(hb, f32x4.mul(a1, f32x4.add(lb, l)));
      v128.store(highBefore, g);
      const hu = v128.load(highUp);
      const p = f32x4.sub(lb, f32x4.mul(a2, f32x4.add(hu, g)));
      v128.store(lowBefore, p);
      v128.store(highUp, f32x4.sub(hu, f32x4.mul(a3, f32x4.add(v128.load(lowUp), p))));
      low += 16;
      high += 16;
      highBefore += 16;
      lowBefore += 16;
      highUp += 16;
      lowUp += 16;
    }
  }
  for (; n > 0; n--) {
    const h = load<f32>(high) * INVERSE_K;
    store<f32>(high, h);
    const hb = load<f32>(highBefore);
    const l = load<f32>(low) * K - A0 * (hb + h);
    store<f32>(low, l);
    const lb = load<f32>(lowBefore);
    const g = hb - A1 * (lb + l);
    store<f32>(highBefore, g);
    const hu = load<f32>(highUp);
    const p = lb - A2 * (hu + g);
    store<f32>(lowBefore, p);
    store<f32>(highUp, hu - A3 * (load<f32>(lowUp) + p));
    low += 4;
    high += 4;
    highBefore += 4;
    lowBefore += 4;
    highUp += 4;
    lowUp += 4;
  }
}

/** Values behind the end that the steps look at. */
const BEHIND: i32 = 3;

/**
 * One row of `width` values from its low and high halves. `scratch` has room for both and 16 values more, and `out` for 8 more. Beyond the end the
 * row is mirrored in `scratch`; at the beginning the first values are made one by one.
 */
function horizontal(low: usize, high: usize, out: usize, width: i32, scratch: usize): void {
  if (width === 1) {
    store<f32>(out, load<f32>(low));
    return;
  }
  const lows = (width + 1) >> 1;
  const highs = width >> 1;
  const l = scratch;
  const h = scratch + (<usize>(lows + 8) << 2);
  memory.copy(l, low, <usize>lows << 2);
  memory.copy(h, high, <usize>highs << 2);
  scale(l, K, lows);
  scale(h, INVERSE_K, highs);
  for (let i = 0; i < BEHIND; i++) {
    store<f32>(l + (<usize>(lows + i) << 2), load<f32>(l + (<usize>(mirrored(2 * (lows + i), width) >> 1) << 2)));
    store<f32>(h + (<usize>(highs + i) << 2), load<f32>(h + (<usize>(mirrored(2 * (highs + i) + 1, width) >> 1) << 2)));
  }
  const h0 = load<f32>(h);
  const h1 = load<f32>(h, 4);
  const l0 = load<f32>(l) - A0 * (h0 + h0);
  const l1 = load<f32>(l, 4) - A0 * (h0 + h1);
  const g0 = h0 - A1 * (l0 + l1);
  const p0 = l0 - A2 * (g0 + g0);
  if (ASC_FEATURE_SIMD) return vectors(l + 8, h + 8, out, lows, h1, l1, g0, p0);
  let hb = h1;
  let lb = l1;
  let gb = g0;
  let pb = p0;
  let from = l + 8;
  let other = h + 8;
  let to = out;
  for (let n = lows; n > 0; n--) {
    const hn = load<f32>(other);
    const ln = load<f32>(from) - A0 * (hb + hn);
    const g = hb - A1 * (lb + ln);
    const p = lb - A2 * (gb + g);
    store<f32>(to, pb);
    store<f32>(to, gb - A3 * (pb + p), 4);
    hb = hn;
    lb = ln;
    gb = g;
    pb = p;
    from += 4;
    other += 4;
    to += 8;
  }
}

/** Where the value at `index`, from 0 or beyond the end, is in a row that is mirrored at both ends. */
function mirrored(index: i32, width: i32): i32 {
  const period = 2 * (width - 1);
  const place = index % period;
  return place < width ? place : period - place;
}

/** Four at a time; each step needs the value before the four, which is the last one of the vector before. */
function vectors(low: usize, high: usize, out: usize, lows: i32, h1: f32, l1: f32, g0: f32, p0: f32): void {
  const a0 = v128.load(FACTORS, 32);
  const a1 = v128.load(FACTORS, 48);
  const a2 = v128.load(FACTORS, 64);
  const a3 = v128.load(FACTORS, 80);
  let hb = f32x4.splat(h1);
  let lb = f32x4.splat(l1);
  let gb = f32x4.splat(g0);
  let pb = f32x4.splat(p0);
  for (let n = lows; n > 0; n -= 4) {
    const h = v128.load(high);
    const hs = after(hb, h);
    const l = f32x4.sub(v128.load(low), f32x4.mul(a0, f32x4.add(hs, h)));
    const ls = after(lb, l);
    const g = f32x4.sub(hs, f32x4.mul(a1, f32x4.add(ls, l)));
    const gs = after(gb, g);
    const p = f32x4.sub(ls, f32x4.mul(a2, f32x4.add(gs, g)));
    const ps = after(pb, p);
    const q = f32x4.sub(gs, f32x4.mul(a3, f32x4.add(ps, p)));
    v128.store(out, i8x16.shuffle(ps, q, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23));
    v128.store(out, i8x16.shuffle(ps, q, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31), 16);
    hb = h;
    lb = l;
    gb = g;
    pb = p;
    low += 16;
    high += 16;
    out += 32;
  }
}

/** The last of `before`, then the first three of `v`. */
// @ts-ignore: decorator
@inline
function after(before: v128, v: v128): v128 {
  return i8x16.shuffle(before, v, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27);
}
