// Inflate (RFC 1951) and its zlib wrapping (RFC 1950). The design is the one known from libdeflate: 64 bits of the
// stream in a register, refilled by whole words; table entries that hold all of a symbol; a fast loop while there is
// room on both sides, a careful one at the ends. Nothing is written outside [out, out + outLength). Up to 32 bytes
// behind the packed ones may be read, and are never believed.
import { adler32 } from './adler32';
import { copyMatchFast } from './inflate-copy';
import {
  buildBlockTables, buildFixedTables, buildPrecode, clearPrecode, codeLengths, DISTANCE_BITS, distanceTable,
  END_OF_BLOCK, LENGTH_BITS, lengthTable, LITERAL, NO_CODE, precodeEntry, repeatLength, setPrecodeLength, SPECIAL,
} from './inflate-tables';

/** Results below zero. */
const BROKEN: i32 = -1;
const TOO_LONG: i32 = -2;
const TRUNCATED: i32 = -3;
const BAD_CHECKSUM: i32 = -4;
const TRAILING: i32 = -5;

/** An iteration of the fast loop writes at most 8 literals, a match of 258 and 16 bytes that a copy runs over. */
const FAST_OUT: usize = 8 + 258 + 32;
/** And refills at most three times, eight bytes each. */
const FAST_IN: usize = 40;

// @ts-ignore: decorator
@inline
const LENGTH_MASK: u64 = (1 << LENGTH_BITS) - 1;
// @ts-ignore: decorator
@inline
const DISTANCE_MASK: u64 = (1 << DISTANCE_BITS) - 1;

// @ts-ignore: decorator
@inline
function lengthEntry(bits: u64): u64 {
  return <u64>load<u32>(lengthTable + (<usize>(bits & LENGTH_MASK) << 2));
}

/** The entry in the second table that `door` leads to. */
// @ts-ignore: decorator
@inline
function secondEntry(table: usize, door: u64, bits: u64): u64 {
  return <u64>load<u32>(table + (<usize>((door >> 16) + (bits & ((<u64>1 << ((door >> 8) & 15)) - 1))) << 2));
}

/** The value of a length or distance: its base and the extra bits that follow its code in `bits`. */
// @ts-ignore: decorator
@inline
function valueOf(entry: u64, bits: u64): usize {
  return <usize>(entry >> 16) + <usize>((bits & ((<u64>1 << entry) - 1)) >> ((entry >> 8) & 15));
}

/** Where the last stream ended, for the caller that wants to know what follows it. */
let streamEnd: usize = 0;

/**
 * Inflates the raw DEFLATE stream at `packed` to at most `outLength` bytes at `out`.
 * Returns the bytes written, or BROKEN, TOO_LONG, TRUNCATED.
 */
