// Huffman coded literals (RFC 8878, 3.1.1.3.1 and 4.2): a tree told by the weights of its symbols, and one or four streams that are read backwards.
import { accuracy, bitsOf, buildTable, readShares, take } from './fse';
import { BROKEN, TRUNCATED } from './results';

const MOST_BITS: u32 = 11;
const WEIGHT_ACCURACY: u32 = 6;
const weightTable: usize = memory.data(8 * 64, 16);
/** By symbol; a weight w stands for 2^(w - 1) of the table's places. */
const weights: usize = memory.data(256 + 8, 16);
/** u32 by weight: where its symbols begin in the table. */
const starts: usize = memory.data(4 * 16, 16);
/** u16 for each `treeBits` bits of a stream: bits of the code in the low byte, the symbol in the high one. */
const table: usize = memory.data(2 * 2048, 64);
/** 0 where the frame has had no tree yet. */
export let treeBits: u32 = 0;

export function forgetTree(): void {
  treeBits = 0;
}

/** Reads a tree and makes its table: the bytes that it takes, or below 0. */
export function readTree(from: usize, length: i32): i32 {
  if (length < 1) return TRUNCATED;
  treeBits = 0;
  const head = <i32>load<u8>(from);
  let count: i32;
  let taken: i32;
  if (head >= 128) {
    // Four bits each.
    count = head - 127;
    taken = 1 + ((count + 1) >> 1);
    if (taken > length) return TRUNCATED;
    for (let i = 0; i < count; i++) {
      const two = <u32>load<u8>(from + 1 + <usize>(i >> 1));
      store<u8>(weights + i, <u8>(i & 1 ? two & 15 : two >> 4));
    }
  } else {
    taken = 1 + head;
    if (taken > length) return TRUNCATED;
    count = readWeights(from + 1, head);
    if (count < 0) return count;
  }
  return fillTable(count) ? taken : BROKEN;
}

/** Weights by two states that take turns until the bits do not suffice for the next one. */
function readWeights(from: usize, length: i32): i32 {
  const taken = readShares(from, length, 256, WEIGHT_ACCURACY);
  if (taken < 0) return taken;
  buildTable(weightTable, 0, 0);
  const stream = from + taken;
  let position = bitsOf(stream, length - taken);
  if (position < <i32>(2 * accuracy)) return BROKEN;
  let first = <usize>take(stream, position, accuracy);
  position -= accuracy;
  let second = <usize>take(stream, position, accuracy);
  position -= accuracy;
  let count = 0;
  while (true) {
    const entry = load<u64>(weightTable + (first << 3));
    store<u8>(weights + count++, <u8>(entry >> 32));
    const width = <u32>(entry >> 24) & 0xff;
    // The turn of the other one, either way.
    const next = <usize>(entry & 0xffff) + <usize>take(stream, position, width);
    position -= width;
    first = second;
    second = next;
    if (count > 254) return BROKEN;
    if (position < 0) break;
  }
  store<u8>(weights + count++, <u8>(load<u64>(weightTable + (first << 3)) >> 32));
  return count;
}

/** The table of `count` weights and the last one, which is what is missing to a power of two. */
function fillTable(count: i32): bool {
  memory.fill(starts, 0, 64);
  let total: u32 = 0;
  for (let i = 0; i < count; i++) {
    const weight = <u32>load<u8>(weights + i);
    if (weight > MOST_BITS) return false;
    store<u32>(starts + (<usize>weight << 2), load<u32>(starts + (<usize>weight << 2)) + 1);
    total += (1 << weight) >> 1;
  }
  if (total === 0) return false;
  const bits: u32 = 32 - clz(total);
  if (bits > MOST_BITS) return false;
  const rest = (<u32>1 << bits) - total;
  if ((rest & (rest - 1)) !== 0) return false;
  const last: u32 = 32 - clz(rest);
  store<u8>(weights + count++, <u8>last);
  store<u32>(starts + (<usize>last << 2), load<u32>(starts + (<usize>last << 2)) + 1);
  // The longest codes come in pairs.
  const longest = load<u32>(starts, 4);
  if (longest < 2 || (longest & 1) !== 0) return false;
  let place: u32 = 0;
  for (let weight: u32 = 1; weight <= bits; weight++) {
    const number = load<u32>(starts + (<usize>weight << 2));
    store<u32>(starts + (<usize>weight << 2), place);
    place += number << (weight - 1);
  }
  for (let symbol = 0; symbol < count; symbol++) {
    const weight = <u32>load<u8>(weights + symbol);
    if (weight === 0) continue;
    const at = starts + (<usize>weight << 2);
    const start = load<u32>(at);
    const places: u32 = 1 << (weight - 1);
    store<u32>(at, start + places);
    fill(table + (<usize>start << 1), places, (<u32>symbol << 8) | (bits + 1 - weight));
  }
  treeBits = bits;
  return true;
}

