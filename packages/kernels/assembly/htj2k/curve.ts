// LJ2K's lossy components on their way out: colour transform, curve, whole numbers, sign and magnitude to bits; float32, each step rounded by itself.
import { Resolution } from './wavelet';
import { lineOf97 } from './wavelet97';
import { expand16, expand32 } from './dwa-curve';

/** Where the lines of one component go and by which curve, 9 words that the host writes. */
@unmanaged
export class LossyOutput {
  /** Its highest resolution. */
  top: usize;
  /** A u32 for each row: where its line begins in the unpacked chunk. */
  places: usize;
  /** The table: four f32 a point: where it is, its value, how much more the next one has, nothing. 0: the curve of OpenEXR 3.5.0 and 3.5.1. */
  curve: usize;
  /** Its last point. */
  last: i32;
  /** Its ends, and points by unit. */
  from: f32;
  to: f32;
  inverse: f32;
  /** A line of its own, for the colour transform. */
  line: usize;
  /** 16 or 32. */
  bits: i32;
}

/** Makes `height` lines of `width` values of one component, or of the three that the colour transform ties together. */
export function lj2kLines(outputs: usize, three: i32, width: i32, height: i32): void {
  const a = changetype<LossyOutput>(outputs);
  const b = changetype<LossyOutput>(outputs + offsetof<LossyOutput>());
  const c = changetype<LossyOutput>(outputs + 2 * offsetof<LossyOutput>());
  for (let y = 0; y < height; y++) {
    const first = lineOf97(changetype<Resolution>(a.top), y);
    if (three) {
      const second = lineOf97(changetype<Resolution>(b.top), y);
      const third = lineOf97(changetype<Resolution>(c.top), y);
      colours(first, second, third, a.line, b.line, c.line, width);
      place(a.line, a, y, width);
      place(b.line, b, y, width);
      place(c.line, c, y, width);
    } else place(first, a, y, width);
  }
}

const CR_TO_RED: f32 = 1.402;
const CR_TO_GREEN: f32 = 0.7141362428665161;
const CB_TO_GREEN: f32 = 0.3441362679004669;
const CB_TO_BLUE: f32 = 1.772;

/** Irreversible component transform, inverse (T.800, G.3), with OpenJPH's factors. */
function colours(from: usize, cb: usize, cr: usize, red: usize, green: usize, blue: usize, width: i32): void {
  let n = width;
  if (ASC_FEATURE_SIMD) {
    const toRed = f32x4.splat(CR_TO_RED);
    const crToGreen = f32x4.splat(CR_TO_GREEN);
    const cbToGreen = f32x4.splat(CB_TO_GREEN);
    const toBlue = f32x4.splat(CB_TO_BLUE);
    for (; n >= 4; n -= 4) {
      const y = v128.load(from);
      const u = v128.load(cb);
      const v = v128.load(cr);
      v128.store(red, f32x4.add(y, f32x4.mul(toRed, v)));
      v128.store(green, f32x4.sub(f32x4.sub(y, f32x4.mul(crToGreen, v)), f32x4.mul(cbToGreen, u)));
      v128.store(blue, f32x4.add(y, f32x4.mul(toBlue, u)));
      from += 16;
      cb += 16;
      cr += 16;
      red += 16;
      green += 16;
      blue += 16;
    }
  }
  for (; n > 0; n--) {
    const y = load<f32>(from);
    const u = load<f32>(cb);
    const v = load<f32>(cr);
    store<f32>(red, y + CR_TO_RED * v);
    store<f32>(green, y - CR_TO_GREEN * v - CB_TO_GREEN * u);
    store<f32>(blue, y + CB_TO_BLUE * u);
    from += 4;
    cb += 4;
    cr += 4;
    red += 4;
    green += 4;
    blue += 4;
  }
}

function place(from: usize, output: LossyOutput, y: i32, width: i32): void {
  const to = <usize>load<u32>(output.places + (<usize>y << 2));
  if (output.curve === 0) placeExpanded(from, output, to, width);
  else if (output.bits === 16) placeCurved<i16>(from, output, to, width);
  else placeCurved<i32>(from, output, to, width);
}

