// Canonical Huffman codes as PIZ and DWA store them (OpenEXR Technical Introduction, "PIZ Compression"; the code itself: Hashemian,
// "Memory efficient and high-speed search Huffman coding"). Codes are assigned from the longest length up, so that in a stream read from the
// most significant bit, a left-justified value's code length never grows as the value grows. That makes decoding cheap:
//
// - The length of the next code is found from the value's top 12 bits alone, for codes of any length, except in the few of the 4096 buckets
//   that hold a boundary between two lengths. A table gives that length, and where the bits left in the bucket determine the following code's
//   length too, both: two symbols a step. Only a table of 4 KiB is on the critical path.
// - The symbol is symbols[code - firstCode[length] + firstId[length]], off the critical path.
//
// Buckets that hold a boundary, the run-length symbol, a code longer than 28 bits or no code have entry 0 and take the slow way, one symbol.

/** Code lengths are 0…58; 59…62 are short runs of unused symbols, 63 a long one. */
export const MAX_LENGTH: i32 = 58;
const SHORT_RUN: u32 = 59;
const LONG_RUN: u32 = 63;
/** 65,536 values and the run-length symbol. */
export const SYMBOLS: i32 = 65537;
const BUCKET_BITS: i32 = 12;
const BUCKETS: i32 = 1 << BUCKET_BITS;
/** A refill guarantees 56 bits: three steps of at most 18 where no code is longer, else two of 28. */
export const SHORT_STEP: i32 = 18;
export const LONG_STEP: i32 = 28;
/** Set in a pair entry when it holds two symbols. Below it 6 bits of the first length, below that 6 bits of the step's whole length. */
const PAIR: u32 = 1 << 12;

// Tables at fixed addresses: the fast loop's loads then need no sums.
export const FIRST = memory.data(512, 64); // u64[64]: the lowest code of each length
export const COUNT = memory.data(256, 64); // u32[64]: codes of each length
export const OFFSET = memory.data(256, 64); // u32[64]: 2 × (id of a code of this length minus the code), modulo 2^32: ids index 2-byte symbols
const BUCKET = memory.data(4096, 64); // u8[4096]: code length of each bucket, 0 where it is not one length
export const STEP = memory.data(8192, 64); // u16[4096]: what one step of the fast loop takes
export const TAKE = memory.data(4096, 64); // u8[4096]: its whole length alone, for the shortest way to the next step
export const SYMBOL = memory.data(131136, 64); // u16[65537]: symbols in code order


/** Bytes of the list of used symbols. */
export const LIST_BYTES: usize = 262208;

/**
 * Unpacks 6-bit code lengths of the symbols low…high into the list of used symbols at `list`: length << 24 | symbol, in
 * symbol order, 0 behind the last. Returns the address behind them, 0 when they lie.
 */
export function readCodeLengths(from: usize, end: usize, low: u32, high: u32, list: usize): usize {
  memory.fill(COUNT, 0, 256);
  let used = list;
  let p = from;
  let held: u32 = 0; // bits read but not yet taken, in the low `have` bits
  let have: u32 = 0;
  for (let symbol = low; symbol <= high; symbol++) {
    if (have < 6) {
      if (p >= end) return 0;
      held = (held << 8) | <u32>load<u8>(p++);
      have += 8;
    }
    have -= 6;
    const length = (held >> have) & 63;
    if (length == 0) continue;
    if (length < SHORT_RUN) {
      store<u32>(used, (length << 24) | symbol);
      used += 4;
      const counter = COUNT + (<usize>length << 2);
      store<u32>(counter, load<u32>(counter) + 1);
      continue;
    }
    let skip: u32;
    if (length == LONG_RUN) {
      if (have < 8) {
        if (p >= end) return 0;
        held = (held << 8) | <u32>load<u8>(p++);
        have += 8;
      }
      have -= 8;
      skip = ((held >> have) & 255) + 6;
    } else {
      skip = length - SHORT_RUN + 2;
    }
    if (skip > high - symbol + 1) return 0;
    symbol += skip - 1;
  }
  store<u32>(used, 0); // the end: a length of 0 is never in the list
  return p;
}

