/**
 * Statistics of float channels, in integers throughout so that any order of values, any split over threads, and builds
 * with and without SIMD give the same numbers, each exact until it is rounded once at the end.
 *
 * A float's upper 16 bits (sign, exponent, 7 bits of mantissa) choose one of 65,536 bins: a log-linear sketch. A bin is
 * one u64, the count above bit 40 and the sum of the lower 16 bits below it: with the bin's own number that is the
 * exact sum of its values. For the sum of squares only the squares of the lower 16 bits are still missing: they are
 * summed by sign and exponent, in four lanes of 512 u64 so that neighbouring values do not wait for each other.
 *
 * Of subnormals the bins are as wide as a whole octave and more: a run that adds some to them is looked through once more, into a small sketch of
 * theirs; no other run is.
 *
 * The host drains the bins before 2^24 values have come (their counts have 24 bits).
 */
import { unsignedMax, unsignedMin } from './stats-extremes';
import { NEG_ZERO, placesOfRun, POS_ZERO } from './stats-places';

const ONE: u64 = 1 << 40;

const LANES_BYTES: usize = 4 * 512 * 8;
/** Bins of each sign of the sketch of subnormals: 256 and 128 for each of 15 octaves. */
const SUBNORMAL_BINS: i32 = 256 + 15 * 128;

/**
 * Adds runs of floats; parameters as for statsHalf. `bins` is the sketch of 65,536 u64, `squares` the 4 * 512 u64 after
 * it and the 2 * SUBNORMAL_BINS u64 after those, `places` the block.
 */
export function statsFloat(
  bins: usize, squares: usize, places: usize,
  address: usize, stride: i32, rows: i32, width: i32, x0: i32, xStep: i32, lookup: usize, y0: i32, yStep: i32,
): void {
  let seen = subnormalsSeen(squares);
  for (let row = 0; row < rows; row++) {
    placesOfRun<f32>(places, address, width, x0, xStep, lookup, y0 + row * yStep);
    if (unsignedMax == unsignedMin) {
      addTimes(bins, squares, places, unsignedMin, width);
    } else {
      zerosOfRun(places, address, width);
      addRun(bins, squares, address, width);
    }
    const now = subnormalsSeen(squares);
    if (now != seen) subnormalsOfRun(squares + LANES_BYTES, address, width);
    seen = now;
    address += <usize>stride;
  }
}

/** Grows with every subnormal whose lower 16 bits are not 0: the squares of exponent 0, of both signs. */
@inline
function subnormalsSeen(squares: usize): u64 {
  return load<u64>(squares) + load<u64>(squares, 4096) + load<u64>(squares, 8192) + load<u64>(squares, 12288)
    + load<u64>(squares, 2048) + load<u64>(squares, 6144) + load<u64>(squares, 10240) + load<u64>(squares, 14336);
}

/**
 * Each smallest float (2^-149) a bin below 256, then 128 an octave: as fine as the bins of other values. Count as there, below it the sum of how far
 * the values lie above their bin's least. Subnormals whose lower 16 bits are 0 are left out: what the large bins have more stands exactly there.
 */
function subnormalsOfRun(table: usize, address: usize, n: i32): void {
  const end = address + (<usize>n << 2);
  for (; address < end; address += 4) {
    const bits = load<u32>(address);
    if (bits & 0x7f800000 || !(bits & 0xffff)) continue;
    const mantissa = bits & 0x7fffff;
    const shift = max(24 - <i32>clz(mantissa), 0);
    const bin = <i32>(bits >>> 31) * SUBNORMAL_BINS + (shift << 7) + <i32>(mantissa >>> <u32>shift);
    const at = table + (<usize>bin << 3);
    store<u64>(at, load<u64>(at) + (<u64>(mantissa & ((1 << shift) - 1)) | ONE));
  }
}

@inline
function add(bins: usize, squares: usize, bits: u32): void {
  const bin = bins + (<usize>(bits >>> 16) << 3);
  const low = <u64>(bits & 0xffff);
  store<u64>(bin, load<u64>(bin) + (low | ONE));
  const square = squares + (<usize>(bits >>> 23) << 3);
  store<u64>(square, load<u64>(square) + low * low);
}

function addTimes(bins: usize, squares: usize, places: usize, bits: u32, times: u32): void {
  const bin = bins + (<usize>(bits >>> 16) << 3);
  const low = <u64>(bits & 0xffff);
  store<u64>(bin, load<u64>(bin) + (low | ONE) * <u64>times);
  const square = squares + (<usize>(bits >>> 23) << 3);
  store<u64>(square, load<u64>(square) + low * low * <u64>times);
  if (!(bits & 0x7fffffff)) {
    const zeros = places + (bits ? NEG_ZERO : POS_ZERO);
    store<u64>(zeros, load<u64>(zeros) + <u64>times);
  }
}

function addRun(bins: usize, squares: usize, address: usize, n: i32): void {
  const end = address + (<usize>n << 2);
  for (; address + 16 <= end; address += 16) {
    const a = load<u64>(address);
    const b = load<u64>(address, 8);
    const first = <u32>a;
    if (a == b && first == <u32>(a >> 32)) {
      const bin = bins + (<usize>(first >>> 16) << 3);
      const low = <u64>(first & 0xffff);
      store<u64>(bin, load<u64>(bin) + ((low | ONE) << 2));
      const square = squares + (<usize>(first >>> 23) << 3);
      store<u64>(square, load<u64>(square) + ((low * low) << 2));
      continue;
    }
    add(bins, squares, first);
    add(bins, squares + 4096, <u32>(a >> 32));
    add(bins, squares + 8192, <u32>b);
    add(bins, squares + 12288, <u32>(b >> 32));
  }
  for (; address < end; address += 4) add(bins, squares, load<u32>(address));
}

/** Counts +0 and -0 (the sketch has subnormals in the same bins). */
function zerosOfRun(places: usize, address: usize, n: i32): void {
  const end = address + (<usize>n << 2);
  let positive: u32 = 0;
  let negative: u32 = 0;
  if (ASC_FEATURE_SIMD) {
    let p = i32x4.splat(0);
    let m = p;
    const zero = i32x4.splat(0);
    const minusZero = i32x4.splat(0x80000000);
    for (; address + 16 <= end; address += 16) {
      const v = v128.load(address);
      p = i32x4.sub(p, i32x4.eq(v, zero));
      m = i32x4.sub(m, i32x4.eq(v, minusZero));
    }
    positive = sumOfLanes(p);
    negative = sumOfLanes(m);
  }
  for (; address < end; address += 4) {
    const bits = load<u32>(address);
    positive += <u32>(bits == 0);
    negative += <u32>(bits == 0x80000000);
  }
  if (positive) store<u64>(places, load<u64>(places, POS_ZERO) + <u64>positive, POS_ZERO);
  if (negative) store<u64>(places, load<u64>(places, NEG_ZERO) + <u64>negative, NEG_ZERO);
}

@inline
function sumOfLanes(v: v128): u32 {
  return i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3);
}
