// Decodes the Huffman blocks of PIZ and DWA by the tables of huffman-tables.ts.
import {
  assignCodes, buildSteps, COUNT, FIRST, LIST_BYTES, LONG_STEP, longestCode, MAX_LENGTH, OFFSET, readCodeLengths, SHORT_STEP, STEP, SYMBOL,
  SYMBOLS, TAKE,
} from './huffman-tables';

const HEADER_BYTES: i32 = 20;

// Results of huffmanDecode: 0 or one of these.
const BAD_HEADER: i32 = 1;
const BAD_TABLE: i32 = 2;
const BAD_CODE: i32 = 3;
const BAD_RUN: i32 = 4;
const OUT_OF_BITS: i32 = 5;
const BITS_LEFT: i32 = 6;

// Scratch layout, in bytes from the scratch address.
const AT_BITS: usize = LIST_BYTES; // behind the list of used symbols: the reversed bit stream, with zeroes on both sides
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
  const most = longestCode() > SHORT_STEP ? LONG_STEP : SHORT_STEP;
  buildSteps(run, most);
  reverseBytes(data, dataBytes, scratch + AT_BITS);
  return decodeSymbols(bits, dataBytes, run, out, count, scratch, most == SHORT_STEP);
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

function decodeSymbols(bits: u32, dataBytes: usize, run: i32, out: usize, count: usize, scratch: usize, three: bool): i32 {
  const stream = scratch + AT_BITS + PAD;
  const start = stream + dataBytes - 8; // address of the first load; later bytes of the stream are below it
  const outEnd = out + (count << 1);
  const fastEnd = outEnd - 12; // a fast round writes up to six symbols
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
        const a = load<u8>(TAKE + <usize>(held >> 52));
        if (a == 0) break;
        o = takeStep(load<u16>(STEP + (<usize>(held >> 52) << 1)), held, o);
        held <<= <u64>a;
        have -= <u64>a;
        const b = load<u8>(TAKE + <usize>(held >> 52));
        if (b == 0) break;
        o = takeStep(load<u16>(STEP + (<usize>(held >> 52) << 1)), held, o);
        held <<= <u64>b;
        have -= <u64>b;
        if (three) {
          const c = load<u8>(TAKE + <usize>(held >> 52));
          if (c == 0) break;
          o = takeStep(load<u16>(STEP + (<usize>(held >> 52) << 1)), held, o);
          held <<= <u64>c;
          have -= <u64>c;
        }
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
