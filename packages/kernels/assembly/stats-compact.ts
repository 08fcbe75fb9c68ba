/**
 * What of a table is not empty, moved to its front: most tables are nearly empty, and the host is slow to look through
 * them.
 */

/** As compact, for a table of u32. */
export function statsCompact32(table: usize, length: i32, numbers: usize): i32 {
  return compact<u32>(table, length, numbers);
}

/** As compact, for a table of u64. */
export function statsCompact64(table: usize, length: i32, numbers: usize): i32 {
  return compact<u64>(table, length, numbers);
}

/**
 * Moves the entries of a table of `length` (a multiple of 16, at most 65,536) that are not 0 to its front, in order,
 * writes their numbers as u16 to `numbers` (room for `length` + 1), and returns how many there are. What stands after
 * them is undefined.
 */
function compact<T>(table: usize, length: i32, numbers: usize): i32 {
  let to = table;
  let number = numbers;
  for (let i = 0; i < length; i += 8) {
    const from = table + <usize>i * sizeof<T>();
    let any: u64 = 0;
    for (let at: usize = 0; at < 8 * sizeof<T>(); at += 8) any |= load<u64>(from + at);
    if (!any) continue;
    for (let j = 0; j < 8; j++) {
      const entry = load<T>(from + <usize>j * sizeof<T>());
      // Written always, kept when it is not 0: never ahead of what is read.
      store<T>(to, entry);
      store<u16>(number, <u16>(i + j));
      const keep: usize = entry ? 1 : 0;
      to += keep * sizeof<T>();
      number += keep << 1;
    }
  }
  return <i32>((number - numbers) >> 1);
}
