// Finite state entropy (RFC 8878, 4.1): how a distribution is written, and the decoding table that it makes. An entry is a u64:
//
//   bits 0…15   where the next state begins, before the bits that are read for it are added
//   bits 16…23  extra bits of the value
//   bits 24…31  bits of the next state
//   bits 32…63  the value without its extra bits
//
// Streams are read backwards: `position` is the number of bits that are left, and `take` looks at those just below it. A position below 0 says
// that more was read than there was; up to 16 bytes before a stream are read then, and not believed.
import { BROKEN, TRUNCATED } from './results';

/** i16 by symbol: its share of the table's cells, -1 where it is less than one. */
const shares: usize = memory.data(2 * 256, 16);
const nextCells: usize = memory.data(2 * 256, 16);
/** The symbol of each of at most 512 cells. */
const cells: usize = memory.data(512, 16);

/** Accuracy of the distribution that was read last. */
export let accuracy: u32 = 0;
let symbolCount: i32 = 0;

/** The `count` (at most 57) bits below bit `position` of the stream at `from`. */
// @ts-ignore: decorator
@inline
export function take(from: usize, position: i32, count: u32): u64 {
  const at = position - <i32>count;
  return (load<u64>(from + <usize>(at >> 3)) >> <u64>(at & 7)) & (((<u64>1) << <u64>count) - 1);
}

/** Bits of a backward stream: those below the highest one of its last byte. -1 when that byte is 0. */
export function bitsOf(from: usize, length: i32): i32 {
  if (length < 1) return -1;
  const last = <u32>load<u8>(from + length - 1);
  return last === 0 ? -1 : (length << 3) - 8 + 31 - <i32>clz(last);
}

/**
 * Reads the distribution at `from` into `shares` and `accuracy`: the bytes that it takes, or BROKEN, TRUNCATED. `mostSymbols`: how many there may be.
 */
export function readShares(from: usize, length: i32, mostSymbols: i32, mostAccuracy: u32): i32 {
  if (length < 1) return TRUNCATED;
  accuracy = (<u32>load<u8>(from) & 15) + 5;
  if (accuracy > mostAccuracy) return BROKEN;
  const end = length << 3;
  let position = 4;
  let remaining: i32 = (1 << accuracy) + 1;
  let threshold: i32 = 1 << accuracy;
  let width = accuracy + 1;
  let symbol = 0;
  while (remaining > 1) {
    if (symbol >= mostSymbols) return BROKEN;
    if (position >= end) return TRUNCATED;
    const bits = load<u32>(from + <usize>(position >> 3)) >> <u32>(position & 7);
    const most = 2 * threshold - 1 - remaining;
    let share = <i32>(bits & <u32>(threshold - 1));
    if (share < most) position += <i32>width - 1;
    else {
      share = <i32>(bits & <u32>(2 * threshold - 1));
      if (share >= threshold) share -= most;
      position += <i32>width;
    }
    share--;
    remaining -= abs(share);
    store<i16>(shares + (<usize>symbol << 1), <i16>share);
    symbol++;
    if (share === 0) {
      // How many more have none: two bits each time, 3 says that it goes on.
      let repeat: u32;
      do {
        if (position >= end) return TRUNCATED;
        repeat = (<u32>load<u16>(from + <usize>(position >> 3)) >> <u32>(position & 7)) & 3;
        position += 2;
        if (symbol + <i32>repeat > mostSymbols) return BROKEN;
        for (let i: u32 = 0; i < repeat; i++, symbol++) store<i16>(shares + (<usize>symbol << 1), 0);
      } while (repeat === 3);
    }
    while (remaining < threshold && threshold > 1) {
      width--;
      threshold >>= 1;
    }
  }
  if (remaining !== 1 || position > end) return BROKEN;
  symbolCount = symbol;
  return (position + 7) >> 3;
}

/** The distribution that stands as i16 at `from`, with an accuracy of `log`. */
export function takeShares(from: usize, count: i32, log: u32): void {
  memory.copy(shares, from, <usize>count << 1);
  symbolCount = count;
  accuracy = log;
}

/** The table of the distribution at hand. `bases` (u32) and `extras` (u8) by symbol; 0: the value is the symbol. */
export function buildTable(table: usize, bases: usize, extras: usize): void {
  const size: u32 = 1 << accuracy;
  let high = size - 1;
  for (let s = 0; s < symbolCount; s++) {
    const share = load<i16>(shares + (<usize>s << 1));
    if (share < 0) store<u8>(cells + high--, <u8>s);
    store<u16>(nextCells + (<usize>s << 1), share < 0 ? 1 : <u16>share);
  }
  const step = (size >> 1) + (size >> 3) + 3;
  let place: u32 = 0;
  for (let s = 0; s < symbolCount; s++) {
    for (let n = <i32>load<i16>(shares + (<usize>s << 1)); n > 0; n--) {
      store<u8>(cells + place, <u8>s);
      do place = (place + step) & (size - 1); while (place > high);
    }
  }
  for (let cell: u32 = 0; cell < size; cell++) {
    const symbol = <u32>load<u8>(cells + cell);
    const next = <u32>load<u16>(nextCells + (<usize>symbol << 1));
    store<u16>(nextCells + (<usize>symbol << 1), <u16>(next + 1));
    const width = accuracy - (31 - clz(next));
    store<u64>(table + (<usize>cell << 3), entryOf(symbol, (next << width) - size, width, bases, extras));
  }
}

/** A table of one cell, of which every value is `symbol`. */
export function buildConstant(table: usize, symbol: u32, bases: usize, extras: usize): void {
  accuracy = 0;
  store<u64>(table, entryOf(symbol, 0, 0, bases, extras));
}

// @ts-ignore: decorator
@inline
function entryOf(symbol: u32, next: u32, width: u32, bases: usize, extras: usize): u64 {
  const base = bases ? load<u32>(bases + (<usize>symbol << 2)) : symbol;
  const extra: u32 = extras ? <u32>load<u8>(extras + symbol) : 0;
  return <u64>next | (<u64>extra << 16) | (<u64>width << 24) | (<u64>base << 32);
}
