// The literals of a block (RFC 8878, 3.1.1.3.1): as they are, one again and again, or Huffman coded.
import { readFourStreams, readStream, readTree, treeBits } from './huffman';
import { BROKEN, TRUNCATED } from './results';

/** A block has at most this many bytes. */
export const MOST_IN_BLOCK: i32 = 131072;
const buffer: usize = memory.data(131072 + 64, 64);

/** Where the literals are, and how many; up to 32 bytes behind them may be read. */
export let literals: usize = 0;
export let literalCount: i32 = 0;

/** Reads the section at `from`: the bytes that it takes, or below 0. */
export function readLiterals(from: usize, length: i32): i32 {
  if (length < 1) return TRUNCATED;
  const head = load<u32>(from);
  const kind = head & 3;
  const format = (head >> 2) & 3;
  if (kind < 2) {
    let size: i32;
    let taken: i32;
    if ((format & 1) === 0) {
      taken = 1;
      size = <i32>(head >> 3) & 31;
    } else if (format === 1) {
      taken = 2;
      size = <i32>(head >> 4) & 0xfff;
    } else {
      taken = 3;
      size = <i32>(head >> 4) & 0xfffff;
    }
    const stored = kind === 0 ? size : 1;
    if (taken + stored > length) return TRUNCATED;
    if (size > MOST_IN_BLOCK) return BROKEN;
    literals = from + taken;
    literalCount = size;
    if (kind === 1) {
      memory.fill(buffer, load<u8>(literals), size);
      literals = buffer;
    }
    return taken + stored;
  }
  let size: i32;
  let packed: i32;
  let taken: i32;
  if (format < 2) {
    taken = 3;
    size = <i32>(head >> 4) & 0x3ff;
    packed = <i32>(head >> 14) & 0x3ff;
  } else if (format === 2) {
    taken = 4;
    size = <i32>(head >> 4) & 0x3fff;
    packed = <i32>(head >> 18);
  } else {
    taken = 5;
    size = <i32>(head >> 4) & 0x3ffff;
    packed = <i32>(load<u64>(from) >> 22) & 0x3ffff;
  }
  if (taken + packed > length) return TRUNCATED;
  if (size > MOST_IN_BLOCK || size === 0) return BROKEN;
  let at = from + taken;
  let left = packed;
  if (kind === 2) {
    const tree = readTree(at, left);
    if (tree < 0) return tree;
    at += tree;
    left -= tree;
  } else if (treeBits === 0) return BROKEN;
  literals = buffer;
  literalCount = size;
  return (format === 0 ? readStream(at, left, buffer, size) : readFourStreams(at, left, buffer, size)) ? taken + packed : BROKEN;
}
