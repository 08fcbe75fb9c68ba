/**
 * Statistics of half channels. A half has 65,536 values, so a table of how often each occurs says everything but where:
 * counts, exact sums, quantiles and histogram follow from it at the end, whatever the order in which chunks came.
 */
import { unsignedMax, unsignedMin } from './stats-extremes';
import { placesOfRun } from './stats-places';

/**
 * Adds `rows` runs of `width` halves, the first at `address`, each `stride` bytes after the one before it, on lines y0,
 * y0 + yStep, … `table` holds 65,536 u32 counts, `places` a block of stats-places.ts; x of value i is x0 + i * xStep,
 * or the i-th i32 at `lookup`.
 */
export function statsHalf(
  table: usize, places: usize,
  address: usize, stride: i32, rows: i32, width: i32, x0: i32, xStep: i32, lookup: usize, y0: i32, yStep: i32,
): void {
  for (let row = 0; row < rows; row++) {
    placesOfRun<u16>(places, address, width, x0, xStep, lookup, y0 + row * yStep);
    if (unsignedMax == unsignedMin) count(table, unsignedMin, width);
    else countRun(table, address, width);
    address += <usize>stride;
  }
}

@inline
function count(table: usize, bits: u32, times: u32): void {
  const at = table + (<usize>bits << 2);
  store<u32>(at, load<u32>(at) + times);
}

function countRun(table: usize, address: usize, n: i32): void {
  const end = address + (<usize>n << 1);
  for (; address + 16 <= end; address += 16) {
    const a = load<u64>(address);
    const b = load<u64>(address, 8);
    // Eight equal values (black, a flat alpha) would wait for each other's stores: count them at once.
    if (a == b && a == ((a >> 16) | (a << 48))) {
      count(table, <u32>(a & 0xffff), 8);
      continue;
    }
    count(table, <u32>(a & 0xffff), 1);
    count(table, <u32>((a >> 16) & 0xffff), 1);
    count(table, <u32>((a >> 32) & 0xffff), 1);
    count(table, <u32>(a >> 48), 1);
    count(table, <u32>(b & 0xffff), 1);
    count(table, <u32>((b >> 16) & 0xffff), 1);
    count(table, <u32>((b >> 32) & 0xffff), 1);
    count(table, <u32>(b >> 48), 1);
  }
  for (; address < end; address += 2) count(table, <u32>load<u16>(address), 1);
}
