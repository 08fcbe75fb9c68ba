/** A frame as a renderer writes it: header, an empty offset table, chunk after chunk, and the table last. */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';

/**
 * @param {string} whole a finished single-part scan-line file
 * @param {string} target
 */
export function growing(whole, target) {
  const bytes = readFileSync(whole);
  let table = 8;
  while (bytes[table]) {
    const type = bytes.indexOf(0, table) + 1;
    const size = bytes.indexOf(0, type) + 1;
    table = size + 4 + bytes.readInt32LE(size);
  }
  table++;
  const first = Number(bytes.readBigUInt64LE(table));
  const count = (first - table) / 8;
  const starts = Array.from({ length: count }, (_, i) => Number(bytes.readBigUInt64LE(table + 8 * i)));
  const file = openSync(target, 'w');
  writeSync(file, bytes.subarray(0, table));
  writeSync(file, Buffer.alloc(8 * count));
  let written = 0;
  return {
    count,
    /** Adds chunks up to a share of all. */
    write(share) {
      const until = Math.floor(count * share);
      const end = until >= count ? bytes.length : starts[until];
      if (until > written) writeSync(file, bytes, starts[written], end - starts[written], starts[written]);
      written = Math.max(written, until);
    },
    /** Writes the table: the frame is finished. */
    finish() {
      this.write(1);
      writeSync(file, bytes, table, 8 * count, table);
      closeSync(file);
    },
  };
}
