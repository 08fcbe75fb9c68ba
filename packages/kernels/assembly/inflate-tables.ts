// Huffman decoding tables of DEFLATE (RFC 1951, 3.2): one root table indexed by the next bits of the stream, and after
// it a small table for each root prefix of longer codes. An entry is a u32:
//
//   bits 0…5    bits of the stream that the symbol takes: its code, and the extra bits of a length or distance
//   bits 8…11   bits of the code alone (literals: the number of literals, 1 or 2)
//   bit  13     with SPECIAL: end of block.  bit 12 with SPECIAL: no such code
//   bit  14     SPECIAL: end of block, no such code, or the door of a second table (bits 16…31 its first index, bits
//               8…11 its index bits)
//   bit  15     LITERAL: bits 16…23 the first, bits 24…31 the second literal
//   bits 16…31  base of a length or distance
//
// A table's room is bounded thus: a second table of 2^k entries holds at least k+1 codes, so n codes need at most
// n/(k+1) × 2^k entries.

export const LITERAL: u32 = 1 << 15;
export const SPECIAL: u32 = 1 << 14;
export const END_OF_BLOCK: u32 = 1 << 13;
export const NO_CODE: u32 = 1 << 12;

export const LENGTH_BITS: u32 = 11;
export const DISTANCE_BITS: u32 = 8;
/** 2048 entries, and 288 / 5 × 16 behind them. */
export const lengthTable: usize = memory.data(4 * (2048 + 928), 16);
/** 256 entries, and 32 / 8 × 128 behind them. */
export const distanceTable: usize = memory.data(4 * (256 + 512), 16);
/** A byte for each of 288 + 32 symbols, and room for the last run of code lengths to pass the end. */
export const codeLengths: usize = memory.data(512, 16);

/** 128 entries for the 7-bit code of code lengths; no second tables. */
const precodeTable: usize = memory.data(4 * 128, 16);
const sorted: usize = memory.data(2 * 320, 16);
const counts: usize = memory.data(4 * 16, 16);
const places: usize = memory.data(4 * 17, 16);
const precodeLengths: usize = memory.data(32, 16);

/** Order in which the lengths of the code-length code are stored (RFC 1951, 3.2.7). */
const PRECODE_ORDER: usize = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);
/** Lengths of symbols 257…285 and distances of symbols 0…29 (RFC 1951, 3.2.5). */
const LENGTH_BASE: usize = memory.data<u16>([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
]);
const LENGTH_EXTRA: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
]);
const DISTANCE_BASE: usize = memory.data<u16>([
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769,
  1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577,
]);

const LENGTHS: i32 = 0;
const DISTANCES: i32 = 1;
const PRECODE: i32 = 2;

/** The entry of a symbol without its bits, which are added when the code's length is known. */
// @ts-ignore: decorator
@inline
function symbolEntry(kind: i32, symbol: u32): u32 {
  if (kind == PRECODE) return symbol << 16;
  if (kind == DISTANCES) {
    if (symbol > 29) return SPECIAL | NO_CODE;
    return (<u32>load<u16>(DISTANCE_BASE + (symbol << 1)) << 16) | (symbol < 4 ? 0 : (symbol >> 1) - 1);
  }
  if (symbol < 256) return LITERAL | (symbol << 16);
  if (symbol == 256) return SPECIAL | END_OF_BLOCK;
  if (symbol > 285) return SPECIAL | NO_CODE;
  return (<u32>load<u16>(LENGTH_BASE + ((symbol - 257) << 1)) << 16) | <u32>load<u8>(LENGTH_EXTRA + (symbol - 257));
}

// @ts-ignore: decorator
@inline
function withBits(entry: u32, bits: u32): u32 {
  return entry + bits | (entry & LITERAL ? 1 << 8 : bits << 8);
}

/**
 * Fills `table` from `count` code lengths. False when they do not make a prefix code: over-subscribed, or with unused
 * codes other than the one of a single symbol of one bit. A code without symbols is accepted for distances: a block of
 * literals has no use for them.
 */
