// The inverse 8×8 DCT of DWA in float32. The order of additions is that of OpenEXRCore's AVX path (internal_dwa_simd.h, IDCT_AVX_BODY), which
// is what practically every reader of the format on x86 runs, so that results are the same bits; both builds of the kernels keep it.
//
// With y the coefficients and x the values of one dimension: x0…x3 = M1 (y0 y2 y4 y6) + M2 (y1 y3 y5 y7), x7…x4 = the difference, where
//
//   M1 = a  c  a  f    M2 = b  d  e  g
//        a  f -a -c         d -g -b -e
//        a -f -a  c         e -b  g  d
//        a -c  a -f         g -e  d -b
//
// Rows first, then columns. Coefficients come in columns (transposed), so that both passes work on whole vectors.

export const A: f32 = 3.535536e-1;
const B: f32 = 4.903927e-1;
const C: f32 = 4.619398e-1;
const D: f32 = 4.157349e-1;
const E: f32 = 2.777855e-1;
const F: f32 = 1.913422e-1;
const G: f32 = 9.754573e-2;

/** 64 floats: between the passes, rows in natural order. */
const BETWEEN: usize = memory.data(256, 16);

/**
 * Inverts the 8×8 coefficients at `columns` (64 floats, column after column) to 64 values at `out`, row after row. When `small`, only the 4×4
 * coefficients of lowest frequency may be other than zero.
 */
// @ts-ignore: decorator
@inline
export function inverseDct(columns: usize, out: usize, small: bool): void {
  if (ASC_FEATURE_SIMD) {
    if (small) {
      rows4(columns);
      columns4(out);
      columns4(out + 16, 16);
    } else {
      rows8(columns, BETWEEN);
      rows8(columns + 16, BETWEEN + 128);
      columns8(BETWEEN, out);
      columns8(BETWEEN + 16, out + 16);
    }
  } else {
    const rows = small ? 4 : 8;
    for (let row = 0; row < rows; row++) {
      if (small) scalar4(columns + (row << 2), 32, BETWEEN + (row << 5), 4);
      else scalarRow8(columns + (row << 2), BETWEEN + (row << 5));
    }
    for (let column = 0; column < 8; column++) {
      if (small) scalar4(BETWEEN + (column << 2), 32, out + (column << 2), 32);
      else scalarColumn8(BETWEEN + (column << 2), out + (column << 2));
    }
  }
}

// @ts-ignore: decorator
@inline
function times(factor: f32, v: v128): v128 {
  return f32x4.mul(f32x4.splat(factor), v);
}

/** Four rows: lane i of the vector at `columns` + 32 k is column k of row i. Their eight values each go to `to`, a row 32 bytes. */
// @ts-ignore: decorator
@inline
function rows8(columns: usize, to: usize): void {
  const y0 = v128.load(columns);
  const y2 = v128.load(columns, 64);
  const y4 = v128.load(columns, 128);
  const y6 = v128.load(columns, 192);
  const a0 = times(A, y0);
  const a4 = times(A, y4);
  const c2 = times(C, y2);
  const f2 = times(F, y2);
  const c6 = times(C, y6);
  const f6 = times(F, y6);
  const e0 = f32x4.add(f32x4.add(a0, c2), f32x4.add(a4, f6));
  const e1 = f32x4.sub(f32x4.add(a0, f2), f32x4.add(a4, c6));
  const e2 = f32x4.add(f32x4.sub(a0, f2), f32x4.sub(c6, a4));
  const e3 = f32x4.add(f32x4.sub(a0, c2), f32x4.sub(a4, f6));
  const y1 = v128.load(columns, 32);
  const y3 = v128.load(columns, 96);
  const y5 = v128.load(columns, 160);
  const y7 = v128.load(columns, 224);
  const o0 = f32x4.add(f32x4.add(times(B, y1), times(D, y3)), f32x4.add(times(E, y5), times(G, y7)));
  const o1 = f32x4.sub(f32x4.sub(times(D, y1), times(G, y3)), f32x4.add(times(B, y5), times(E, y7)));
  const o2 = f32x4.add(f32x4.sub(times(E, y1), times(B, y3)), f32x4.add(times(G, y5), times(D, y7)));
  const o3 = f32x4.add(f32x4.sub(times(G, y1), times(E, y3)), f32x4.sub(times(D, y5), times(B, y7)));
  storeTransposed(f32x4.add(e0, o0), f32x4.add(e1, o1), f32x4.add(e2, o2), f32x4.add(e3, o3), to);
  storeTransposed(f32x4.sub(e3, o3), f32x4.sub(e2, o2), f32x4.sub(e1, o1), f32x4.sub(e0, o0), to + 16);
}

