// The way out of the codestream, line by line: wavelet, inverse reversible colour transform (T.800, G.2), binary complement to sign and magnitude
// (T.801, NLT type 3) or level shift, and the values' low 16 or 32 bits into the lines of the unpacked chunk.
import { lineOf, Resolution } from './wavelet';

/** Where the lines of one component go, 5 words that the host writes. */
@unmanaged
export class Output {
  /** Its highest resolution. */
  top: usize;
  /** A u32 for each row: where its line begins in the unpacked chunk. The values go `indent` bytes behind that. */
  places: usize;
  indent: usize;
  /** A negative value's bits are flipped by `complement`, then all values' by `offset` (2^(bits - 1) for unsigned ones). */
  complement: u32;
  offset: u32;
}

/**
 * Makes `height` lines of `width` values of the components whose Outputs lie one after another at `outputs`: one, or three that the colour
 * transform ties together. `bytes`: 2 or 4 a value. `wide`: subbands of i64 instead of i32.
 */
export function htj2kLines(outputs: usize, three: i32, width: i32, height: i32, bytes: i32, wide: i32): void {
  if (wide) {
    if (bytes === 2) lines<i64, u16>(outputs, three !== 0, width, height);
    else lines<i64, u32>(outputs, three !== 0, width, height);
  } else if (bytes === 2) lines<i32, u16>(outputs, three !== 0, width, height);
  else lines<i32, u32>(outputs, three !== 0, width, height);
}

function lines<T, V>(outputs: usize, three: bool, width: i32, height: i32): void {
  const a = changetype<Output>(outputs);
  const b = changetype<Output>(outputs + offsetof<Output>());
  const c = changetype<Output>(outputs + 2 * offsetof<Output>());
  for (let y = 0; y < height; y++) {
    const first = lineOf<T>(changetype<Resolution>(a.top), y);
    if (three) {
      const second = lineOf<T>(changetype<Resolution>(b.top), y);
      const third = lineOf<T>(changetype<Resolution>(c.top), y);
      storeColours<T, V>(first, second, third, a, b, c, y, width);
    } else storeLine<T, V>(first, a, y, width);
  }
}

/** Bits of eight or four values as they are stored: the low halves of two vectors, complemented and shifted. */
// @ts-ignore: decorator
@inline
function finish<T>(a: v128, b: v128, flip: v128, shift: v128): v128 {
  if (sizeof<T>() === 4) {
    const x = v128.xor(a, v128.and(i32x4.shr_s(a, 31), flip));
    const y = v128.xor(b, v128.and(i32x4.shr_s(b, 31), flip));
    // Narrowing saturates: wrapped to 16 bits before, values stay as they are.
    return v128.xor(i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.shl(x, 16), 16), i32x4.shr_s(i32x4.shl(y, 16), 16)), shift);
  }
  const low = i8x16.shuffle(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
  const high = i8x16.shuffle(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
  return v128.xor(v128.xor(low, v128.and(i32x4.shr_s(high, 31), flip)), shift);
}

// @ts-ignore: decorator
@inline
function finishOne<T>(value: T, output: Output): u32 {
  return <u32>value ^ (value < 0 ? output.complement : 0) ^ output.offset;
}

// @ts-ignore: decorator
@inline
function shiftOf<T>(output: Output): v128 {
  return sizeof<T>() === 4 ? i16x8.splat(<i16>output.offset) : i32x4.splat(<i32>output.offset);
}

// @ts-ignore: decorator
@inline
function lineIn(output: Output, y: i32): usize {
  return output.indent + <usize>load<u32>(output.places + (<usize>y << 2));
}

/** Lines of half come from i32, of float and uint from i64: those two pairs go by vectors. */
// @ts-ignore: decorator
@inline
function hasVectors<T, V>(): bool {
  return sizeof<T>() === 2 * sizeof<V>();
}

function storeLine<T, V>(from: usize, output: Output, y: i32, width: i32): void {
  let to = lineIn(output, y);
  let n = width;
  if (ASC_FEATURE_SIMD) {
    if (hasVectors<T, V>()) {
      const flip = i32x4.splat(<i32>output.complement);
      const shift = shiftOf<T>(output);
      const step = 16 / <i32>sizeof<V>();
      for (; n >= step; n -= step) {
        v128.store(to, finish<T>(v128.load(from), v128.load(from, 16), flip, shift));
        from += 32;
        to += 16;
      }
    }
  }
  for (; n > 0; n--) {
    store<V>(to, <V>finishOne<T>(load<T>(from), output));
    from += sizeof<T>();
    to += sizeof<V>();
  }
}

/** Lines y, u, v to red, green, blue: green = y - (u + v) / 4 rounded down, red = v + green, blue = u + green. The lines stay as the wavelet needs them. */
function storeColours<T, V>(first: usize, second: usize, third: usize, a: Output, b: Output, c: Output, y: i32, width: i32): void {
  let red = lineIn(a, y);
  let green = lineIn(b, y);
  let blue = lineIn(c, y);
  let n = width;
  if (ASC_FEATURE_SIMD) {
    if (hasVectors<T, V>()) {
      const flipA = i32x4.splat(<i32>a.complement);
      const flipB = i32x4.splat(<i32>b.complement);
      const flipC = i32x4.splat(<i32>c.complement);
      const shiftA = shiftOf<T>(a);
      const shiftB = shiftOf<T>(b);
      const shiftC = shiftOf<T>(c);
      const step = 16 / <i32>sizeof<V>();
      for (; n >= step; n -= step) {
        const u0 = v128.load(second);
        const u1 = v128.load(second, 16);
        const v0 = v128.load(third);
        const v1 = v128.load(third, 16);
        const g0 = v128.sub<T>(v128.load(first), v128.shr<T>(v128.add<T>(u0, v0), 2));
        const g1 = v128.sub<T>(v128.load(first, 16), v128.shr<T>(v128.add<T>(u1, v1), 2));
        v128.store(red, finish<T>(v128.add<T>(v0, g0), v128.add<T>(v1, g1), flipA, shiftA));
        v128.store(green, finish<T>(g0, g1, flipB, shiftB));
        v128.store(blue, finish<T>(v128.add<T>(u0, g0), v128.add<T>(u1, g1), flipC, shiftC));
        first += 32;
        second += 32;
        third += 32;
        red += 16;
        green += 16;
        blue += 16;
      }
    }
  }
  for (; n > 0; n--) {
    const u = load<T>(second);
    const v = load<T>(third);
    const g = <T>(load<T>(first) - ((u + v) >> 2));
    store<V>(red, <V>finishOne<T>(<T>(v + g), a));
    store<V>(green, <V>finishOne<T>(g, b));
    store<V>(blue, <V>finishOne<T>(<T>(u + g), c));
    first += sizeof<T>();
    second += sizeof<T>();
    third += sizeof<T>();
    red += sizeof<V>();
    green += sizeof<V>();
    blue += sizeof<V>();
  }
}
