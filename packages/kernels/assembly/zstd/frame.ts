// One Zstandard frame (RFC 8878). What is written lies in one piece, so the window that a frame claims costs nothing: an offset reaches back as far
// as there is something.
import { forgetTree } from './huffman';
import { MOST_IN_BLOCK, readLiterals } from './literals';
import { BAD_CHECKSUM, BROKEN, DICTIONARY, TOO_LONG, TRAILING, TRUNCATED } from './results';
import { forgetSequences, writeBlock } from './sequences';
import { xxh64 } from './xxhash';

const MAGIC: u32 = 0xfd2fb528;

/**
 * Decompresses the frame that the `length` bytes at `from` are, to at most `room` bytes at `to`: how many they are, or below 0 (results.ts). Up to
 * 64 bytes behind the room are overwritten; 16 bytes before `from` and 64 behind the frame are read, and not believed.
 */
export function zstdFrame(from: usize, length: usize, to: usize, room: usize): i32 {
  const end = from + length;
  if (length < 6) return TRUNCATED;
  if (load<u32>(from) !== MAGIC) return BROKEN;
  const descriptor = <u32>load<u8>(from, 4);
  let at = from + 5;
  if (descriptor & 8) return BROKEN;
  const single = (descriptor & 0x20) !== 0;
  let window: u64 = 0;
  if (!single) {
    const exponent = <u64>load<u8>(at) >> 3;
    const mantissa = <u64>load<u8>(at) & 7;
    at++;
    // As zstd on 64-bit machines: at most 2^31 bytes.
    if (exponent > 21) return BROKEN;
    window = (<u64>1 << (10 + exponent)) + (((<u64>1 << (10 + exponent)) >> 3) * mantissa);
  }
  let dictionary: u32 = 0;
  const dictionaryBytes: usize = ((1 << (descriptor & 3)) >> 1);
  if (dictionaryBytes === 1) dictionary = load<u8>(at);
  else if (dictionaryBytes === 2) dictionary = load<u16>(at);
  else if (dictionaryBytes === 4) dictionary = load<u32>(at);
  at += dictionaryBytes;
  const sizeFlag = descriptor >> 6;
  let size: u64 = 0;
  let hasSize = true;
  if (sizeFlag === 0) {
    hasSize = single;
    if (single) size = load<u8>(at++);
  } else if (sizeFlag === 1) {
    size = <u64>load<u16>(at) + 256;
    at += 2;
  } else if (sizeFlag === 2) {
    size = load<u32>(at);
    at += 4;
  } else {
    size = load<u64>(at);
    at += 8;
  }
  if (at > end) return TRUNCATED;
  if (dictionary !== 0) return DICTIONARY;
  if (hasSize && size > <u64>room) return TOO_LONG;
  if (single) window = size;
  const mostInBlock = <usize>min<u64>(window, MOST_IN_BLOCK);
  forgetTree();
  forgetSequences();
  const roomEnd = to + room;
  let out = to;
  let last = false;
  while (!last) {
    if (end - at < 3) return TRUNCATED;
    const head = load<u32>(at) & 0xffffff;
    at += 3;
    last = (head & 1) !== 0;
    const kind = (head >> 1) & 3;
    const bytes = <usize>(head >> 3);
    if (bytes > mostInBlock) return BROKEN;
    if (kind === 3) return BROKEN;
    const stored: usize = kind === 1 ? 1 : bytes;
    if (end - at < stored) return TRUNCATED;
    if (kind < 2) {
      if (roomEnd - out < bytes) return TOO_LONG;
      if (kind === 0) memory.copy(out, at, bytes);
      else memory.fill(out, load<u8>(at), bytes);
      out += bytes;
    } else {
      const literalBytes = readLiterals(at, <i32>bytes);
      if (literalBytes < 0) return literalBytes;
      const written = writeBlock(at + literalBytes, <i32>bytes - literalBytes, to, out, min<usize>(roomEnd - out, mostInBlock));
      if (written < 0) return written;
      out += written;
    }
    at += stored;
  }
  const total = out - to;
  if (hasSize && size !== <u64>total) return BROKEN;
  if (descriptor & 4) {
    if (end - at < 4) return TRUNCATED;
    if (load<u32>(at) !== <u32>xxh64(to, total)) return BAD_CHECKSUM;
    at += 4;
  }
  return at === end ? <i32>total : TRAILING;
}