export function inflateRaw(packed: usize, packedLength: usize, out: usize, outLength: usize): i32 {
  const inEnd = packed + packedLength;
  const inFast = packedLength > FAST_IN ? inEnd - FAST_IN : packed;
  const outEnd = out + outLength;
  const outFast = outLength > FAST_OUT ? outEnd - FAST_OUT : out;
  let from = packed;
  let to = out;
  // Low bits of `bits` come first in the stream. Only the low 6 bits of `left` count: the rest is what was borrowed
  // when entries were subtracted.
  let bits: u64 = 0;
  let left: u64 = 0;
  let last = false;

  while (!last) {
    if (from - <usize>((left & 63) >> 3) > inEnd) return TRUNCATED;
    // Refill: at least 56 bits.
    bits |= load<u64>(from) << left;
    from += <usize>(7 - ((left >> 3) & 7));
    left |= 56;
    last = <bool>(bits & 1);
    const type = <u32>(bits >> 1) & 3;
    bits >>= 3;
    left -= 3;

    if (type == 0) {
      // Stored: the rest of this byte is skipped, and whole bytes in the register are given back.
      from -= <usize>((left & 63) >> 3);
      bits = 0;
      left = 0;
      if (from > inEnd || inEnd - from < 4) return TRUNCATED;
      const length = <usize>load<u16>(from);
      if ((length ^ <usize>load<u16>(from, 2)) != 0xffff) return BROKEN;
      from += 4;
      if (inEnd - from < length) return TRUNCATED;
      if (outEnd - to < length) return TOO_LONG;
      memory.copy(to, from, length);
      to += length;
      from += length;
      continue;
    }
    if (type == 3) return BROKEN;
    if (type == 1) {
      buildFixedTables();
    } else {
      const lengthCount = (<u32>bits & 31) + 257;
      const distanceCount = (<u32>(bits >> 5) & 31) + 1;
      const precodeCount = (<u32>(bits >> 10) & 15) + 4;
      if (lengthCount > 286 || distanceCount > 30) return BROKEN;
      bits >>= 14;
      left -= 14;
      clearPrecode();
      for (let i: u32 = 0; i < precodeCount; i++) {
        if ((left & 63) < 3) {
          bits |= load<u64>(from) << left;
          from += <usize>(7 - ((left >> 3) & 7));
          left |= 56;
        }
        setPrecodeLength(i, <u32>bits & 7);
        bits >>= 3;
        left -= 3;
      }
      if (!buildPrecode()) return BROKEN;
      const total = lengthCount + distanceCount;
      for (let i: u32 = 0; i < total; ) {
        if (from - <usize>((left & 63) >> 3) > inEnd) return TRUNCATED;
        bits |= load<u64>(from) << left;
        from += <usize>(7 - ((left >> 3) & 7));
        left |= 56;
        const entry = precodeEntry(<u32>bits);
        if (entry & SPECIAL) return BROKEN;
        const taken = <u64>(entry & 63);
        bits >>= taken;
        left -= taken;
        const symbol = entry >> 16;
        if (symbol < 16) {
          store<u8>(codeLengths + i, <u8>symbol);
          i++;
          continue;
        }
        let value: u32 = 0;
        let repeat: u32 = 0;
        let extra: u64 = 7;
        if (symbol == 16) {
          if (!i) return BROKEN;
          value = load<u8>(codeLengths + i - 1);
          repeat = 3 + (<u32>bits & 3);
          extra = 2;
        } else if (symbol == 17) {
          repeat = 3 + (<u32>bits & 7);
          extra = 3;
        } else {
          repeat = 11 + (<u32>bits & 127);
        }
        bits >>= extra;
        left -= extra;
        if (i + repeat > total) return BROKEN;
        repeatLength(codeLengths + i, value, repeat);
        i += repeat;
      }
      if (!buildBlockTables(lengthCount, distanceCount)) return BROKEN;
    }

    let ended = false;
    if (from < inFast && to < outFast) {
      bits |= load<u64>(from) << left;
      from += <usize>(7 - ((left >> 3) & 7));
      left |= 56;
      let entry = lengthEntry(bits);
      do {
        // At least 56 bits here. A look-up of literals takes up to 11 of them.
        if (<u32>entry & LITERAL) {
          bits >>= entry;
          left -= entry;
          store<u16>(to, <u16>(entry >> 16));
          to += <usize>((entry >> 8) & 3);
          entry = lengthEntry(bits);
          if (<u32>entry & LITERAL) {
            bits >>= entry;
            left -= entry;
            store<u16>(to, <u16>(entry >> 16));
            to += <usize>((entry >> 8) & 3);
            entry = lengthEntry(bits);
            if (<u32>entry & LITERAL) {
              bits >>= entry;
              left -= entry;
              store<u16>(to, <u16>(entry >> 16));
              to += <usize>((entry >> 8) & 3);
              entry = lengthEntry(bits);
              if (<u32>entry & LITERAL) {
                bits >>= entry;
                left -= entry;
                store<u16>(to, <u16>(entry >> 16));
                to += <usize>((entry >> 8) & 3);
                bits |= load<u64>(from) << left;
                from += <usize>(7 - ((left >> 3) & 7));
                left |= 56;
                entry = lengthEntry(bits);
                continue;
              }
            }
          }
        }
        // At least 23 bits: enough for a length of 15 + 5.
        let before = bits;
        bits >>= entry;
        left -= entry;
        if (<u32>entry & SPECIAL) {
          if (!(<u32>entry & (END_OF_BLOCK | NO_CODE))) {
            entry = secondEntry(lengthTable, entry, bits);
            before = bits;
            bits >>= entry;
            left -= entry;
          }
          if (<u32>entry & LITERAL) {
            store<u8>(to, <u8>(entry >> 16));
            to++;
            bits |= load<u64>(from) << left;
            from += <usize>(7 - ((left >> 3) & 7));
            left |= 56;
            entry = lengthEntry(bits);
            continue;
          }
          if (<u32>entry & SPECIAL) {
            if (!(<u32>entry & END_OF_BLOCK)) return BROKEN;
            ended = true;
            break;
          }
        }
        const length = valueOf(entry, before);
        bits |= load<u64>(from) << left;
        from += <usize>(7 - ((left >> 3) & 7));
        left |= 56;
        entry = <u64>load<u32>(distanceTable + (<usize>(bits & DISTANCE_MASK) << 2));
        if (<u32>entry & SPECIAL) {
          if (<u32>entry & NO_CODE) return BROKEN;
          bits >>= entry;
          left -= entry;
          entry = secondEntry(distanceTable, entry, bits);
          if (<u32>entry & SPECIAL) return BROKEN;
        }
        before = bits;
        bits >>= entry;
        left -= entry;
        const distance = valueOf(entry, before);
        // The next entry is looked up before the copy, which has no part in it: at least 28 bits are left.
        bits |= load<u64>(from) << left;
        from += <usize>(7 - ((left >> 3) & 7));
        left |= 56;
        entry = lengthEntry(bits);
        if (distance > to - out) return BROKEN;
        copyMatchFast(to, distance, length);
        to += length;
      } while (from < inFast && to < outFast);
    }

    // The careful loop: a symbol at a time, every room checked.
    while (!ended) {
      bits |= load<u64>(from) << left;
      from += <usize>(7 - ((left >> 3) & 7));
      left |= 56;
      let entry = lengthEntry(bits);
      if (<u32>entry & SPECIAL && !(<u32>entry & (END_OF_BLOCK | NO_CODE))) {
        bits >>= entry;
        left -= entry;
        entry = secondEntry(lengthTable, entry, bits);
      }
      let before = bits;
      bits >>= entry;
      left -= entry;
      if (<u32>entry & LITERAL) {
        const count = <usize>((entry >> 8) & 3);
        if (from - <usize>((left & 63) >> 3) > inEnd) return TRUNCATED;
        if (outEnd - to < count) return TOO_LONG;
        store<u8>(to, <u8>(entry >> 16));
        if (count == 2) store<u8>(to, <u8>(entry >> 24), 1);
        to += count;
        continue;
      }
      if (<u32>entry & SPECIAL) {
        if (from - <usize>((left & 63) >> 3) > inEnd) return TRUNCATED;
        if (!(<u32>entry & END_OF_BLOCK)) return BROKEN;
        break;
      }
      const length = valueOf(entry, before);
      bits |= load<u64>(from) << left;
      from += <usize>(7 - ((left >> 3) & 7));
      left |= 56;
      entry = <u64>load<u32>(distanceTable + (<usize>(bits & DISTANCE_MASK) << 2));
      if (<u32>entry & SPECIAL && !(<u32>entry & NO_CODE)) {
        bits >>= entry;
        left -= entry;
        entry = secondEntry(distanceTable, entry, bits);
      }
      before = bits;
      bits >>= entry;
      left -= entry;
      if (from - <usize>((left & 63) >> 3) > inEnd) return TRUNCATED;
      if (<u32>entry & SPECIAL) return BROKEN;
      const distance = valueOf(entry, before);
      if (distance > to - out) return BROKEN;
      if (outEnd - to < length) return TOO_LONG;
      for (const stop = to + length; to < stop; to++) store<u8>(to, load<u8>(to - distance));
    }
  }
  from -= <usize>((left & 63) >> 3);
  if (from - <usize>((left & 63) >> 3) > inEnd) return TRUNCATED;
  streamEnd = from;
  return <i32>(to - out);
}

/**
 * Inflates the zlib stream at `packed`. Returns the bytes written, or: BROKEN (-1), TOO_LONG (-2: it holds more than
 * `outLength` bytes), TRUNCATED (-3), BAD_CHECKSUM (-4: Adler-32), TRAILING (-5: bytes after the stream, which the
 * reference refuses too).
 */
export function inflateZlib(packed: usize, packedLength: usize, out: usize, outLength: usize): i32 {
  if (packedLength < 6) return TRUNCATED;
  const method = <u32>load<u8>(packed);
  const flags = <u32>load<u8>(packed, 1);
  // Method 8 (deflate), a window of at most 32768 bytes, no preset dictionary, and the header's own check.
  if ((method & 15) != 8 || method >> 4 > 7 || flags & 32 || ((method << 8) | flags) % 31) return BROKEN;
  const length = inflateRaw(packed + 2, packedLength - 6, out, outLength);
  if (length < 0) return length;
  if (bswap(load<u32>(streamEnd)) != adler32(out, length)) return BAD_CHECKSUM;
  if (streamEnd + 4 != packed + packedLength) return TRAILING;
  return length;
}
