/**
 * Run-length decoding (OpenEXRCore, internal_rle.c): a count byte below 0 is followed by that many bytes to copy, one
 * from 0 up by a byte to repeat count + 1 times. Returns the bytes written, at most `outLength`, or -1 when a run
 * passes either end.
 */
export function rleDecompress(packed: usize, packedLength: usize, out: usize, outLength: usize): i32 {
  const inEnd = packed + packedLength;
  const outEnd = out + outLength;
  let from = packed;
  let to = out;
  while (from < inEnd) {
    const count = <i32>load<i8>(from++);
    const length = <usize>(count < 0 ? -count : count + 1);
    if (outEnd - to < length) return -1;
    if (count < 0) {
      if (inEnd - from < length) return -1;
      copyShort(to, from, length, inEnd, outEnd);
      from += length;
    } else {
      if (from == inEnd) return -1;
      fillShort(to, load<u8>(from++), length, outEnd);
    }
    to += length;
  }
  return <i32>(to - out);
}

/** Most runs are a few bytes long: words, where those that overrun stay inside both. */
// @ts-ignore: decorator
@inline
function copyShort(to: usize, from: usize, length: usize, inEnd: usize, outEnd: usize): void {
  if (inEnd - from >= length + 8 && outEnd - to >= length + 8) {
    for (let i: usize = 0; i < length; i += 8) store<u64>(to + i, load<u64>(from + i));
  } else {
    for (let i: usize = 0; i < length; i++) store<u8>(to + i, load<u8>(from + i));
  }
}

// @ts-ignore: decorator
@inline
function fillShort(to: usize, value: u8, length: usize, outEnd: usize): void {
  if (outEnd - to >= length + 8) {
    const word: u64 = <u64>value * 0x0101010101010101;
    for (let i: usize = 0; i < length; i += 8) store<u64>(to + i, word);
  } else {
    for (let i: usize = 0; i < length; i++) store<u8>(to + i, value);
  }
}
