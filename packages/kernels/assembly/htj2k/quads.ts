// First half of the HT cleanup pass (T.814, 7.3.5 and 7.3.6): from the MEL and VLC segments, for each quad (2×2 samples: top left, bottom left,
// top right, bottom right) which samples are significant, the patterns of its exponent bound, and its unsigned residual u.
import { unstuffBackward, peek } from './bits';
import { melBegin, melRun } from './mel';
import { initialCodes, initialResiduals, laterCodes, laterResiduals } from './tables';

/** A record of 4 bytes a quad: bits 0…15 a row of the code tables, bits 16…31 u. Rows are `quadStride` bytes apart. */
export const quads: usize = memory.data(4 * 4096 + 64, 16);
const vlc: usize = memory.data(4096 + 2048, 16);

/** Bytes from one row of records to the next: quads in pairs, and a pair that stays zero behind them. */
// @ts-ignore: decorator
@inline
export function quadStride(width: i32): usize {
  return (<usize>((width + 3) >> 2) << 3) + 8;
}

/**
 * Reads the records of a block of `width` × `height` samples. `cleanup` is the first byte of the cleanup segment, `length` its bytes, the last
 * `suffix` of which (2 to 4079) are the MEL and VLC segments. False when codewords go on behind the segment's end.
 */
export function readQuads(cleanup: usize, length: i32, suffix: i32, width: i32, height: i32): bool {
  const first = <u64>load<u8>(cleanup + length - 2) >> 4;
  const short = (first & 7) === 7;
  const end = unstuffBackward(cleanup + length - 3, suffix - 2, vlc, first > 8, short ? first & 7 : first, short ? 3 : 4);
  // The longest row of pairs, at 44 bits each, may be read from behind the end.
  memory.fill(vlc + ((end + 7) >> 3), 0, 1424);
  melBegin(cleanup + length - suffix, suffix - 1);
  const stride = quadStride(width);
  let position = initialRow(width);
  for (let y = 2, row = quads + stride; y < height; y += 2, row += stride) {
    if (position > end) return false;
    position = laterRow(row, stride, width, position);
  }
  return position <= end;
}

/**
 * The residuals of a pair of quads from `bits`: the first u in bits 0…15 of the result, the second in 16…31, the bits taken above. Suffixes of
 * 28 to 31 ask for 4 more bits, so that u reaches 74; `more` is what the MEL event added to both.
 */
// @ts-ignore: decorator
@inline
function residualPair(entry: u32, bits: u64, more: u32): u64 {
  const prefixes = entry & 7;
  bits >>= prefixes;
  const suffixes = (entry >> 3) & 15;
  const suffix = <u32>bits & ((<u32>1 << suffixes) - 1);
  let taken = prefixes + suffixes;
  const split = (entry >> 7) & 7;
  let u0 = ((entry >> 10) & 7) + (suffix & ((<u32>1 << split) - 1));
  let u1 = (entry >> 13) + (suffix >> split);
  if (max(u0, u1) > 32 + more) {
    bits >>= suffixes;
    if (u0 > 32 + more) {
      u0 += (<u32>bits & 15) << 2;
      bits >>= 4;
      taken += 4;
    }
    if (u1 > 32 + more) {
      u1 += (<u32>bits & 15) << 2;
      taken += 4;
    }
  }
  return u0 | (u1 << 16) | (<u64>taken << 32);
}

function initialRow(width: i32): u32 {
  let position: u32 = 0;
  let context: usize = 0;
  let run = melRun();
  let record = quads;
  for (let x = 0; x < width; x += 4, record += 8) {
    let bits = peek(vlc, position);
    let q0 = <u32>load<u16>(initialCodes + (context << 1) + (<usize>(bits & 127) << 1));
    if (context === 0) {
      run -= 2;
      if (run !== -1) q0 = 0;
      if (run < 0) run = melRun();
    }
    bits >>= q0 & 7;
    context = ((q0 & 0x10) << 3) | ((q0 & 0xe0) << 2);
    let q1: u32 = 0;
    if (x + 2 < width) {
      q1 = <u32>load<u16>(initialCodes + (context << 1) + (<usize>(bits & 127) << 1));
      if (context === 0) {
        run -= 2;
        if (run !== -1) q1 = 0;
        if (run < 0) run = melRun();
      }
    }
    bits >>= q1 & 7;
    context = ((q1 & 0x10) << 3) | ((q1 & 0xe0) << 2);
    position += (q0 & 7) + (q1 & 7);
    let mode = ((q0 & 8) << 3) | ((q1 & 8) << 4);
    let more: u32 = 0;
    if (mode === 0xc0) {
      run -= 2;
      if (run === -1) {
        mode = 0x100;
        more = 2;
      }
      if (run < 0) run = melRun();
    }
    const u = residualPair(<u32>load<u16>(initialResiduals + ((mode + (<u32>bits & 63)) << 1)), bits, more);
    position += <u32>(u >> 32);
    // The first row has no row above to predict from: the bound is u + 1.
    store<u32>(record, q0 | ((<u32>u + 1) << 16));
    store<u32>(record + 4, q1 | ((<u32>u & 0xffff0000) + 0x10000));
  }
  store<u64>(record, 0);
  heldRun = run;
  return position;
}

/** The MEL run goes on from row to row. */
let heldRun: i32 = 0;

function laterRow(record: usize, stride: usize, width: i32, position: u32): u32 {
  let context: usize = 0;
  let run = heldRun;
  let above = record - stride;
  for (let x = 0; x < width; x += 4, record += 8, above += 8) {
    const a0 = load<u32>(above);
    const a1 = load<u32>(above + 4);
    const a2 = load<u32>(above + 8);
    context |= ((a0 & 0xa0) << 2) | ((a1 & 0x20) << 4);
    let bits = peek(vlc, position);
    let q0 = <u32>load<u16>(laterCodes + (context << 1) + (<usize>(bits & 127) << 1));
    if (context === 0) {
      run -= 2;
      if (run !== -1) q0 = 0;
      if (run < 0) run = melRun();
    }
    bits >>= q0 & 7;
    context = ((q0 & 0x40) << 2) | ((q0 & 0x80) << 1) | (a0 & 0x80) | ((a1 & 0xa0) << 2) | ((a2 & 0x20) << 4);
    let q1: u32 = 0;
    if (x + 2 < width) {
      q1 = <u32>load<u16>(laterCodes + (context << 1) + (<usize>(bits & 127) << 1));
      if (context === 0) {
        run -= 2;
        if (run !== -1) q1 = 0;
        if (run < 0) run = melRun();
      }
    }
    bits >>= q1 & 7;
    context = ((q1 & 0x40) << 2) | ((q1 & 0x80) << 1) | (a1 & 0x80);
    position += (q0 & 7) + (q1 & 7);
    const mode = ((q0 & 8) << 3) | ((q1 & 8) << 4);
    const u = residualPair(<u32>load<u16>(laterResiduals + ((mode + (<u32>bits & 63)) << 1)), bits, 0);
    position += <u32>(u >> 32);
    store<u32>(record, q0 | (<u32>u << 16));
    store<u32>(record + 4, q1 | (<u32>u & 0xffff0000));
  }
  store<u64>(record, 0);
  heldRun = run;
  return position;
}
