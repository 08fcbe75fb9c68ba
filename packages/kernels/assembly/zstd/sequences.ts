// The sequences of a block (RFC 8878, 3.1.1.3.2 and 3.1.1.4): copy some literals, then repeat something that was written before.
import { copyMatchFast } from '../inflate-copy';
import { accuracy, bitsOf, buildConstant, buildTable, readShares, take, takeShares } from './fse';
import { literalCount, literals, MOST_IN_BLOCK } from './literals';
import { BROKEN, TOO_LONG, TRUNCATED } from './results';

const lengthTable: usize = memory.data(8 * 512, 64);
const offsetTable: usize = memory.data(8 * 256, 64);
const matchTable: usize = memory.data(8 * 512, 64);
/** Accuracy of each table; -1 where the frame has had none yet. */
let lengthLog: i32 = -1;
let offsetLog: i32 = -1;
let matchLog: i32 = -1;
/** The last three offsets. */
let first: u32 = 1;
let second: u32 = 4;
let third: u32 = 8;

const LENGTH_SHARES: usize = memory.data<i16>([
  4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1,
]);
const LENGTH_BASES: usize = memory.data<u32>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 24, 28, 32, 40, 48, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536,
]);
const LENGTH_EXTRAS: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
]);
const MATCH_SHARES: usize = memory.data<i16>([
  1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  -1, -1, -1, -1, -1, -1, -1,
]);
const MATCH_BASES: usize = memory.data<u32>([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34,
  35, 37, 39, 41, 43, 47, 51, 59, 67, 83, 99, 131, 259, 515, 1027, 2051, 4099, 8195, 16387, 32771, 65539,
]);
const MATCH_EXTRAS: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
]);
const OFFSET_SHARES: usize = memory.data<i16>([1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1]);
const OFFSET_BASES: usize = memory.data<u32>([
  1, 2, 4, 8, 0x10, 0x20, 0x40, 0x80, 0x100, 0x200, 0x400, 0x800, 0x1000, 0x2000, 0x4000, 0x8000, 0x10000, 0x20000, 0x40000, 0x80000,
  0x100000, 0x200000, 0x400000, 0x800000, 0x1000000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000, 0x80000000,
]);
const OFFSET_EXTRAS: usize = memory.data<u8>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
]);

export function forgetSequences(): void {
  lengthLog = -1;
  offsetLog = -1;
  matchLog = -1;
  first = 1;
  second = 4;
  third = 8;
}

/** Makes one of the three tables by its mode; the bytes that it takes, or below 0. `before`: accuracy of the table that is there. */
function readTable(
  mode: u32, from: usize, length: i32, table: usize, symbols: i32, most: u32, bases: usize, extras: usize, usual: usize, usualCount: i32, usualLog: u32,
  before: i32,
): i32 {
  if (mode === 0) {
    takeShares(usual, usualCount, usualLog);
    buildTable(table, bases, extras);
    return 0;
  }
  if (mode === 1) {
    if (length < 1) return TRUNCATED;
    const symbol = <u32>load<u8>(from);
    if (<i32>symbol >= symbols) return BROKEN;
    buildConstant(table, symbol, bases, extras);
    return 1;
  }
  if (mode === 2) {
    const taken = readShares(from, length, symbols, most);
    if (taken >= 0) buildTable(table, bases, extras);
    return taken;
  }
  return before < 0 ? BROKEN : 0;
}

/** Writes a block at `to` from its sequences, the `length` bytes at `from`, and its literals. `start`: where the frame's bytes begin. */
export function writeBlock(from: usize, length: i32, start: usize, to: usize, room: usize): i32 {
  if (length < 1) return TRUNCATED;
  let at = from;
  const end = from + length;
  let count = <i32>load<u8>(at++);
  if (count === 0) return at === end ? lastLiterals(literals, literalCount, to, to, to + room) : BROKEN;
  if (count >= 128) {
    const more = count === 255 ? 2 : 1;
    if (at + more > end) return TRUNCATED;
    count = more === 2 ? <i32>load<u16>(at) + 0x7f00 : ((count - 128) << 8) + <i32>load<u8>(at);
    at += more;
  }
  if (at >= end) return TRUNCATED;
  const modes = <u32>load<u8>(at++);
  if (modes & 3) return BROKEN;
  let taken = readTable(modes >> 6, at, <i32>(end - at), lengthTable, 36, 9, LENGTH_BASES, LENGTH_EXTRAS, LENGTH_SHARES, 36, 6, lengthLog);
  if (taken < 0) return taken;
  if (modes >> 6 !== 3) lengthLog = accuracy;
  at += taken;
  taken = readTable((modes >> 4) & 3, at, <i32>(end - at), offsetTable, 32, 8, OFFSET_BASES, OFFSET_EXTRAS, OFFSET_SHARES, 29, 5, offsetLog);
  if (taken < 0) return taken;
  if (((modes >> 4) & 3) !== 3) offsetLog = accuracy;
  at += taken;
  taken = readTable((modes >> 2) & 3, at, <i32>(end - at), matchTable, 53, 9, MATCH_BASES, MATCH_EXTRAS, MATCH_SHARES, 53, 6, matchLog);
  if (taken < 0) return taken;
  if (((modes >> 2) & 3) !== 3) matchLog = accuracy;
  at += taken;
  return follow(at, bitsOf(at, <i32>(end - at)), count, start, to, to + min<usize>(room, MOST_IN_BLOCK));
}

