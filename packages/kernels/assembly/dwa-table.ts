// DWA's perceptual encoding and back. Coefficients are those of encoded values: linear^(1/2.2) up to 1, a logarithm above. The table takes an
// encoded half to the linear half: x^2.2 for x ≤ 1, (e^2.2)^(x - 1) above, odd, and 0 for what is not finite (OpenEXRCore,
// internal_dwa_table_init.c). It is computed once per instance with +, -, ×, ÷ in float64 alone, so that it is the same in any engine; rounded
// to float32 first, as the reference's powf is. All 65,536 entries equal the reference's (dwa.test.ts has their hash).
import { halfBitsOfFloat } from './dwa-half';
import { floatBitsOfHalf } from './half';

const TABLE: usize = memory.data(131072, 16);
let ready: bool = false;

const LN2_HIGH: f64 = 0.693147180369123816490; // 32 bits: its multiples by exponents are exact
const LN2_LOW: f64 = 1.90821492927058770002e-10;
/** e^2.2 as the reference writes it, in float32. */
const KNEE: f64 = <f64>(<f32>9.02501329156);
const POWER: f64 = <f64>(<f32>2.2);

/** The address of the table: 65,536 halves. */
export function dwaLinearTable(): usize {
  if (ready) return TABLE;
  memory.fill(TABLE, 0, 131072);
  const slope = logarithm(KNEE);
  for (let half: u32 = 1; half < 0x7c00; half++) {
    const x = <f64>reinterpret<f32>(floatBitsOfHalf(half));
    const exponent = x <= 1 ? POWER * logarithm(x) : slope * (x - 1);
    // e^12 is more than any half.
    const linear = exponent > 12 ? 0x7c00 : halfBitsOfFloat(<f32>exponential(exponent));
    store<u16>(TABLE + (half << 1), <u16>linear);
    store<u16>(TABLE + ((half | 0x8000) << 1), <u16>(linear | 0x8000));
  }
  ready = true;
  return TABLE;
}

/** ln x of a positive normal float64, good to about 1e-16 of the result's scale. */
function logarithm(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  let exponent = <i32>(bits >> 52) - 1023;
  let m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    exponent++;
  }
  // ln m = 2 atanh((m - 1) / (m + 1)); the argument is at most 0.1716.
  const s = (m - 1) / (m + 1);
  const z = s * s;
  let sum: f64 = 1.0 / 25;
  for (let k = 23; k >= 3; k -= 2) sum = sum * z + 1.0 / <f64>k;
  return <f64>exponent * LN2_HIGH + (<f64>exponent * LN2_LOW + 2 * s * z * sum + 2 * s);
}

/** e^x for -700 < x < 700. */
function exponential(x: f64): f64 {
  const k = Math.floor(x * 1.4426950408889634 + 0.5);
  const r = (x - k * LN2_HIGH) - k * LN2_LOW;
  let sum: f64 = 1;
  for (let n = 16; n >= 1; n--) sum = 1 + (r / <f64>n) * sum;
  return sum * reinterpret<f64>(<u64>(<i64>k + 1023) << 52);
}