// @ts-ignore: decorator
@inline
function fill(at: usize, places: u32, entry: u32): void {
  if (places < 4) {
    store<u16>(at, <u16>entry);
    if (places === 2) store<u16>(at, <u16>entry, 2);
    return;
  }
  const four = <u64>entry * 0x0001000100010001;
  for (const end = at + (<usize>places << 1); at < end; at += 8) store<u64>(at, four);
}

/** One stream of `length` bytes into exactly `count` literals at `to`. */
export function readStream(from: usize, length: i32, to: usize, count: i32): bool {
  const position = bitsOf(from, length);
  return position >= 0 && finish(from, position, to, to + count);
}

function finish(from: usize, position: i32, to: usize, end: usize): bool {
  const bits = treeBits;
  while (to < end) {
    const entry = load<u16>(table + (<usize>take(from, position, bits) << 1));
    position -= <i32>(entry & 0xff);
    store<u8>(to++, <u8>(entry >> 8));
    if (position < 0) return false;
  }
  return position === 0;
}

// A stream on its way has the next bits at the top of a word, and below all of them a one: the zeros below that tell how many were taken. Each
// time five codes, at most 55 bits, are taken, and the word is made anew from the bytes at `ip`.
// @ts-ignore: decorator
@inline
function wordAt(at: usize, used: u64): u64 {
  return (load<u64>(at) | 1) << used;
}

// @ts-ignore: decorator
@inline
function entryAt(bits: u64): u64 {
  return <u64>load<u16>(table + (<usize>bits << 1));
}

/** Bits left in the stream at `from`, whose word at `at` is `word`. */
// @ts-ignore: decorator
@inline
function positionOf(from: usize, at: usize, word: u64): i32 {
  return (<i32>(at - from) << 3) + 64 - <i32>ctz(word);
}

