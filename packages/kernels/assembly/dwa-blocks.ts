// DWA's lossy channels, block after block: coefficients → inverse DCT → R'G'B' of Y'CbCr where three channels belong together → half →
// linear half by table → the rows' places (OpenEXRCore, internal_dwa_decoder.h).
import { coefficientsInto, last, readBlock } from './dwa-coefficients';
import { A, inverseDct } from './dwa-dct';
import { halfBitsOfFloat, halvesOfFloats } from './dwa-half';
import { dwaLinearTable } from './dwa-table';
import { floatBitsOfHalf } from './half';

/** 64 floats: a block's coefficients, column after column. */
const COLUMNS = memory.data(256, 16);
/** Three blocks of 64 floats: values, row after row. */
const VALUES = memory.data(768, 16);
/** Three blocks of 64 halves. */
const HALVES = memory.data(384, 16);

// ITU-R BT.709 without offsets, as the reference rounds it.
const RED_CR: f32 = 1.5747;
const GREEN_CB: f32 = -0.1873;
const GREEN_CR: f32 = -0.4682;
const BLUE_CB: f32 = 1.8556;

/**
 * Decodes `planes` (1, or 3 that are Y'CbCr of R'G'B') of `width` × `height` values. AC values are read from `ac` to `acEnd`, block by block and
 * plane by plane within a block; DC values from `dc`, a whole plane of blocks after the other. `rows` has for each plane a list of `height`
 * 32-bit addresses; a bit of `floats` says that a plane's rows are float32 instead of half. Values go through the table to linear unless
 * `linear` is 0. Returns the bytes of AC values used, or -1 when they end too early.
 */
export function dwaBlocks(
  planes: i32, ac: usize, acEnd: usize, dc: usize, width: i32, height: i32, rows: usize, floats: i32, linear: i32,
): i32 {
  const table: usize = linear ? dwaLinearTable() : 0;
  const across = (width + 7) >> 3;
  const down = (height + 7) >> 3;
  const dcPlane = <usize>(across * down) << 1;
  let at = ac;
  for (let blockY = 0; blockY < down; blockY++) {
    const lines = min(8, height - (blockY << 3));
    for (let blockX = 0; blockX < across; blockX++) {
      const columns = min(8, width - (blockX << 3));
      let constant = true;
      for (let plane = 0; plane < planes; plane++) {
        at = readBlock(at, acEnd);
        if (at == 0) return -1;
        const values = VALUES + (plane << 8);
        const first = load<u16>(dc + <usize>plane * dcPlane);
        if (last == 0) {
          const value = reinterpret<f32>(floatBitsOfHalf(first)) * A * A;
          if (constant) store<f32>(values, value);
          else fillFloats(values, value);
        } else {
          // Planes before this one that are constant were not spread yet.
          if (constant) for (let before = 0; before < plane; before++) fillFloats(VALUES + (before << 8), load<f32>(VALUES + (before << 8)));
          constant = false;
          coefficientsInto(COLUMNS, first);
          if (last < 10) inverseDct(COLUMNS, values, true);
          else inverseDct(COLUMNS, values, false);
        }
      }
      dc += 2;
      if (constant) {
        constantHalves(planes);
      } else if (planes == 3) {
        colourHalves();
      } else {
        valueHalves();
      }
      for (let plane = 0; plane < planes; plane++) {
        const list = rows + (<usize>(plane * height + (blockY << 3)) << 2);
        const halves = HALVES + (plane << 7);
        if ((floats >> plane) & 1) writeFloats(halves, list, blockX, columns, lines, table);
        else if (table == 0) writePlain(halves, list, blockX, columns, lines);
        else if (constant) writeConstant(halves, list, blockX, columns, lines, table);
        else writeLinear(halves, list, blockX, columns, lines, table);
      }
    }
  }
  return <i32>(at - ac);
}

function fillFloats(to: usize, value: f32): void {
  const two = <u64>reinterpret<u32>(value) * 0x0000000100000001;
  for (let i = 0; i < 256; i += 32) {
    store<u64>(to + i, two);
    store<u64>(to + i, two, 8);
    store<u64>(to + i, two, 16);
    store<u64>(to + i, two, 24);
  }
}

