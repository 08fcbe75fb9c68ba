// PIZ's range compression: values that occur are numbered in increasing order (OpenEXR Technical Introduction, "PIZ Compression").

/**
 * Builds the table of 65,536 16-bit values at `table` from the bitmap of those that occur: `bitmap` has the bytes from `first` on, `length`
 * of them. Zero always occurs. Entries beyond the last value are 0. Returns the largest number in use.
 */
export function pizTable(bitmap: usize, first: u32, length: u32, table: usize): u32 {
  store<u16>(table, 0);
  let to = table + 2;
  for (let i: u32 = 0; i < length; i++) {
    let bits = <u32>load<u8>(bitmap + i);
    const value = (first + i) << 3;
    if (value == 0) bits &= ~1;
    for (; bits != 0; bits &= bits - 1) {
      store<u16>(to, <u16>(value + ctz<u32>(bits)));
      to += 2;
    }
  }
  memory.fill(to, 0, table + 131072 - to);
  return <u32>(to - table - 2) >> 1;
}

/** Looks `words` 16-bit words of each row up in the table and writes them to the row's address: `rows` has `height` 32-bit addresses. */
export function pizExpand(source: usize, words: usize, height: usize, rows: usize, table: usize): void {
  for (let y: usize = 0; y < height; y++) {
    let to = <usize>load<u32>(rows + (y << 2));
    const end = source + (words << 1);
    while (source + 8 <= end) {
      const four = load<u64>(source);
      store<u16>(to, load<u16>(table + (<usize>(four & 0xffff) << 1)));
      store<u16>(to, load<u16>(table + (<usize>((four >> 16) & 0xffff) << 1)), 2);
      store<u16>(to, load<u16>(table + (<usize>((four >> 32) & 0xffff) << 1)), 4);
      store<u16>(to, load<u16>(table + (<usize>(four >> 48) << 1)), 6);
      source += 8;
      to += 8;
    }
    while (source < end) {
      store<u16>(to, load<u16>(table + (<usize>load<u16>(source) << 1)));
      source += 2;
      to += 2;
    }
  }
}