/** Four streams, of which the first three make the same number of literals: all of `count` at `to`. */
export function readFourStreams(from: usize, length: i32, to: usize, count: i32): bool {
  if (length < 10) return false;
  const a = from + 6;
  const b = a + <usize>load<u16>(from);
  const c = b + <usize>load<u16>(from, 2);
  const d = c + <usize>load<u16>(from, 4);
  const end = from + length;
  if (d >= end) return false;
  const quarter = (count + 3) >> 2;
  if (quarter * 3 > count) return false;
  const bitsA = bitsOf(a, <i32>(b - a));
  const bitsB = bitsOf(b, <i32>(c - b));
  const bitsC = bitsOf(c, <i32>(d - c));
  const bitsD = bitsOf(d, <i32>(end - d));
  if (bitsA < 0 || bitsB < 0 || bitsC < 0 || bitsD < 0) return false;
  let toA = to;
  let toB = toA + quarter;
  let toC = toB + quarter;
  let toD = toC + quarter;
  const endA = toB;
  const endB = toC;
  const endC = toD;
  const endD = to + count;
  let atA = b - 8;
  let atB = c - 8;
  let atC = d - 8;
  let atD = end - 8;
  let wordA = wordAt(atA, <u64>(((<i32>(b - a)) << 3) - bitsA));
  let wordB = wordAt(atB, <u64>(((<i32>(c - b)) << 3) - bitsB));
  let wordC = wordAt(atC, <u64>(((<i32>(d - c)) << 3) - bitsC));
  let wordD = wordAt(atD, <u64>(((<i32>(end - d)) << 3) - bitsD));
  const shift = <u64>(64 - treeBits);
  let entryA: u64;
  let entryB: u64;
  let entryC: u64;
  let entryD: u64;
  while (true) {
    // No stream goes below its first byte, none writes more than its literals: as many rounds as that allows at the least.
    const bytes = min(min(<isize>(atA - a), <isize>(atB - b)), min(<isize>(atC - c), <isize>(atD - d)));
    let rounds = min<isize>(bytes < 0 ? 0 : bytes / 7, <isize>(endD - toD) / 5);
    if (rounds <= 0) break;
    do {
      // Five times the same: a loop of its own costs a tenth.
      entryA = entryAt(wordA >> shift);
      entryB = entryAt(wordB >> shift);
      entryC = entryAt(wordC >> shift);
      entryD = entryAt(wordD >> shift);
      wordA <<= entryA;
      wordB <<= entryB;
      wordC <<= entryC;
      wordD <<= entryD;
      store<u8>(toA, <u8>(entryA >> 8));
      store<u8>(toB, <u8>(entryB >> 8));
      store<u8>(toC, <u8>(entryC >> 8));
      store<u8>(toD, <u8>(entryD >> 8));
      entryA = entryAt(wordA >> shift);
      entryB = entryAt(wordB >> shift);
      entryC = entryAt(wordC >> shift);
      entryD = entryAt(wordD >> shift);
      wordA <<= entryA;
      wordB <<= entryB;
      wordC <<= entryC;
      wordD <<= entryD;
      store<u8>(toA, <u8>(entryA >> 8), 1);
      store<u8>(toB, <u8>(entryB >> 8), 1);
      store<u8>(toC, <u8>(entryC >> 8), 1);
      store<u8>(toD, <u8>(entryD >> 8), 1);
      entryA = entryAt(wordA >> shift);
      entryB = entryAt(wordB >> shift);
      entryC = entryAt(wordC >> shift);
      entryD = entryAt(wordD >> shift);
      wordA <<= entryA;
      wordB <<= entryB;
      wordC <<= entryC;
      wordD <<= entryD;
      store<u8>(toA, <u8>(entryA >> 8), 2);
      store<u8>(toB, <u8>(entryB >> 8), 2);
      store<u8>(toC, <u8>(entryC >> 8), 2);
      store<u8>(toD, <u8>(entryD >> 8), 2);
      entryA = entryAt(wordA >> shift);
      entryB = entryAt(wordB >> shift);
      entryC = entryAt(wordC >> shift);
      entryD = entryAt(wordD >> shift);
      wordA <<= entryA;
      wordB <<= entryB;
      wordC <<= entryC;
      wordD <<= entryD;
      store<u8>(toA, <u8>(entryA >> 8), 3);
      store<u8>(toB, <u8>(entryB >> 8), 3);
      store<u8>(toC, <u8>(entryC >> 8), 3);
      store<u8>(toD, <u8>(entryD >> 8), 3);
      entryA = entryAt(wordA >> shift);
      entryB = entryAt(wordB >> shift);
      entryC = entryAt(wordC >> shift);
      entryD = entryAt(wordD >> shift);
      wordA <<= entryA;
      wordB <<= entryB;
      wordC <<= entryC;
      wordD <<= entryD;
      store<u8>(toA, <u8>(entryA >> 8), 4);
      store<u8>(toB, <u8>(entryB >> 8), 4);
      store<u8>(toC, <u8>(entryC >> 8), 4);
      store<u8>(toD, <u8>(entryD >> 8), 4);
      toA += 5;
      toB += 5;
      toC += 5;
      toD += 5;
      const usedA = ctz(wordA);
      const usedB = ctz(wordB);
      const usedC = ctz(wordC);
      const usedD = ctz(wordD);
      atA -= <usize>(usedA >> 3);
      atB -= <usize>(usedB >> 3);
      atC -= <usize>(usedC >> 3);
      atD -= <usize>(usedD >> 3);
      wordA = wordAt(atA, usedA & 7);
      wordB = wordAt(atB, usedB & 7);
      wordC = wordAt(atC, usedC & 7);
      wordD = wordAt(atD, usedD & 7);
    } while (--rounds > 0);
  }
  return finish(a, positionOf(a, atA, wordA), toA, endA) && finish(b, positionOf(b, atB, wordB), toB, endB)
    && finish(c, positionOf(c, atC, wordC), toC, endC) && finish(d, positionOf(d, atD, wordD), toD, endD);
}