/** One value stands for each plane's whole block. */
function constantHalves(planes: i32): void {
  let red = load<f32>(VALUES);
  let green: f32 = 0;
  let blue: f32 = 0;
  if (planes == 3) {
    const luma = red;
    const cb = load<f32>(VALUES, 256);
    const cr = load<f32>(VALUES, 512);
    red = luma + cr * RED_CR;
    green = cb * GREEN_CB + luma + cr * GREEN_CR;
    blue = cb * BLUE_CB + luma;
    fillHalves(HALVES + 128, halfBitsOfFloat(green));
    fillHalves(HALVES + 256, halfBitsOfFloat(blue));
  }
  fillHalves(HALVES, halfBitsOfFloat(red));
}

function fillHalves(to: usize, half: u32): void {
  const four = <u64>half * 0x0001000100010001;
  for (let i = 0; i < 128; i += 32) {
    store<u64>(to + i, four);
    store<u64>(to + i, four, 8);
    store<u64>(to + i, four, 16);
    store<u64>(to + i, four, 24);
  }
}

/** Y'CbCr → R'G'B' of the three blocks, as halves. */
function colourHalves(): void {
  if (ASC_FEATURE_SIMD) {
    for (let i: usize = 0; i < 256; i += 32) {
      const luma = v128.load(VALUES + i);
      const luma2 = v128.load(VALUES + i, 16);
      const cb = v128.load(VALUES + i, 256);
      const cb2 = v128.load(VALUES + i, 272);
      const cr = v128.load(VALUES + i, 512);
      const cr2 = v128.load(VALUES + i, 528);
      storeHalves(i, 0, red(luma, cr), red(luma2, cr2));
      storeHalves(i, 128, green(luma, cb, cr), green(luma2, cb2, cr2));
      storeHalves(i, 256, blue(luma, cb), blue(luma2, cb2));
    }
  } else {
    for (let i: usize = 0; i < 256; i += 4) {
      const luma = load<f32>(VALUES + i);
      const cb = load<f32>(VALUES + i, 256);
      const cr = load<f32>(VALUES + i, 512);
      store<u16>(HALVES + (i >> 1), <u16>halfBitsOfFloat(luma + cr * RED_CR));
      store<u16>(HALVES + (i >> 1), <u16>halfBitsOfFloat(cb * GREEN_CB + luma + cr * GREEN_CR), 128);
      store<u16>(HALVES + (i >> 1), <u16>halfBitsOfFloat(cb * BLUE_CB + luma), 256);
    }
  }
}

// @ts-ignore: decorator
@inline
function red(luma: v128, cr: v128): v128 {
  return f32x4.add(luma, f32x4.mul(cr, f32x4.splat(RED_CR)));
}

// @ts-ignore: decorator
@inline
function green(luma: v128, cb: v128, cr: v128): v128 {
  return f32x4.add(f32x4.add(f32x4.mul(cb, f32x4.splat(GREEN_CB)), luma), f32x4.mul(cr, f32x4.splat(GREEN_CR)));
}

// @ts-ignore: decorator
@inline
function blue(luma: v128, cb: v128): v128 {
  return f32x4.add(f32x4.mul(cb, f32x4.splat(BLUE_CB)), luma);
}

// @ts-ignore: decorator
@inline
function storeHalves(i: usize, plane: usize, low: v128, high: v128): void {
  v128.store(HALVES + plane + (i >> 1), i16x8.narrow_i32x4_u(halvesOfFloats(low), halvesOfFloats(high)));
}

/** The halves of a block that stands alone. */
function valueHalves(): void {
  if (ASC_FEATURE_SIMD) {
    for (let i: usize = 0; i < 256; i += 32) storeHalves(i, 0, v128.load(VALUES + i), v128.load(VALUES + i, 16));
  } else {
    for (let i: usize = 0; i < 256; i += 4) store<u16>(HALVES + (i >> 1), <u16>halfBitsOfFloat(load<f32>(VALUES + i)));
  }
}

