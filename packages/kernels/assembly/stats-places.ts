/**
 * Where things are: the first place of the minimum and of the maximum, the boxes around what is not zero and around
 * what is not finite, and the first non-finite values. "First" is by y, then x, so that the answer does not depend on
 * the order in which runs are seen.
 *
 * A block of PLACES_BYTES a channel, little-endian i32 fields:
 *   0 minKey  4 minX  8 minY   12 maxKey 16 maxX 20 maxY
 *  24 non-zero box xMin yMin xMax yMax   40 non-finite box xMin yMin xMax yMax
 *  56 number of non-finite places listed, 60 unused, 64 the list: x, y, bits, unused
 * 224 u64 counts: +Inf, -Inf, +0, -0 (0 by half, whose histogram knows them)
 *
 * A key orders values as an i32: of half and float the magnitude's bits, negated below zero, so that -0 and +0 are one;
 * of uint the value less 2^31. An empty box or an absent minimum has its initial values: see placesReset.
 */
import { extremes, signedMax, unsignedMax, unsignedMin } from './stats-extremes';

export const PLACES_BYTES: i32 = 256;
const LISTED: i32 = 10;
const NON_ZERO: usize = 24;
const NON_FINITE: usize = 40;
const COUNT: usize = 56;
const LIST: usize = 64;
export const POS_INF: usize = 224;
export const NEG_INF: usize = 232;
export const POS_ZERO: usize = 240;
export const NEG_ZERO: usize = 248;

/** Bytes of a channel's block, for the host. */
export function statsPlacesBytes(): i32 {
  return PLACES_BYTES;
}

/** Makes the block at `state` that of a channel that has seen nothing. */
export function statsPlacesReset(state: usize): void {
  memory.fill(state, 0, <usize>PLACES_BYTES);
  store<i32>(state, i32.MAX_VALUE);
  store<i32>(state, i32.MIN_VALUE, 12);
  // After every place there is: the uints 2^32 - 1 and 0 have these keys too.
  for (let at = state + 4; at <= state + 20; at += 4) if (at != state + 12) store<i32>(at, i32.MAX_VALUE);
  emptyBox(state + NON_ZERO);
  emptyBox(state + NON_FINITE);
}

function emptyBox(box: usize): void {
  store<i32>(box, i32.MAX_VALUE);
  store<i32>(box, i32.MAX_VALUE, 4);
  store<i32>(box, i32.MIN_VALUE, 8);
  store<i32>(box, i32.MIN_VALUE, 12);
}

// T stands for the pixel type: u16 half, f32 float (as bits), u32 uint.
@inline
function bitsOf<T>(address: usize, i: i32): u32 {
  return sizeof<T>() == 2 ? <u32>load<u16>(address + (<usize>i << 1)) : load<u32>(address + (<usize>i << 2));
}
@inline
function isUint<T>(): bool {
  return isInteger<T>() && sizeof<T>() == 4;
}
/** The bits that are zero in a zero, and those of the infinite magnitude (which no uint has). */
@inline
function magnitudeOf<T>(): u32 {
  return isUint<T>() ? 0xffffffff : sizeof<T>() == 2 ? 0x7fff : 0x7fffffff;
}
@inline
function infinityOf<T>(): u32 {
  return sizeof<T>() == 2 ? 0x7c00 : 0x7f800000;
}
@inline
function keyOf<T>(bits: u32): i32 {
  if (isUint<T>()) return <i32>(bits ^ 0x80000000);
  const magnitude = <i32>(bits & magnitudeOf<T>());
  return bits > magnitudeOf<T>() ? -magnitude : magnitude;
}

/** x of the value `i` of a run: from the table at `lookup` (i32 each), or x0 + i * step when there is none. */
@inline
function xOf(i: i32, x0: i32, step: i32, lookup: usize): i32 {
  return lookup ? load<i32>(lookup + (<usize>i << 2)) : x0 + i * step;
}

