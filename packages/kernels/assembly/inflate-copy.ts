// How inflate repeats what it has written: whole words, which may pass the end of a match by up to 16 bytes.

/**
 * For distances below 16 the lanes i mod distance, and the most bytes below 17 that hold whole repeats; for the build
 * without SIMD, of 8 bytes.
 */
const REPEAT_LANES: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1,
  0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0,
  0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0,
  0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 0, 1,
  0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 6,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1, 2, 3, 4,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 1, 2,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 0, 1,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0,
]);
const REPEAT_STEP: usize = memory.data<u8>([0, 16, 16, 15, 16, 15, 12, 14, 16, 9, 10, 11, 12, 13, 14, 15]);
const REPEAT_STEP_8: usize = memory.data<u8>([0, 8, 8, 6, 8, 5, 6, 7]);
/** What a word of that many bytes is multiplied by to repeat it. */
const REPEAT_FACTOR: usize = memory.data<u64>([
  0, 0x0101010101010101, 0x0001000100010001, 0x0001000001000001,
  0x0000000100000001, 0x0000010000000001, 0x0001000000000001, 0x0100000000000001,
]);

/** Copies `length` bytes from `distance` before `to`; up to 16 bytes behind them are overwritten. */
// @ts-ignore: decorator
@inline
export function copyMatchFast(to: usize, distance: usize, length: usize): void {
  const end = to + length;
  let from = to - distance;
  if (distance >= 16) {
    copy16(to, from);
    if (length > 16) {
      do {
        to += 16;
        from += 16;
        copy16(to, from);
      } while (to + 16 < end);
    }
  } else {
    repeatFast(to, from, distance, end);
  }
}

/**
 * `distance` bytes from `from` again and again from `to` on; what is stored is made once, so that no load waits for a
 * store.
 */
// @ts-ignore: decorator
@inline
function repeatFast(to: usize, from: usize, distance: usize, end: usize): void {
  if (ASC_FEATURE_SIMD) {
    const pattern = v128.swizzle(v128.load(from), v128.load(REPEAT_LANES + (distance << 4)));
    const step = <usize>load<u8>(REPEAT_STEP + distance);
    do {
      v128.store(to, pattern);
      to += step;
    } while (to < end);
  } else if (distance >= 8) {
    do {
      store<u64>(to, load<u64>(from));
      to += 8;
      from += 8;
    } while (to < end);
  } else {
    const once = load<u64>(from) & (((<u64>1) << (<u64>distance << 3)) - 1);
    const word = once * load<u64>(REPEAT_FACTOR + (distance << 3));
    const step = <usize>load<u8>(REPEAT_STEP_8 + distance);
    do {
      store<u64>(to, word);
      to += step;
    } while (to < end);
  }
}

// @ts-ignore: decorator
@inline
function copy16(to: usize, from: usize): void {
  if (ASC_FEATURE_SIMD) {
    v128.store(to, v128.load(from));
  } else {
    const low = load<u64>(from);
    const high = load<u64>(from, 8);
    store<u64>(to, low);
    store<u64>(to, high, 8);
  }
}