// @ts-ignore: decorator
@inline
function lookUp(table: usize, half: u64): u64 {
  return <u64>load<u16>(table + (<usize>half << 1));
}

// @ts-ignore: decorator
@inline
function lookUpFour(table: usize, four: u64): u64 {
  return lookUp(table, four & 0xffff) | (lookUp(table, (four >> 16) & 0xffff) << 16)
    | (lookUp(table, (four >> 32) & 0xffff) << 32) | (lookUp(table, four >> 48) << 48);
}

function writeLinear(halves: usize, list: usize, blockX: i32, columns: i32, lines: i32, table: usize): void {
  const column = <usize>blockX << 4;
  for (let y = 0; y < lines; y++) {
    const to = <usize>load<u32>(list + (y << 2)) + column;
    const from = halves + (y << 4);
    if (columns == 8) {
      store<u64>(to, lookUpFour(table, load<u64>(from)));
      store<u64>(to, lookUpFour(table, load<u64>(from, 8)), 8);
    } else {
      for (let x = 0; x < columns; x++) store<u16>(to + (x << 1), load<u16>(table + (<usize>load<u16>(from + (x << 1)) << 1)));
    }
  }
}

function writeConstant(halves: usize, list: usize, blockX: i32, columns: i32, lines: i32, table: usize): void {
  fillHalves(halves, load<u16>(table + (<usize>load<u16>(halves) << 1)));
  writePlain(halves, list, blockX, columns, lines);
}

function writePlain(halves: usize, list: usize, blockX: i32, columns: i32, lines: i32): void {
  for (let y = 0; y < lines; y++) {
    const to = <usize>load<u32>(list + (y << 2)) + (<usize>blockX << 4);
    const from = halves + (y << 4);
    if (columns == 8) {
      store<u64>(to, load<u64>(from));
      store<u64>(to, load<u64>(from, 8), 8);
    } else {
      for (let x = 0; x < columns; x++) store<u16>(to + (x << 1), load<u16>(from + (x << 1)));
    }
  }
}

function writeFloats(halves: usize, list: usize, blockX: i32, columns: i32, lines: i32, table: usize): void {
  for (let y = 0; y < lines; y++) {
    const to = <usize>load<u32>(list + (y << 2)) + (<usize>blockX << 5);
    for (let x = 0; x < columns; x++) {
      let half = <u32>load<u16>(halves + (y << 4) + (x << 1));
      if (table != 0) half = load<u16>(table + (half << 1));
      store<u32>(to + (x << 2), floatBitsOfHalf(half));
    }
  }
}

/** Copies `height` rows of `bytes` bytes to the addresses in `rows`. */
export function dwaCopyRows(source: usize, bytes: usize, height: i32, rows: usize): void {
  for (let y = 0; y < height; y++, source += bytes) memory.copy(<usize>load<u32>(rows + (y << 2)), source, bytes);
}

/**
 * Puts values together whose bytes lie in planes: first bytes of all `width` × `height` values, then second bytes, and so on.
 */
export function dwaZipRows(source: usize, width: i32, height: i32, bytesPerValue: i32, rows: usize): void {
  const plane = <usize>(width * height);
  for (let y = 0; y < height; y++, source += width) {
    const to = <usize>load<u32>(rows + (y << 2));
    let x = 0;
    if (ASC_FEATURE_SIMD) {
      if (bytesPerValue == 2) {
        for (; x + 16 <= width; x += 16) {
          const low = v128.load(source + x);
          const high = v128.load(source + plane + x);
          v128.store(to + (x << 1), v128.shuffle<u8>(low, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
          v128.store(to + (x << 1), v128.shuffle<u8>(low, high, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), 16);
        }
      }
    }
    for (; x < width; x++) {
      for (let byte = 0; byte < bytesPerValue; byte++) {
        store<u8>(to + x * bytesPerValue + byte, load<u8>(source + <usize>byte * plane + x));
      }
    }
  }
}
