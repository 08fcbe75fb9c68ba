// The way out: inverse reversible colour transform (T.800, G.2), binary complement to sign and magnitude (T.801 NLT type 3) or level shift, and the
// values' low 16 or 32 bits into the lines of the unpacked chunk.

/**
 * Stores `rows` rows of `width` values. `from`: i32, or i64 when `wide`, rows `stride` bytes apart. `places`: a u32 for each row, where
 * its line begins; the values go `indent` bytes behind that.
 * A negative value's bits are flipped by `complement`, then all by `offset` (2^(bits - 1) for unsigned ones). `bytes`: 2 or 4 a value.
 */
export function htj2kStore(
  from: usize, stride: usize, width: i32, rows: i32, indent: usize, places: usize, complement: u32, offset: u32, bytes: i32, wide: i32,
): void {
  for (let y = 0; y < rows; y++, from += stride, places += 4) {
    const to = indent + <usize>load<u32>(places);
    if (wide) {
      if (bytes === 2) storeRow<i64, u16>(from, width, to, complement, offset);
      else storeRow<i64, u32>(from, width, to, complement, offset);
    } else if (bytes === 2) storeRow<i32, u16>(from, width, to, complement, offset);
    else storeRow<i32, u32>(from, width, to, complement, offset);
  }
}

function storeRow<T, V>(from: usize, width: i32, to: usize, complement: u32, offset: u32): void {
  let n = width;
  if (ASC_FEATURE_SIMD) {
    if (sizeof<T>() === 4 && sizeof<V>() === 2) {
      const flip = i32x4.splat(<i32>complement);
      const shift = i32x4.splat(<i32>offset);
      for (; n >= 8; n -= 8) {
        const a = v128.load(from);
        const b = v128.load(from, 16);
        const x = v128.xor(v128.xor(a, v128.and(i32x4.shr_s(a, 31), flip)), shift);
        const y = v128.xor(v128.xor(b, v128.and(i32x4.shr_s(b, 31), flip)), shift);
        v128.store(to, i8x16.shuffle(x, y, 0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29));
        from += 32;
        to += 16;
      }
    }
  }
  for (; n > 0; n--) {
    const value = load<T>(from);
    store<V>(to, <V>(<u32>value ^ (value < 0 ? complement : 0) ^ offset));
    from += sizeof<T>();
    to += sizeof<V>();
  }
}

/** Undoes the reversible colour transform in place on three planes of equal size: y, u, v become red, green, blue. */
export function htj2kColour(y: usize, u: usize, v: usize, stride: usize, width: i32, rows: i32, wide: i32): void {
  for (let row = 0; row < rows; row++) {
    if (wide) colourRow<i64>(y, u, v, width);
    else colourRow<i32>(y, u, v, width);
    y += stride;
    u += stride;
    v += stride;
  }
}

function colourRow<T>(y: usize, u: usize, v: usize, width: i32): void {
  let n = width;
  if (ASC_FEATURE_SIMD) {
    if (sizeof<T>() === 4) {
      for (; n >= 4; n -= 4) {
        const blue = v128.load(u);
        const red = v128.load(v);
        const green = i32x4.sub(v128.load(y), i32x4.shr_s(i32x4.add(blue, red), 2));
        v128.store(y, i32x4.add(red, green));
        v128.store(u, green);
        v128.store(v, i32x4.add(blue, green));
        y += 16;
        u += 16;
        v += 16;
      }
    }
  }
  for (; n > 0; n--) {
    const blue = load<T>(u);
    const red = load<T>(v);
    const green = <T>(load<T>(y) - ((blue + red) >> 2));
    store<T>(y, <T>(red + green));
    store<T>(u, green);
    store<T>(v, <T>(blue + green));
    y += sizeof<T>();
    u += sizeof<T>();
    v += sizeof<T>();
  }
}