/** Bits that one load gives at any position. */
const MOST_AT_ONCE: u32 = 57;

function follow(stream: usize, bits: i32, count: i32, start: usize, begin: usize, end: usize): i32 {
  let position = bits;
  if (position < lengthLog + offsetLog + matchLog) return BROKEN;
  let lengthState = load<u64>(lengthTable + (<usize>take(stream, position, lengthLog) << 3));
  position -= lengthLog;
  let offsetState = load<u64>(offsetTable + (<usize>take(stream, position, offsetLog) << 3));
  position -= offsetLog;
  let matchState = load<u64>(matchTable + (<usize>take(stream, position, matchLog) << 3));
  position -= matchLog;
  let to = begin;
  let literal = literals;
  const literalEnd = literals + literalCount;
  let one = first;
  let two = second;
  let three = third;
  while (true) {
    const matchExtra = <u32>(matchState >> 16) & 0xff;
    const lengthExtra = <u32>(lengthState >> 16) & 0xff;
    // No field of the three entries' sum runs over into the next.
    const sum = <u32>lengthState + <u32>offsetState + <u32>matchState;
    const extra = (sum >> 16) & 0xff;
    const all = extra + (count > 1 ? sum >> 24 : 0);
    let value: u32;
    let match: u32;
    let length: u32;
    let states: u64 = 0;
    if (all <= MOST_AT_ONCE) {
      // From the top: the offset's bits, the match's, the literals', and those of the three next states.
      states = take(stream, position, all);
      let bits = states >> <u64>(all - extra);
      length = <u32>(lengthState >> 32) + (<u32>bits & ((1 << lengthExtra) - 1));
      bits >>= <u64>lengthExtra;
      match = <u32>(matchState >> 32) + (<u32>bits & ((1 << matchExtra) - 1));
      value = <u32>(offsetState >> 32) + <u32>(bits >> <u64>matchExtra);
    } else {
      const offsetExtra = <u32>(offsetState >> 16) & 0xff;
      value = <u32>(offsetState >> 32) + <u32>take(stream, position, offsetExtra);
      const both = take(stream, position - offsetExtra, matchExtra + lengthExtra);
      match = <u32>(matchState >> 32) + <u32>(both >> <u64>lengthExtra);
      length = <u32>(lengthState >> 32) + (<u32>both & ((1 << lengthExtra) - 1));
      states = take(stream, position - extra, all - extra);
    }
    position -= all;
    let offset: u32;
    if (value > 3) {
      offset = value - 3;
      three = two;
      two = one;
      one = offset;
    } else {
      const which = value - (length === 0 ? 0 : 1);
      if (which === 0) offset = one;
      else {
        if (which === 1) offset = two;
        else {
          offset = which === 2 ? three : one - 1;
          three = two;
        }
        two = one;
        one = offset;
      }
    }
    if (position < 0) return BROKEN;
    if (<usize>length > literalEnd - literal) return BROKEN;
    if (<usize>length + <usize>match > end - to) return TOO_LONG;
    // Whole vectors: up to 15 bytes behind are overwritten, which come next.
    copyLiterals(to, literal, length);
    to += length;
    literal += length;
    if (offset === 0 || <usize>offset > to - start) return BROKEN;
    copyMatchFast(to, offset, match);
    to += match;
    if (--count === 0) break;
    const lengthBits = <u32>(lengthState >> 24) & 0xff;
    const matchBits = <u32>(matchState >> 24) & 0xff;
    const offsetBits = <u32>(offsetState >> 24) & 0xff;
    lengthState = load<u64>(lengthTable + ((<usize>(lengthState & 0xffff) + (<usize>(states >> <u64>(matchBits + offsetBits)) & ((1 << lengthBits) - 1))) << 3));
    matchState = load<u64>(matchTable + ((<usize>(matchState & 0xffff) + (<usize>(states >> <u64>offsetBits) & ((1 << matchBits) - 1))) << 3));
    offsetState = load<u64>(offsetTable + ((<usize>(offsetState & 0xffff) + (<usize>states & ((1 << offsetBits) - 1))) << 3));
  }
  if (position !== 0) return BROKEN;
  first = one;
  second = two;
  third = three;
  return lastLiterals(literal, <i32>(literalEnd - literal), begin, to, end);
}

function lastLiterals(from: usize, length: i32, begin: usize, to: usize, end: usize): i32 {
  if (<usize>length > end - to) return TOO_LONG;
  memory.copy(to, from, length);
  return <i32>(to - begin) + length;
}

// @ts-ignore: decorator
@inline
function copyLiterals(to: usize, from: usize, length: u32): void {
  const end = to + length;
  do {
    if (ASC_FEATURE_SIMD) v128.store(to, v128.load(from));
    else {
      store<u64>(to, load<u64>(from));
      store<u64>(to, load<u64>(from, 8), 8);
    }
    to += 16;
    from += 16;
  } while (to < end);
}
