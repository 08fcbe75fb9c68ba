/**
 * Facts about deep samples that a flat channel does not have: which pixel a sample belongs to, and the order of its
 * depths.
 */

/**
 * Writes the x of every sample of a line, in order: pixel i (at x0 + i) has the i-th u32 of `counts` many. `out` holds
 * as many i32.
 */
export function statsDeepColumns(counts: usize, width: i32, x0: i32, out: usize): void {
  for (let i = 0; i < width; i++) {
    for (let left = load<u32>(counts + (<usize>i << 2)); left > 0; left--) {
      store<i32>(out, x0 + i);
      out += 4;
    }
  }
}

/** Bytes of the block of statsDeepDepth. */
export function statsDeepDepthBytes(): i32 {
  return 64;
}

export function statsDeepDepthReset(facts: usize): void {
  memory.fill(facts, 0, 64);
  for (let at = facts + 32; at < facts + 48; at += 4) store<i32>(at, i32.MAX_VALUE);
}

/**
 * Looks at the depths of a line. `z` (and `zBack`, 0 when the part has none) point at the line's samples, half when
 * their flag is 1, float otherwise. Adds to the block at `facts`, u64: 0 pixels whose Z falls from one sample to the
 * next, 8 pixels in order in which a sample begins before one before it has ended, 16 samples with Z below zero, 24
 * samples that end before they begin; i32: 32 x, y of the first pixel out of order, 40 x, y of the first that overlaps.
 * Comparisons with NaN are never true.
 */
export function statsDeepDepth(
  facts: usize, counts: usize, width: i32, z: usize, zHalf: i32, zBack: usize, zBackHalf: i32, x0: i32, y: i32,
): void {
  let negative: u64 = 0;
  let inverted: u64 = 0;
  for (let i = 0; i < width; i++) {
    let unsorted = false;
    let overlaps = false;
    let previous: f32 = -Infinity;
    let reach: f32 = -Infinity;
    for (let left = load<u32>(counts + (<usize>i << 2)); left > 0; left--) {
      const front = depth(z, zHalf);
      z += zHalf ? 2 : 4;
      if (front < 0) negative++;
      if (front < previous) unsorted = true;
      previous = front;
      if (!zBack) continue;
      const back = depth(zBack, zBackHalf);
      zBack += zBackHalf ? 2 : 4;
      if (back < front) inverted++;
      if (front < reach) overlaps = true;
      if (back > reach) reach = back;
    }
    if (unsorted) note(facts, 0, 32, x0 + i, y);
    else if (overlaps) note(facts, 8, 40, x0 + i, y);
  }
  store<u64>(facts, load<u64>(facts, 16) + negative, 16);
  store<u64>(facts, load<u64>(facts, 24) + inverted, 24);
}

function note(facts: usize, count: usize, place: usize, x: i32, y: i32): void {
  store<u64>(facts + count, load<u64>(facts + count) + 1);
  const firstY = load<i32>(facts + place, 4);
  if (y < firstY || (y == firstY && x < load<i32>(facts + place))) {
    store<i32>(facts + place, x);
    store<i32>(facts + place, y, 4);
  }
}

@inline
function depth(at: usize, half: i32): f32 {
  return half ? halfToFloat(load<u16>(at)) : load<f32>(at);
}

function halfToFloat(bits: u32): f32 {
  const sign = (bits & 0x8000) << 16;
  const magnitude = bits & 0x7fff;
  // Shifted into place the exponent is 112 too small; multiplying mends it for subnormals too. Infinities and NaN keep
  // their meaning.
  if (magnitude >= 0x7c00) return reinterpret<f32>(sign | 0x7f800000 | (magnitude << 13));
  const value = reinterpret<f32>(magnitude << 13) * reinterpret<f32>((127 + 112) << 23);
  return sign ? -value : value;
}