/** Files of 3.5.2 and later: the table of the codestream. */
function placeCurved<T>(from: usize, output: LossyOutput, to: usize, width: i32): void {
  const curve = output.curve;
  const last = output.last;
  const low = output.from;
  const high = output.to;
  const inverse = output.inverse;
  const whole: f32 = sizeof<T>() === 2 ? 65536 : 4294967296;
  const half: f32 = sizeof<T>() === 2 ? 32768 : 2147483648;
  let n = width;
  if (ASC_FEATURE_SIMD) {
    const lows = f32x4.splat(low);
    const highs = f32x4.splat(high);
    const inverses = f32x4.splat(inverse);
    const lasts = i32x4.splat(last);
    const wholes = f32x4.splat(whole);
    const halves = f32x4.splat(half);
    const middle = f32x4.splat(0.5);
    const sign = i32x4.splat(0x80000000);
    const magic = f32x4.splat(8388608);
    const bothMagic = f32x4.splat(12582912);
    const mostHalf = f32x4.splat(32767);
    const leastHalf = f32x4.splat(-32768);
    for (; n >= 4; n -= 4) {
      const t = f32x4.pmax(f32x4.pmin(f32x4.add(v128.load(from), middle), highs), lows);
      // The whole number in the low bits of a float of 2^23 and more; what is no number finds any point.
      const floor = v128.xor(f32x4.add(f32x4.floor(f32x4.mul(f32x4.sub(t, lows), inverses)), magic), magic);
      const k = i32x4.min_u(floor, lasts);
      const a = v128.load(curve + (<usize>i32x4.extract_lane(k, 0) << 4));
      const b = v128.load(curve + (<usize>i32x4.extract_lane(k, 1) << 4));
      const c = v128.load(curve + (<usize>i32x4.extract_lane(k, 2) << 4));
      const d = v128.load(curve + (<usize>i32x4.extract_lane(k, 3) << 4));
      const ab = i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
      const cd = i8x16.shuffle(c, d, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
      const places = i8x16.shuffle(ab, cd, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
      const values = i8x16.shuffle(ab, cd, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
      const abMore = i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
      const cdMore = i8x16.shuffle(c, d, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
      const more = i8x16.shuffle(abMore, cdMore, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
      const z = f32x4.add(values, f32x4.mul(f32x4.mul(f32x4.sub(t, places), inverses), more));
      const u = f32x4.sub(f32x4.mul(z, wholes), halves);
      const rounded = f32x4.add(u, v128.or(v128.and(u, sign), middle));
      if (sizeof<T>() === 2) {
        // As above, with both signs: 1.5 × 2^23. What is no number becomes 0.
        const within = f32x4.pmax(f32x4.pmin(v128.and(rounded, f32x4.eq(rounded, rounded)), mostHalf), leastHalf);
        const v = i32x4.sub(f32x4.add(f32x4.trunc(within), bothMagic), bothMagic);
        const narrow = i16x8.narrow_i32x4_s(v, v);
        const bits = v128.xor(narrow, i16x8.shr_u(i16x8.shr_s(narrow, 15), 1));
        store<i64>(to, i64x2.extract_lane(bits, 0));
      } else {
        const v = i32x4.trunc_sat_f32x4_s(rounded);
        v128.store(to, v128.xor(v, i32x4.shr_u(i32x4.shr_s(v, 31), 1)));
      }
      from += 16;
      to += sizeof<T>() << 2;
    }
  }
  for (; n > 0; n--) {
    const t = max<f32>(low, min<f32>(high, load<f32>(from) + 0.5));
    const k = <usize>min<u32>(<u32>cut((t - low) * inverse), <u32>last);
    const point = curve + (k << 4);
    const z = load<f32>(point, 4) + (t - load<f32>(point)) * inverse * load<f32>(point, 8);
    store<T>(to, <T>bitsOf(rounded(z * whole - half), sizeof<T>() === 2 ? 0x7fff : 0x7fffffff));
    from += 4;
    to += sizeof<T>();
  }
}

/** Files of 3.5.0 and 3.5.1: DWA's curve. */
function placeExpanded(from: usize, output: LossyOutput, to: usize, width: i32): void {
  const half = output.bits === 16;
  for (let n = width; n > 0; n--, from += 4) {
    const x = load<f32>(from);
    if (half) {
      store<u16>(to, expand16(rounded(x * 65536)));
      to += 2;
    } else {
      store<f32>(to, expand32(rounded(x * 4294967296)));
      to += 4;
    }
  }
}

/** Half away from zero. */
// @ts-ignore: decorator
@inline
function rounded(u: f32): i32 {
  return cut(u + copysign<f32>(0.5, u));
}

/** Towards zero; to the nearest end beyond them, 0 for what is no number. */
// @ts-ignore: decorator
@inline
function cut(u: f32): i32 {
  return u >= 2147483648 ? i32.MAX_VALUE : u >= -2147483648 ? <i32>u : u === u ? i32.MIN_VALUE : 0;
}

/** A value of `most` at the most as it is stored: of a negative one all bits but the sign turned. */
// @ts-ignore: decorator
@inline
function bitsOf(value: i32, most: i32): i32 {
  const v = max(-most - 1, min(most, value));
  return v < 0 ? v ^ most : v;
}

/** Code blocks to coefficients: `width` × `height` values, i32 or (`wide`) i64, in half steps of the subband's lowest plane. In place where both are the same. */
export function lj2kDequantize(from: usize, fromStride: usize, to: usize, toStride: usize, width: i32, height: i32, wide: i32, step: f32): void {
  for (let y = 0; y < height; y++) {
    let source = from + <usize>y * fromStride;
    let target = to + <usize>y * toStride;
    let n = width;
    if (wide) {
      for (; n > 0; n--, source += 8, target += 4) store<f32>(target, <f32>load<i64>(source) * step);
    } else {
      if (ASC_FEATURE_SIMD) {
        const steps = f32x4.splat(step);
        for (; n >= 4; n -= 4, source += 16, target += 16) v128.store(target, f32x4.mul(f32x4.convert_i32x4_s(v128.load(source)), steps));
      }
      for (; n > 0; n--, source += 4, target += 4) store<f32>(target, <f32>load<i32>(source) * step);
    }
  }
}
