// Canonical Huffman codes as PIZ and DWA store them (OpenEXR Technical Introduction, "PIZ Compression"; the code itself: Hashemian,
// "Memory efficient and high-speed search Huffman coding"). Codes are assigned from the longest length up, so that in a stream read from the
// most significant bit, a left-justified value's code length never grows as the value grows. That makes decoding cheap:
//
// - The length of the next code is found from the value's top 12 bits alone, for codes of any length, except in the few of the 4096 buckets
//   that hold a boundary between two lengths. A table gives that length, and where the bits left in the bucket determine the following code's
//   length too, both: two symbols a step. Only this small table (8 KiB) is on the critical path.
// - The symbol is symbols[code - firstCode[length] + firstId[length]], off the critical path.
//
// Buckets that hold a boundary, the run-length symbol, a code longer than 28 bits or no code have entry 0 and take the slow way, one symbol.

/** Code lengths are 0…58; 59…62 are short runs of unused symbols, 63 a long one. */
const MAX_LENGTH: i32 = 58;
const SHORT_RUN: u32 = 59;
const LONG_RUN: u32 = 63;
/** 65,536 values and the run-length symbol. */
const SYMBOLS: i32 = 65537;
const HEADER_BYTES: i32 = 20;
const BUCKET_BITS: i32 = 12;
const BUCKETS: i32 = 1 << BUCKET_BITS;
/** Most bits in one step of the fast loop: two steps fit in the 56 bits that a refill guarantees. */
const STEP_BITS: i32 = 28;
/** Set in a pair entry when it holds two symbols. Below it 6 bits of the first length, below that 6 bits of the step's whole length. */
const PAIR: u32 = 1 << 12;

// Results of huffmanDecode: 0 or one of these.
const BAD_HEADER: i32 = 1;
const BAD_TABLE: i32 = 2;
const BAD_CODE: i32 = 3;
const BAD_RUN: i32 = 4;
const OUT_OF_BITS: i32 = 5;
const BITS_LEFT: i32 = 6;

// Tables at fixed addresses: the fast loop's loads then need no sums.
const FIRST = memory.data(512, 64); // u64[64]: the lowest code of each length
const COUNT = memory.data(256, 64); // u32[64]: codes of each length
const OFFSET = memory.data(256, 64); // u32[64]: 2 × (id of a code of this length minus the code), modulo 2^32: ids index 2-byte symbols
const BUCKET = memory.data(4096, 64); // u8[4096]: code length of each bucket, 0 where it is not one length
const STEP = memory.data(8192, 64); // u16[4096]: what one step of the fast loop takes
const SYMBOL = memory.data(131136, 64); // u16[65537]: symbols in code order

// Scratch layout, in bytes from the scratch address.
const AT_USED: usize = 0; // u32[65537]: used symbols in symbol order, length << 24 | symbol
const AT_BITS: usize = AT_USED + 262208; // the reversed bit stream, with zeroes on both sides
const PAD: usize = 64;

/** Bytes of scratch that huffmanDecode needs for `packedLength` packed bytes. */
export function huffmanScratch(packedLength: usize): usize {
  return AT_BITS + 2 * PAD + ((packedLength + 63) & ~63);
}

/**
 * Decodes exactly `count` 16-bit symbols to `out` from the `length` bytes at `packed`: header (lowest and highest symbol, table length, bits),
 * packed code lengths, codes. The highest symbol is the run-length code: it repeats the last symbol as often as the next 8 bits say.
 * Returns 0, or what is wrong: 1 header, 2 code lengths, 3 no such code, 4 run, 5 the bits end early, 6 bits are left.
 */
export function huffmanDecode(packed: usize, length: usize, out: usize, count: usize, scratch: usize): i32 {
  if (length < <usize>HEADER_BYTES) return BAD_HEADER;
  const low = load<u32>(packed);
  const high = load<u32>(packed, 4);
  const bits = load<u32>(packed, 12);
  if (low > high || high >= <u32>SYMBOLS) return BAD_HEADER;
  const dataBytes = (<usize>bits >> 3) + <usize>((bits & 7) != 0);
  const end = packed + length;
  const data = readCodeLengths(packed + HEADER_BYTES, end, low, high, scratch);
  if (data == 0) return BAD_TABLE;
  if (dataBytes > end - data) return BAD_HEADER;
  const run = assignCodes(high, scratch);
  if (run < -1) return BAD_TABLE;
  buildSteps(run);
  reverseBytes(data, dataBytes, scratch + AT_BITS);
  return decodeSymbols(bits, dataBytes, run, out, count, scratch);
}

