/**
 * Statistics of uint channels (and of whatever else is counted in uint32: samples per pixel). Sums are exact: the sum
 * of values in 64 bits, the sum of squares as two sums of their upper and lower halves. The sketch is log-linear: exact
 * below 4096, from there 2048 bins an octave.
 */
import { unsignedMax, unsignedMin } from './stats-extremes';
import { placesOfRun } from './stats-places';

/** Bins of the sketch: 4096 + 20 octaves of 2048. */
export function statsUintBins(): i32 {
  return 4096 + 20 * 2048;
}

/**
 * Adds runs of uints; parameters as for statsHalf. `bins` is the sketch (u32 counts), `sums` three u64: the sum, and
 * the sums of the lower and the upper 32 bits of the squares.
 */
export function statsUint(
  bins: usize, sums: usize, places: usize,
  address: usize, stride: i32, rows: i32, width: i32, x0: i32, xStep: i32, lookup: usize, y0: i32, yStep: i32,
): void {
  for (let row = 0; row < rows; row++) {
    placesOfRun<u32>(places, address, width, x0, xStep, lookup, y0 + row * yStep);
    if (unsignedMax == unsignedMin) {
      const value = <u64>unsignedMin;
      const square = value * value;
      count(bins, unsignedMin, width);
      addSums(sums, value * <u64>width, (square & 0xffffffff) * <u64>width, (square >> 32) * <u64>width);
    } else {
      addRun(bins, sums, address, width);
    }
    address += <usize>stride;
  }
}

@inline
function addSums(sums: usize, sum: u64, low: u64, high: u64): void {
  store<u64>(sums, load<u64>(sums) + sum);
  store<u64>(sums, load<u64>(sums, 8) + low, 8);
  store<u64>(sums, load<u64>(sums, 16) + high, 16);
}

/** The bin of a value: itself below 4096; above, the octave and the 11 bits after the leading one. */
@inline
function count(bins: usize, value: u32, times: u32): void {
  const shift = max(20 - <i32>clz(value), 0);
  const at = bins + (<usize>((<u32>shift << 11) + (value >>> <u32>shift)) << 2);
  store<u32>(at, load<u32>(at) + times);
}

function addRun(bins: usize, sums: usize, address: usize, n: i32): void {
  const end = address + (<usize>n << 2);
  let sum: u64 = 0;
  let low: u64 = 0;
  let high: u64 = 0;
  let last: u32 = load<u32>(address);
  let times: u32 = 0;
  for (; address < end; address += 4) {
    const value = load<u32>(address);
    const square = <u64>value * <u64>value;
    sum += <u64>value;
    low += square & 0xffffffff;
    high += square >> 32;
    // Object ids come in runs: count a run at its end, so that its values do not wait for each other's stores.
    if (value != last) {
      count(bins, last, times);
      last = value;
      times = 0;
    }
    times++;
  }
  count(bins, last, times);
  addSums(sums, sum, low, high);
}