/** Takes the places of a run of `n` > 0 values and leaves its extremes in signedMax, unsignedMax and unsignedMin. */
export function placesOfRun<T>(state: usize, address: usize, n: i32, x0: i32, step: i32, lookup: usize, y: i32): void {
  let lowest: i32;
  let highest: i32;
  if (isUint<T>()) {
    extremes<u32>(address, n);
    lowest = keyOf<T>(unsignedMin);
    highest = keyOf<T>(unsignedMax);
    if (unsignedMax) boxRun<T>(state, address, n, x0, step, lookup, y);
  } else {
    if (sizeof<T>() == 2) extremes<u16>(address, n);
    else extremes<u32>(address, n);
    const magnitude = magnitudeOf<T>();
    const infinity = <i32>infinityOf<T>();
    lowest = unsignedMax > magnitude ? -<i32>(unsignedMax & magnitude) : <i32>unsignedMin;
    highest = signedMax >= 0 ? signedMax : -<i32>(unsignedMin & magnitude);
    if (highest >= infinity || lowest <= -infinity) {
      nonFiniteOfRun<T>(state, address, n, x0, step, lookup, y);
      lowest = finiteLowest;
      highest = finiteHighest;
      boxRun<T>(state, address, n, x0, step, lookup, y);
      if (lowest > highest) return;
    } else if ((lowest | highest) != 0) {
      boxRun<T>(state, address, n, x0, step, lookup, y);
    }
  }
  if (lowest <= load<i32>(state)) lower<T>(state, lowest, address, n, x0, step, lookup, y);
  if (highest >= load<i32>(state, 12)) higher<T>(state, highest, address, n, x0, step, lookup, y);
}

@inline
function before(x: i32, y: i32, thanX: i32, thanY: i32): bool {
  return y < thanY || (y == thanY && x < thanX);
}

function lower<T>(state: usize, key: i32, address: usize, n: i32, x0: i32, step: i32, lookup: usize, y: i32): void {
  const same = key == load<i32>(state);
  // A run of the same minimum on a later line cannot be first.
  if (same && y > load<i32>(state, 8)) return;
  const x = xOf(find<T>(address, n, key), x0, step, lookup);
  if (same && !before(x, y, load<i32>(state, 4), load<i32>(state, 8))) return;
  store<i32>(state, key);
  store<i32>(state, x, 4);
  store<i32>(state, y, 8);
}

function higher<T>(state: usize, key: i32, address: usize, n: i32, x0: i32, step: i32, lookup: usize, y: i32): void {
  const same = key == load<i32>(state, 12);
  if (same && y > load<i32>(state, 20)) return;
  const x = xOf(find<T>(address, n, key), x0, step, lookup);
  if (same && !before(x, y, load<i32>(state, 16), load<i32>(state, 20))) return;
  store<i32>(state, key, 12);
  store<i32>(state, x, 16);
  store<i32>(state, y, 20);
}

/** Index of the first value with that key; there is one. */
function find<T>(address: usize, n: i32, key: i32): i32 {
  for (let i = 0; i < n; i++) {
    if (keyOf<T>(bitsOf<T>(address, i)) == key) return i;
  }
  return n - 1;
}

/**
 * Widens the box of what is not zero by a run that holds some (x grows along a run); looks only where the run could
 * widen it.
 */