/**
 * Assigns codes and sorts the symbols by code. Returns the run-length symbol's id (-1: it has no code), or -2 when the lengths are not a
 * prefix code: more codes than fit, or a number of codes of one length that leaves half a code for the shorter ones.
 */
export function assignCodes(runSymbol: u32, list: usize): i32 {
  let code: u64 = 0;
  let id: u32 = 0;
  let odd = false;
  for (let length = MAX_LENGTH; length > 0; length--) {
    const count = load<u32>(COUNT + (<usize>length << 2));
    if (count != 0 && odd) return -2;
    store<u64>(FIRST + (<usize>length << 3), code);
    store<u32>(OFFSET + (<usize>length << 2), (id - <u32>code) << 1);
    id += count;
    code += count;
    if (code > <u64>1 << length) return -2;
    odd = odd || (code & 1) != 0;
    code >>= 1;
  }
  store<u32>(OFFSET, 0); // takeStep's second code of no bits is symbol 0
  // A counting sort: BUCKET is still free and holds the next id of each length.
  const next = BUCKET;
  for (let length = 1; length <= MAX_LENGTH; length++) {
    store<u32>(next + (<usize>length << 2), firstIdOf(length));
  }
  let run = -1;
  for (let used = list; ; used += 4) {
    const entry = load<u32>(used);
    if (entry == 0) break;
    const slot = next + ((entry >> 24) << 2);
    const at = load<u32>(slot);
    store<u32>(slot, at + 1);
    const symbol = entry & 0xffffff;
    store<u16>(SYMBOL + (<usize>at << 1), <u16>symbol);
    if (symbol == runSymbol) run = at;
  }
  return run;
}

/** The id of the lowest code of a length. Ids are below 2^17, so that half of the doubled sum modulo 2^32 is right. */
function firstIdOf(length: i32): u32 {
  return ((<u32>load<u64>(FIRST + (<usize>length << 3)) << 1) + load<u32>(OFFSET + (<usize>length << 2))) >> 1;
}

/** Bits of the longest code. */
export function longestCode(): i32 {
  let length = MAX_LENGTH;
  while (length > 1 && load<u32>(COUNT + (<usize>length << 2)) == 0) length--;
  return length;
}

/** Fills the bucket and step tables. `run` is the id of the run-length symbol. */
export function buildSteps(run: i32, most: i32): void {
  memory.fill(BUCKET, 0, BUCKETS);
  let runFirst = -1; // the buckets that the run-length symbol is in
  let runLast = -2;
  for (let length = 1; length <= MAX_LENGTH; length++) {
    const count = load<u32>(COUNT + (<usize>length << 2));
    if (count == 0) continue;
    const first = load<u64>(FIRST + (<usize>length << 3));
    const ofRun = <u32>run - firstIdOf(length);
    if (length <= BUCKET_BITS) {
      const width = BUCKET_BITS - length;
      memory.fill(BUCKET + (<usize>first << width), <u8>length, <usize>count << width);
      if (ofRun < count) {
        runFirst = <i32>(<u32>first + ofRun) << width;
        runLast = runFirst + (1 << width) - 1;
      }
    } else {
      const width = length - BUCKET_BITS;
      const from = <usize>((first + (<u64>1 << width) - 1) >> width);
      const to = <usize>((first + count) >> width);
      if (to > from && length <= most) memory.fill(BUCKET + from, <u8>length, to - from);
      if (ofRun < count) runFirst = runLast = <i32>((first + ofRun) >> width);
    }
  }
  if (run >= 0) memory.fill(BUCKET + runFirst, 0, runLast - runFirst + 1);
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const one = <i32>load<u8>(BUCKET + bucket);
    let step = <u32>one | (<u32>one << 6);
    if (one != 0 && one < BUCKET_BITS) {
      const from = (bucket << one) & (BUCKETS - 1);
      const to = from + (1 << one) - 1;
      const two = <i32>load<u8>(BUCKET + from);
      const same = two != 0 && two == <i32>load<u8>(BUCKET + to) && one + two <= most;
      if (same && (runFirst > to || runLast < from)) step = PAIR | (<u32>one << 6) | <u32>(one + two);
    }
    store<u16>(STEP + (<usize>bucket << 1), <u16>step);
    store<u8>(TAKE + bucket, <u8>(step & 63));
  }
}