// @ts-ignore: decorator
@inline
function storeTransposed(a: v128, b: v128, c: v128, d: v128, to: usize): void {
  const ab = v128.shuffle<u32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<u32>(c, d, 0, 4, 1, 5);
  v128.store(to, v128.shuffle<u64>(ab, cd, 0, 2));
  v128.store(to, v128.shuffle<u64>(ab, cd, 1, 3), 32);
  const abHigh = v128.shuffle<u32>(a, b, 2, 6, 3, 7);
  const cdHigh = v128.shuffle<u32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<u64>(abHigh, cdHigh, 0, 2), 64);
  v128.store(to, v128.shuffle<u64>(abHigh, cdHigh, 1, 3), 96);
}

/** Four columns: lane i of the vector at `from` + 32 k is row k of column i. */
// @ts-ignore: decorator
@inline
function columns8(from: usize, to: usize): void {
  const y1 = v128.load(from, 32);
  const y3 = v128.load(from, 96);
  const y5 = v128.load(from, 160);
  const y7 = v128.load(from, 224);
  const o0 = f32x4.add(f32x4.add(times(B, y1), times(D, y3)), f32x4.add(times(E, y5), times(G, y7)));
  const o1 = f32x4.sub(f32x4.sub(times(D, y1), f32x4.add(times(G, y3), times(B, y5))), times(E, y7));
  const o2 = f32x4.add(f32x4.add(f32x4.sub(times(E, y1), times(B, y3)), times(G, y5)), times(D, y7));
  const o3 = f32x4.sub(f32x4.add(times(G, y1), times(D, y5)), f32x4.add(times(E, y3), times(B, y7)));
  const a0 = times(A, v128.load(from));
  const a4 = times(A, v128.load(from, 128));
  const y2 = v128.load(from, 64);
  const y6 = v128.load(from, 192);
  const sum = f32x4.add(a0, a4);
  const cf = f32x4.add(times(C, y2), times(F, y6));
  const e0 = f32x4.add(sum, cf);
  const e3 = f32x4.sub(sum, cf);
  v128.store(to, f32x4.add(e0, o0));
  v128.store(to, f32x4.sub(e0, o0), 224);
  v128.store(to, f32x4.add(e3, o3), 96);
  v128.store(to, f32x4.sub(e3, o3), 128);
  const difference = f32x4.sub(a0, a4);
  const fc = f32x4.sub(times(F, y2), times(C, y6));
  const e1 = f32x4.add(difference, fc);
  const e2 = f32x4.sub(difference, fc);
  v128.store(to, f32x4.add(e1, o1), 32);
  v128.store(to, f32x4.sub(e1, o1), 192);
  v128.store(to, f32x4.add(e2, o2), 64);
  v128.store(to, f32x4.sub(e2, o2), 160);
}

// With y4…y7 zero both passes are the same sums.

// @ts-ignore: decorator
@inline
function rows4(columns: usize): void {
  const y0 = v128.load(columns);
  const y1 = v128.load(columns, 32);
  const y2 = v128.load(columns, 64);
  const y3 = v128.load(columns, 96);
  const a0 = times(A, y0);
  const c2 = times(C, y2);
  const f2 = times(F, y2);
  const e0 = f32x4.add(a0, c2);
  const e1 = f32x4.add(a0, f2);
  const e2 = f32x4.sub(a0, f2);
  const e3 = f32x4.sub(a0, c2);
  const o0 = f32x4.add(times(B, y1), times(D, y3));
  const o1 = f32x4.sub(times(D, y1), times(G, y3));
  const o2 = f32x4.sub(times(E, y1), times(B, y3));
  const o3 = f32x4.sub(times(G, y1), times(E, y3));
  storeTransposed(f32x4.add(e0, o0), f32x4.add(e1, o1), f32x4.add(e2, o2), f32x4.add(e3, o3), BETWEEN);
  storeTransposed(f32x4.sub(e3, o3), f32x4.sub(e2, o2), f32x4.sub(e1, o1), f32x4.sub(e0, o0), BETWEEN + 16);
}