function boxRun<T>(state: usize, address: usize, n: i32, x0: i32, step: i32, lookup: usize, y: i32): void {
  const box = state + NON_ZERO;
  const left = load<i32>(box);
  const right = load<i32>(box, 8);
  const mask = isUint<T>() ? u64.MAX_VALUE : sizeof<T>() == 2 ? <u64>0x7fff7fff7fff7fff : <u64>0x7fffffff7fffffff;
  const size: usize = sizeof<T>() == 2 ? 2 : 4;
  const lanes: i32 = sizeof<T>() == 2 ? 4 : 2;
  let i = 0;
  while (i + lanes <= n && xOf(i, x0, step, lookup) < left && !(load<u64>(address + <usize>i * size) & mask)) {
    i += lanes;
  }
  while (i < n - 1 && xOf(i, x0, step, lookup) < left && !(bitsOf<T>(address, i) & magnitudeOf<T>())) i++;
  let j = n - 1;
  while (j >= lanes && xOf(j, x0, step, lookup) > right) {
    if (load<u64>(address + <usize>(j + 1 - lanes) * size) & mask) break;
    j -= lanes;
  }
  while (j > 0 && xOf(j, x0, step, lookup) > right && !(bitsOf<T>(address, j) & magnitudeOf<T>())) j--;
  store<i32>(box, min(left, xOf(i, x0, step, lookup)));
  store<i32>(box, min(load<i32>(box, 4), y), 4);
  store<i32>(box, max(right, xOf(j, x0, step, lookup)), 8);
  store<i32>(box, max(load<i32>(box, 12), y), 12);
}

// What nonFiniteOfRun found among the finite values; lowest > highest when there is none.
let finiteLowest: i32 = 0;
let finiteHighest: i32 = 0;

function nonFiniteOfRun<T>(state: usize, address: usize, n: i32, x0: i32, step: i32, lookup: usize, y: i32): void {
  const box = state + NON_FINITE;
  let lowest = i32.MAX_VALUE;
  let highest = i32.MIN_VALUE;
  let positive: u64 = 0;
  let negative: u64 = 0;
  let first = -1;
  let last = 0;
  // A full list takes only places before its last.
  let listing = !listIsBefore(state, y);
  for (let i = 0; i < n; i++) {
    const bits = bitsOf<T>(address, i);
    const magnitude = bits & magnitudeOf<T>();
    if (magnitude < infinityOf<T>()) {
      const key = keyOf<T>(bits);
      lowest = min(lowest, key);
      highest = max(highest, key);
      continue;
    }
    if (magnitude == infinityOf<T>()) {
      if (bits == magnitude) positive++;
      else negative++;
    }
    if (first < 0) first = i;
    last = i;
    if (listing) listing = list(state, xOf(i, x0, step, lookup), y, bits);
  }
  finiteLowest = lowest;
  finiteHighest = highest;
  if (sizeof<T>() == 4) {
    store<u64>(state, load<u64>(state, POS_INF) + positive, POS_INF);
    store<u64>(state, load<u64>(state, NEG_INF) + negative, NEG_INF);
  }
  store<i32>(box, min(load<i32>(box), xOf(first, x0, step, lookup)));
  store<i32>(box, max(load<i32>(box, 8), xOf(last, x0, step, lookup)), 8);
  store<i32>(box, min(load<i32>(box, 4), y), 4);
  store<i32>(box, max(load<i32>(box, 12), y), 12);
}

/** Whether the list is full and ends before line y. */
function listIsBefore(state: usize, y: i32): bool {
  return load<i32>(state, COUNT) == LISTED && load<i32>(state + LIST + ((LISTED - 1) << 4), 4) < y;
}

/**
 * Lists a non-finite value in order, dropping the last of a full list; false when it is too late for it (so will be all
 * after it in its run).
 */
function list(state: usize, x: i32, y: i32, bits: u32): bool {
  let count = load<i32>(state, COUNT);
  if (count == LISTED) {
    const last = state + LIST + (<usize>(count - 1) << 4);
    if (!before(x, y, load<i32>(last), load<i32>(last, 4))) return false;
  } else {
    store<i32>(state, ++count, COUNT);
  }
  let at = state + LIST + (<usize>(count - 1) << 4);
  while (at > state + LIST && before(x, y, load<i32>(at - 16), load<i32>(at - 16, 4))) {
    memory.copy(at, at - 16, 16);
    at -= 16;
  }
  store<i32>(at, x);
  store<i32>(at, y, 4);
  store<u32>(at, bits, 8);
  return true;
}
