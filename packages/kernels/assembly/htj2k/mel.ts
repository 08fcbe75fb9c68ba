// The MEL segment (T.814, 7.3.3): an adaptive run-length code of the events "a quad without significant neighbours has a significant sample".

/** The exponent of the run length in each of the 13 states: Table 2 of T.814. */
const EXPONENTS: usize = memory.data<u8>([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5]);

let next: usize = 0;
/** The byte whose low half belongs to the VLC segment: read as ones. */
let shared: usize = 0;
let bits: u64 = 0;
let held: i32 = 0;
let stuffed: i32 = 0;
let state: i32 = 0;

/** Begins a segment of `length` bytes (at least 1); its last byte shares its low half with the VLC segment, and ones follow it for ever. */
export function melBegin(from: usize, length: i32): void {
  next = from;
  shared = from + length - 1;
  bits = 0;
  held = 0;
  stuffed = 0;
  state = 0;
}

/** The next run: twice its events 0, plus 1 when an event 1 ends it; runs of zeros alone are given with one zero less: count down by 2 until below 0. */
export function melRun(): i32 {
  while (held <= 48) {
    let byte: u64 = 0xff;
    if (next <= shared) byte = next === shared ? <u64>load<u8>(next) | 0x0f : <u64>load<u8>(next);
    next++;
    const width = 8 - stuffed;
    bits |= (stuffed ? byte & 0x7f : byte) << (64 - width - held);
    held += width;
    stuffed = i32(byte === 0xff);
  }
  const exponent = <i32>load<u8>(EXPONENTS + state);
  let run: i32;
  if (<i64>bits < 0) {
    run = ((1 << exponent) - 1) << 1;
    if (state < 12) state++;
    bits <<= 1;
    held -= 1;
  } else {
    run = ((<i32>(bits >> (63 - exponent)) & ((1 << exponent) - 1)) << 1) + 1;
    if (state > 0) state--;
    bits <<= exponent + 1;
    held -= exponent + 1;
  }
  return run;
}