// @ts-ignore: decorator
@inline
function columns4(to: usize, column: usize = 0): void {
  const y0 = v128.load(BETWEEN + column);
  const y1 = v128.load(BETWEEN + column, 32);
  const y2 = v128.load(BETWEEN + column, 64);
  const y3 = v128.load(BETWEEN + column, 96);
  const a0 = times(A, y0);
  const c2 = times(C, y2);
  const f2 = times(F, y2);
  const e0 = f32x4.add(a0, c2);
  const e1 = f32x4.add(a0, f2);
  const e2 = f32x4.sub(a0, f2);
  const e3 = f32x4.sub(a0, c2);
  const o0 = f32x4.add(times(B, y1), times(D, y3));
  const o1 = f32x4.sub(times(D, y1), times(G, y3));
  const o2 = f32x4.sub(times(E, y1), times(B, y3));
  const o3 = f32x4.sub(times(G, y1), times(E, y3));
  v128.store(to, f32x4.add(e0, o0));
  v128.store(to, f32x4.add(e1, o1), 32);
  v128.store(to, f32x4.add(e2, o2), 64);
  v128.store(to, f32x4.add(e3, o3), 96);
  v128.store(to, f32x4.sub(e3, o3), 128);
  v128.store(to, f32x4.sub(e2, o2), 160);
  v128.store(to, f32x4.sub(e1, o1), 192);
  v128.store(to, f32x4.sub(e0, o0), 224);
}

// The same without vectors, one row or column at a time.

function scalarRow8(from: usize, to: usize): void {
  const y0 = load<f32>(from), y1 = load<f32>(from, 32), y2 = load<f32>(from, 64), y3 = load<f32>(from, 96);
  const y4 = load<f32>(from, 128), y5 = load<f32>(from, 160), y6 = load<f32>(from, 192), y7 = load<f32>(from, 224);
  const e0: f32 = A * y0 + C * y2 + (A * y4 + F * y6);
  const e1: f32 = A * y0 + F * y2 - (A * y4 + C * y6);
  const e2: f32 = A * y0 - F * y2 + (C * y6 - A * y4);
  const e3: f32 = A * y0 - C * y2 + (A * y4 - F * y6);
  const o0: f32 = B * y1 + D * y3 + (E * y5 + G * y7);
  const o1: f32 = D * y1 - G * y3 - (B * y5 + E * y7);
  const o2: f32 = E * y1 - B * y3 + (G * y5 + D * y7);
  const o3: f32 = G * y1 - E * y3 + (D * y5 - B * y7);
  storeButterfly(to, 4, e0, e1, e2, e3, o0, o1, o2, o3);
}

function scalarColumn8(from: usize, to: usize): void {
  const y0 = load<f32>(from), y1 = load<f32>(from, 32), y2 = load<f32>(from, 64), y3 = load<f32>(from, 96);
  const y4 = load<f32>(from, 128), y5 = load<f32>(from, 160), y6 = load<f32>(from, 192), y7 = load<f32>(from, 224);
  const sum: f32 = A * y0 + A * y4;
  const difference: f32 = A * y0 - A * y4;
  const cf: f32 = C * y2 + F * y6;
  const fc: f32 = F * y2 - C * y6;
  const o0: f32 = B * y1 + D * y3 + (E * y5 + G * y7);
  const o1: f32 = D * y1 - (G * y3 + B * y5) - E * y7;
  const o2: f32 = E * y1 - B * y3 + G * y5 + D * y7;
  const o3: f32 = G * y1 + D * y5 - (E * y3 + B * y7);
  storeButterfly(to, 32, sum + cf, difference + fc, difference - fc, sum - cf, o0, o1, o2, o3);
}

function scalar4(from: usize, apart: usize, to: usize, step: usize): void {
  const y0 = load<f32>(from), y1 = load<f32>(from + apart), y2 = load<f32>(from + 2 * apart), y3 = load<f32>(from + 3 * apart);
  const a0: f32 = A * y0;
  const c2: f32 = C * y2;
  const f2: f32 = F * y2;
  const o0: f32 = B * y1 + D * y3;
  const o1: f32 = D * y1 - G * y3;
  const o2: f32 = E * y1 - B * y3;
  const o3: f32 = G * y1 - E * y3;
  storeButterfly(to, step, a0 + c2, a0 + f2, a0 - f2, a0 - c2, o0, o1, o2, o3);
}

// @ts-ignore: decorator
@inline
function storeButterfly(to: usize, step: usize, e0: f32, e1: f32, e2: f32, e3: f32, o0: f32, o1: f32, o2: f32, o3: f32): void {
  store<f32>(to, e0 + o0);
  store<f32>(to + step, e1 + o1);
  store<f32>(to + 2 * step, e2 + o2);
  store<f32>(to + 3 * step, e3 + o3);
  store<f32>(to + 4 * step, e3 - o3);
  store<f32>(to + 5 * step, e2 - o2);
  store<f32>(to + 6 * step, e1 - o1);
  store<f32>(to + 7 * step, e0 - o0);
}