/** Unpacks 6-bit code lengths of the symbols low…high into the list of used symbols. Returns the address behind them, 0 when they lie. */
function readCodeLengths(from: usize, end: usize, low: u32, high: u32, scratch: usize): usize {
  memory.fill(COUNT, 0, 256);
  let used = scratch + AT_USED;
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
function assignCodes(runSymbol: u32, scratch: usize): i32 {
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
  for (let used = scratch + AT_USED; ; used += 4) {
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

/** Fills the bucket and step tables. `run` is the id of the run-length symbol. */
function buildSteps(run: i32): void {
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
      if (to > from && length <= STEP_BITS) memory.fill(BUCKET + from, <u8>length, to - from);
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
      const same = two != 0 && two == <i32>load<u8>(BUCKET + to) && one + two <= STEP_BITS;
      if (same && (runFirst > to || runLast < from)) step = PAIR | (<u32>one << 6) | <u32>(one + two);
    }
    store<u16>(STEP + (<usize>bucket << 1), <u16>step);
  }
}

/** Copies the stream back to front, so that a little-endian load sees it from its most significant bit; zeroes before and behind. */
function reverseBytes(from: usize, length: usize, to: usize): void {
  memory.fill(to, 0, PAD);
  let target = to + PAD + length;
  memory.fill(target, 0, PAD);
  let source = from;
  const end = from + length;
  if (ASC_FEATURE_SIMD) {
    while (source + 16 <= end) {
      target -= 16;
      const bytes = v128.load(source);
      v128.store(target, v128.shuffle<u8>(bytes, bytes, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
      source += 16;
    }
  } else {
    while (source + 8 <= end) {
      target -= 8;
      store<u64>(target, bswap<u64>(load<u64>(source)));
      source += 8;
    }
  }
  while (source < end) store<u8>(--target, load<u8>(source++));
}

function decodeSymbols(bits: u32, dataBytes: usize, run: i32, out: usize, count: usize, scratch: usize): i32 {
  const stream = scratch + AT_BITS + PAD;
  const start = stream + dataBytes - 8; // address of the first load; later bytes of the stream are below it
  const outEnd = out + (count << 1);
  const fastEnd = outEnd - 8; // a fast round writes up to four symbols
  let o = out;
  let position: u64 = 0; // bits taken
  while (true) {
    // The fast loop: `held` has its next bit on top and at least `have` good ones (as libdeflate's bit buffer, turned around).
    if (o <= fastEnd) {
      let p = start - <usize>(position >> 3);
      let held = load<u64>(p) << (position & 7);
      let have = 56 - (position & 7);
      p -= 7;
      while (o <= fastEnd && p >= stream) {
        held |= load<u64>(p) >> have;
        p -= <usize>((63 - have) >> 3);
        have |= 56;
        const a = load<u16>(STEP + (<usize>(held >> 52) << 1));
        if (a == 0) break;
        o = takeStep(a, held, o);
        held <<= <u64>a;
        have -= <u64>(a & 63);
        const b = load<u16>(STEP + (<usize>(held >> 52) << 1));
        if (b == 0) break;
        o = takeStep(b, held, o);
        held <<= <u64>b;
        have -= <u64>(b & 63);
      }
      position = (<u64>(start - p) << 3) - have;
    }
    if (o >= outEnd) break;
    // The slow way: one symbol by searching its length.
    if (position >= bits) return OUT_OF_BITS;
    const next = take64(start, position);
    let length = 1;
    while (length <= MAX_LENGTH) {
      const codes = load<u32>(COUNT + (<usize>length << 2));
      if (codes != 0) {
        const above = (next >> (64 - length)) - load<u64>(FIRST + (<usize>length << 3));
        if (above < codes) break;
        // Codes of this length end below the value and shorter ones did not match: no such code.
        if (<i64>above >= 0) return BAD_CODE;
      }
      length++;
    }
    if (length > MAX_LENGTH) return BAD_CODE;
    position += length;
    const doubled = (<u32>(next >> (64 - length)) << 1) + load<u32>(OFFSET + (<usize>length << 2));
    if (doubled >> 1 != <u32>run) {
      store<u16>(o, load<u16>(SYMBOL + doubled));
      o += 2;
    } else {
      if (position + 8 > bits) return OUT_OF_BITS;
      const repeat = <usize>(take64(start, position) >> 56);
      position += 8;
      if (repeat == 0 || o == out || repeat << 1 > outEnd - o) return BAD_RUN;
      const value = load<u16>(o - 2);
      for (const to = o + (repeat << 1); o < to; o += 2) store<u16>(o, value);
    }
  }
  if (position > bits) return OUT_OF_BITS;
  return bits - <u32>position > 7 ? BITS_LEFT : 0;
}

/** Writes the one or two symbols of a step and returns the address behind them. A second store may be overwritten by the next step. */
// @ts-ignore: decorator
@inline
function takeStep(step: u32, held: u64, o: usize): usize {
  const one = (step >> 6) & 63;
  const two = <u64>((step & 63) - one);
  const first = (<u32>(held >> (64 - <u64>one)) << 1) + load<u32>(OFFSET + (<usize>one << 2));
  // With no second code its length is 0 and so is its value: SYMBOL[0] is read and the store below overwritten.
  const rest = ((held << <u64>one) >> 1) >> (63 - two);
  const second = (<u32>rest << 1) + load<u32>(OFFSET + (<usize>two << 2));
  store<u16>(o, load<u16>(SYMBOL + first));
  store<u16>(o, load<u16>(SYMBOL + second), 2);
  return o + 2 + <usize>(step >> 11);
}

/** The 64 bits at a bit position, first bit on top; zeroes beyond the stream. */
// @ts-ignore: decorator
@inline
function take64(start: usize, position: u64): u64 {
  const p = start - <usize>(position >> 3);
  const shift = position & 7;
  return (load<u64>(p) << shift) | (<u64>load<u8>(p - 1) >> (8 - shift));
}