function buildTable(kind: i32, table: usize, rootBits: u32, lengths: usize, count: u32): bool {
  for (let i: usize = 0; i < 64; i += 8) store<u64>(counts + i, 0);
  for (let i: u32 = 0; i < count; i++) {
    const slot = counts + (<usize>load<u8>(lengths + i) << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
  store<u32>(counts, 0);
  let used: u32 = 0; // of 2^15
  let place: u32 = 0;
  for (let bits: u32 = 1; bits <= 15; bits++) {
    const n = load<u32>(counts + (bits << 2));
    store<u32>(places + (bits << 2), place);
    place += n;
    used += n << (15 - bits);
  }
  if (used > 1 << 15) return false;
  if (used < 1 << 15) {
    if (place > 1 || (place == 1 && load<u32>(counts + 4) != 1) || (place == 0 && kind != DISTANCES)) return false;
    for (let i: u32 = 0; i < 1 << rootBits; i++) store<u32>(table + (i << 2), (SPECIAL | NO_CODE) + 1);
    if (place == 0) return true;
  }
  for (let symbol: u32 = 0; symbol < count; symbol++) {
    const bits = <usize>load<u8>(lengths + symbol);
    if (!bits) continue;
    const slot = places + (bits << 2);
    const at = load<u32>(slot);
    store<u32>(slot, at + 1);
    store<u16>(sorted + (at << 1), <u16>symbol);
  }
  fillTable(kind, table, rootBits);
  return true;
}

/**
 * Gives the sorted symbols their codes in order (RFC 1951, 3.2.2) and puts each where the stream's bits, which come
 * reversed, lead to it.
 */
function fillTable(kind: i32, table: usize, rootBits: u32): void {
  let code: u32 = 0; // reversed
  let next: u32 = 0;
  let bits: u32 = 1;
  while (!load<u32>(counts + (bits << 2))) bits++;
  // Codes of up to rootBits: a table for `bits` bits is two copies of the one for a bit less, and the codes of that
  // length.
  let size: u32 = 1 << bits;
  for (; bits <= rootBits; bits++) {
    for (let left = load<u32>(counts + (bits << 2)); left; left--) {
      store<u32>(table + (code << 2), withBits(symbolEntry(kind, load<u16>(sorted + (next++ << 1))), bits));
      const ones = (size - 1) ^ code;
      if (!ones) {
        for (; bits < rootBits; bits++) size = doubled(table, size);
        return;
      }
      code = nextCode(code, ones);
    }
    if (bits < rootBits) size = doubled(table, size);
  }
  const rootSize: u32 = 1 << rootBits;
  let end = rootSize;
  let start: u32 = 0;
  let door: u32 = -1;
  for (; bits <= 15; bits++) {
    for (let left = load<u32>(counts + (bits << 2)); left; left--) {
      const prefix = code & (rootSize - 1);
      if (prefix != door) {
        door = prefix;
        // As many index bits as the longest code behind this prefix needs: codes follow each other in order of length.
        let indexBits = bits - rootBits;
        let space = left;
        while (space < 1 << indexBits && rootBits + indexBits < 15) {
          indexBits++;
          space = (space << 1) + load<u32>(counts + ((rootBits + indexBits) << 2));
        }
        start = end;
        end = start + (1 << indexBits);
        store<u32>(table + (prefix << 2), (start << 16) | SPECIAL | (indexBits << 8) | rootBits);
      }
      const entry = withBits(symbolEntry(kind, load<u16>(sorted + (next++ << 1))), bits - rootBits);
      for (let i = start + (code >> rootBits); i < end; i += 1 << (bits - rootBits)) {
        store<u32>(table + (i << 2), entry);
      }
      const ones = ((1 << bits) - 1) ^ code;
      if (!ones) return;
      code = nextCode(code, ones);
    }
  }
}

/** Adds one at the most significant end of a reversed code that is not all ones; `ones` are its zeroes. */
// @ts-ignore: decorator
@inline
function nextCode(code: u32, ones: u32): u32 {
  const bit: u32 = 1 << (31 - clz(ones));
  return (code & (bit - 1)) | bit;
}

/** Copies the first `size` entries behind themselves. Returns twice the size. */
// @ts-ignore: decorator
@inline
function doubled(table: usize, size: u32): u32 {
  const bytes = <usize>size << 2;
  if (ASC_FEATURE_SIMD && size >= 4) {
    for (let i: usize = 0; i < bytes; i += 16) v128.store(table + bytes + i, v128.load(table + i));
  } else {
    for (let i: usize = 0; i < bytes; i += 8) store<u64>(table + bytes + i, load<u64>(table + i));
  }
  return size << 1;
}

/**
 * Whether at least two in five of the codes that a stream may begin with are those of literals of up to 5 bits, so that
 * pairs are worth it.
 */
function hasShortLiterals(): bool {
  let short: u32 = 0; // of 32
  let next: u32 = 0;
  for (let bits: u32 = 1; bits <= 5; bits++) {
    for (let left = load<u32>(counts + (bits << 2)); left; left--) {
      if (load<u16>(sorted + (next++ << 1)) < 256) short += 1 << (5 - bits);
    }
  }
  return short >= 13;
}

/** Where two literals' codes fit in the root's bits together, one look-up gives both. */
function pairLiterals(): void {
  for (let i: i32 = (1 << LENGTH_BITS) - 1; i >= 0; i--) {
    // From the top down: the entry of the bits that follow (index i >> bits ≤ i) is still single when it is read.
    const slot = lengthTable + (<usize>i << 2);
    const first = load<u32>(slot);
    if (!(first & LITERAL)) continue;
    const bits = first & 63;
    const second = load<u32>(lengthTable + (<usize>(<u32>i >> bits) << 2));
    const both = bits + (second & 63);
    if (!(second & LITERAL) || both > LENGTH_BITS) continue;
    store<u32>(slot, (first & 0x00ff0000) | ((second & 0x00ff0000) << 8) | LITERAL | (2 << 8) | both);
  }
}

/**
 * Whether the tables are those of the fixed codes: a stream of nothing but empty fixed blocks must not build them every
 * ten bits.
 */
let areFixed = false;

/** Tables of a block from the code lengths at `codeLengths`. */
export function buildBlockTables(lengthCount: u32, distanceCount: u32): bool {
  areFixed = false;
  if (!load<u8>(codeLengths + 256)) return false; // a block that could not end
  if (!buildTable(LENGTHS, lengthTable, LENGTH_BITS, codeLengths, lengthCount)) return false;
  if (hasShortLiterals()) pairLiterals();
  return buildTable(DISTANCES, distanceTable, DISTANCE_BITS, codeLengths + lengthCount, distanceCount);
}

/** Tables of a block with fixed codes (RFC 1951, 3.2.6). */
export function buildFixedTables(): void {
  if (areFixed) return;
  memory.fill(codeLengths, 8, 144);
  memory.fill(codeLengths + 144, 9, 112);
  memory.fill(codeLengths + 256, 7, 24);
  memory.fill(codeLengths + 280, 8, 8);
  memory.fill(codeLengths + 288, 5, 32);
  buildBlockTables(288, 32);
  areFixed = true;
}

/** Repeats a code length 3 to 138 times from `at` on; up to 7 bytes behind them are overwritten. */
// @ts-ignore: decorator
@inline
export function repeatLength(at: usize, value: u32, times: usize): void {
  const word: u64 = <u64>value * 0x0101010101010101;
  for (let i: usize = 0; i < times; i += 8) store<u64>(at + i, word);
}

/** The table of the code-length code, from the 3-bit lengths in stored order. */
export function clearPrecode(): void {
  for (let i: usize = 0; i < 24; i += 8) store<u64>(precodeLengths + i, 0);
}
// @ts-ignore: decorator
@inline
export function setPrecodeLength(index: u32, bits: u32): void {
  store<u8>(precodeLengths + <usize>load<u8>(PRECODE_ORDER + index), <u8>bits);
}
export function buildPrecode(): bool {
  return buildTable(PRECODE, precodeTable, 7, precodeLengths, 19);
}
// @ts-ignore: decorator
@inline
export function precodeEntry(bits: u32): u32 {
  return load<u32>(precodeTable + ((bits & 127) << 2));
}
