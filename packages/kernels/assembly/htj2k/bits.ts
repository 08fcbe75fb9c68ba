// The bit streams inside an HT code block (T.814, 7.1). Encoders stuff a bit wherever two bytes could look like a marker; here a whole segment
// is freed of those bits beforehand, so that its reader is one unaligned load and one shift at any bit position. Bits are read from bit 0 up.

/** Does any byte of `word` equal 0xff? */
// @ts-ignore: decorator
@inline
function hasFF(word: u64): bool {
  const inverse = ~word;
  return ((inverse - 0x0101010101010101) & word & 0x8080808080808080) !== 0;
}

/**
 * A segment that grows forward (MagSgn, SigProp): after a byte 0xff the top bit of the next is stuffed. Writes the bits at `to` (up to 8 bytes
 * more than they need are overwritten) and returns their number.
 */
export function unstuffForward(from: usize, length: usize, to: usize): u32 {
  const start = to;
  const end = from + length;
  let pending: u64 = 0;
  let held: u64 = 0;
  let stuffed = false;
  while (from < end) {
    if (from + 8 <= end && !stuffed) {
      const word = load<u64>(from);
      if (!hasFF(word)) {
        store<u64>(to, pending | (word << held));
        pending = (word >> 1) >> (63 - held);
        from += 8;
        to += 8;
        continue;
      }
    }
    const byte = <u64>load<u8>(from++);
    pending |= (stuffed ? byte & 0x7f : byte) << held;
    held += stuffed ? 7 : 8;
    stuffed = byte === 0xff;
    if (held >= 8) {
      store<u8>(to++, <u8>pending);
      pending >>= 8;
      held -= 8;
    }
  }
  store<u8>(to, <u8>pending);
  return <u32>((to - start) << 3) + <u32>held;
}

/**
 * A segment that grows backward (VLC, MagRef) from its last byte at `last`: after a byte above 0x8f, the top bit of a byte 0x7f is stuffed.
 * `stuffed` says whether the byte before the first was one of those; `pending` holds `held` (below 8) bits that come first.
 */
export function unstuffBackward(last: usize, length: usize, to: usize, stuffed: bool, pending: u64, held: u64): u32 {
  const start = to;
  let left = <isize>length;
  while (left > 0) {
    if (left >= 8) {
      const word = load<u64>(last - 7);
      // No byte with seven low ones, neither here nor as the first after a large one: nothing is stuffed.
      if (!hasFF(word | 0x8080808080808080)) {
        const turned = bswap(word);
        store<u64>(to, pending | (turned << held));
        pending = (turned >> 1) >> (63 - held);
        stuffed = load<u8>(last - 7) > 0x8f;
        last -= 8;
        left -= 8;
        to += 8;
        continue;
      }
    }
    const byte = <u64>load<u8>(last--);
    left--;
    const short = stuffed && (byte & 0x7f) === 0x7f;
    pending |= (short ? 0x7f : byte) << held;
    held += short ? 7 : 8;
    stuffed = byte > 0x8f;
    if (held >= 8) {
      store<u8>(to++, <u8>pending);
      pending >>= 8;
      held -= 8;
    }
  }
  store<u8>(to, <u8>pending);
  return <u32>((to - start) << 3) + <u32>held;
}

/** At least 57 bits from bit `position` of the stream at `bits`. */
// @ts-ignore: decorator
@inline
export function peek(bits: usize, position: u32): u64 {
  return load<u64>(bits + (position >> 3)) >> (position & 7);
}
