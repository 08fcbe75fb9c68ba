// The HT refinement passes (T.814, 7.4 and 7.5): SigProp finds samples that become significant one bit plane below the cleanup pass, among the
// neighbours of significant ones; MagRef gives those that were significant one more bit. OpenEXR writes neither, other encoders do.
import { peek, unstuffBackward, unstuffForward } from './bits';
import { quads, quadStride } from './quads';

/** Significance of each sample with a border of one: bit 0 in the cleanup pass, bit 1 in SigProp. (w + 2)(h + 2) is largest for 4 × 1024. */
const significance: usize = memory.data(6656, 16);
/** 2046 bytes, and room for a whole block's bits behind them: 4096 × 2. */
const segment: usize = memory.data(2048 + 1024 + 64, 16);

/** SigProp over a block already decoded at `to`; `shift` (at least 1) is the cleanup pass's lowest plane. `causal`: stripes do not look below. */
export function refineSignificance<T>(from: usize, length: i32, width: i32, height: i32, to: usize, stride: usize, shift: u32, causal: bool): void {
  const columns = <usize>width + 2;
  markSignificant(width, height, columns);
  const end = unstuffForward(from, length, segment);
  clearBehind(end);
  const found = (<T>1 << (shift - 1)) | (shift > 1 ? <T>1 << (shift - 2) : 0);
  let position: u32 = 0;
  for (let top = 0; top < height; top += 4) {
    const bottom = min(top + 4, height);
    for (let left = 0; left < width; left += 4) {
      const right = min(left + 4, width);
      // Significance of the 4 × 4 samples first, column after column, then the signs of those found.
      let hits: u32 = 0;
      let place: u32 = 1;
      for (let x = left; x < right; x++) {
        for (let y = top; y < bottom; y++, place <<= 1) {
          const at = significance + <usize>(y + 1) * columns + <usize>(x + 1);
          if (load<u8>(at) || !hasNeighbour(at, columns, causal && y === top + 3)) continue;
          if (nextBit(position++, end)) {
            store<u8>(at, 2);
            hits |= place;
          }
        }
      }
      place = 1;
      for (let x = left; x < right; x++) {
        for (let y = top; y < bottom; y++, place <<= 1) {
          if (hits & place) store<T>(to + <usize>y * stride + <usize>x * sizeof<T>(), nextBit(position++, end) ? <T>-found : found);
        }
      }
    }
  }
}

/** MagRef: one more bit of every sample that was significant in the cleanup pass. The segment is read from its last byte. */
export function refineMagnitudes<T>(from: usize, length: i32, width: i32, height: i32, to: usize, stride: usize, shift: u32): void {
  const columns = <usize>width + 2;
  const end = unstuffBackward(from + length - 1, length, segment, true, 0, 0);
  clearBehind(end);
  const plane = <T>1 << (shift - 1);
  const half = shift > 1 ? <T>1 << (shift - 2) : <T>0;
  let position: u32 = 0;
  for (let top = 0; top < height; top += 4) {
    const bottom = min(top + 4, height);
    for (let x = 0; x < width; x++) {
      for (let y = top; y < bottom; y++) {
        if (load<u8>(significance + <usize>(y + 1) * columns + <usize>(x + 1)) !== 1) continue;
        const at = to + <usize>y * stride + <usize>x * sizeof<T>();
        const was = load<T>(at);
        // The middle of the step, taken by the cleanup pass, is the bit 1 of this plane: keep or remove it, and go to the middle of the half step.
        const change = half - (nextBit(position++, end) ? <T>0 : plane);
        store<T>(at, was < 0 ? was - change : was + change);
      }
    }
  }
}

function markSignificant(width: i32, height: i32, columns: usize): void {
  memory.fill(significance, 0, columns * (<usize>height + 2));
  const rows = quadStride(width);
  for (let y = 0; y < height; y++) {
    const at = significance + <usize>(y + 1) * columns + 1;
    const records = quads + <usize>(y >> 1) * rows;
    for (let x = 0; x < width; x++) {
      const bit = 4 + ((x & 1) << 1) + (y & 1);
      store<u8>(at + <usize>x, <u8>((load<u32>(records + <usize>((x >> 1) << 2)) >> bit) & 1));
    }
  }
}

function hasNeighbour(at: usize, columns: usize, onlyAbove: bool): bool {
  const above = at - columns;
  let any = load<u8>(above - 1) | load<u8>(above) | load<u8>(above + 1) | load<u8>(at - 1) | load<u8>(at + 1);
  if (!onlyAbove) any |= load<u8>(at + columns - 1) | load<u8>(at + columns) | load<u8>(at + columns + 1);
  return any !== 0;
}

/** Zeros follow the segment's end. */
function clearBehind(end: u32): void {
  const last = segment + (end >> 3);
  store<u8>(last, <u8>(<u32>load<u8>(last) & ((1 << (end & 7)) - 1)));
}

// @ts-ignore: decorator
@inline
function nextBit(position: u32, end: u32): bool {
  return position < end && (peek(segment, position) & 1) !== 0;
}
