/**
 * Statistics of float channels, in integers throughout so that any order of values, any split over threads, and builds
 * with and without SIMD give the same numbers, each exact until it is rounded once at the end.
 *
 * A float's upper 16 bits (sign, exponent, 7 bits of mantissa) choose one of 65,536 bins: a log-linear sketch. A bin is
 * one u64, the count above bit 40 and the sum of the lower 16 bits below it: with the bin's own number that is the
 * exact sum of its values. For the sum of squares only the squares of the lower 16 bits are still missing: they are
 * summed by sign and exponent, in four lanes of 512 u64 so that neighbouring values do not wait for each other.
 *
 * The host drains the bins before 2^24 values have come (their counts have 24 bits).
 */
import { unsignedMax, unsignedMin } from './stats-extremes';
import { NEG_ZERO, placesOfRun, POS_ZERO } from './stats-places';

const ONE: u64 = 1 << 40;

/**
 * Adds runs of floats; parameters as for statsHalf. `bins` is the sketch of 65,536 u64, `squares` the 4 * 512 u64 after
 * it, `places` the block.
 */
export function statsFloat(
  bins: usize, squares: usize, places: usize,
  address: usize, stride: i32, rows: i32, width: i32, x0: i32, xStep: i32, lookup: usize, y0: i32, yStep: i32,
): void {
  for (let row = 0; row < rows; row++) {
    placesOfRun<f32>(places, address, width, x0, xStep, lookup, y0 + row * yStep);
    if (unsignedMax == unsignedMin) {
      addTimes(bins, squares, places, unsignedMin, width);
    } else {
      zerosOfRun(places, address, width);
      addRun(bins, squares, address, width);
    }
    address += <usize>stride;
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
