// The curve of DWA as LJ2K of OpenEXR 3.5.0 and 3.5.1 has it (internal_ht_common.h): steps of even weight to linear values, in double.
const EXPONENT: f64 = 2.200000047683716;
const HALF_STEPS: f64 = 5424.23808866629;
const FLOAT_STEPS: f64 = 51961246.180338;
const MOST_FLOAT: f64 = 3.4028234663852886e38;

function linear(steps: f64): f64 {
  const value = abs(steps);
  return value <= 1 ? NativeMath.pow(value, EXPONENT) : NativeMath.exp(EXPONENT * (value - 1));
}

const table: usize = memory.data(2 * 32768, 16);
let ready: bool = false;

/** The half of a code; beyond ±32767 that of the nearest. */
export function expand16(code: i32): u16 {
  if (!ready) {
    ready = true;
    for (let i = 0; i < 32768; i++) store<u16>(table + (<usize>i << 1), halfOf(<f32>linear(<f64>i / HALF_STEPS)));
  }
  const magnitude = load<u16>(table + (<usize>min<u32>(code < 0 ? 0 - <u32>code : <u32>code, 32767) << 1));
  return <u16>(code < 0 ? magnitude | 0x8000 : magnitude);
}

export function expand32(code: i32): f32 {
  const value = <f32>min<f64>(linear(<f64>code / FLOAT_STEPS), MOST_FLOAT);
  return code < 0 ? -value : value;
}

/** To the nearest half, ties to even; for values from 0 up. */
function halfOf(value: f32): u16 {
  if (value < 6.103515625e-5) return <u16><u32>nearest<f32>(value * 16777216);
  const bits = reinterpret<u32>(value);
  const rounded = bits + 0xfff + ((bits >> 13) & 1);
  return <u16>min<u32>((rounded >> 13) - (112 << 10), 0x7c00);
}
