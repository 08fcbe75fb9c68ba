/** binary16 to numbers. */

let table: Float32Array | undefined;

/** Every half's value by its bits: 256 kB, made when it is first needed. */
export function halfTable(): Float32Array {
  if (table) return table;
  table = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits++) {
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    const magnitude = exponent === 0 ? fraction * 2 ** -24 : exponent === 31 ? (fraction ? NaN : Infinity) : (1 + fraction / 1024) * 2 ** (exponent - 15);
    table[bits] = bits & 0x8000 ? -magnitude : magnitude;
  }
  return table;
}

/** The value at `i` of a plane as it came from the host. */
export function valueAt(plane: Uint16Array | Float32Array, i: number): number {
  return plane instanceof Uint16Array ? halfTable()[plane[i]!]! : plane[i]!;
}
