/** Rows as VAST takes them: whole numbers that fit, and texts that fit into a cell, cut where they do not. */
import { createHash } from 'node:crypto';
import type { Column } from '../columns.ts';
import type { Cell, Row } from '../rows.ts';

/** Bytes of UTF-8 that a cell may hold. */
export const CELL_BYTES = 128 * 1024;
/** No text of so few UTF-16 units can be longer: three bytes each. */
const SURELY_FITS = Math.floor(CELL_BYTES / 3);

/** The row itself, changed where it has to be: rows are made for one use. */
export function wireRow(columns: readonly Column[], row: Row): Row {
  const json = row['value_json'];
  const text = row['value_text'];
  let known = 0;
  for (const column of columns) {
    const cell = row[column.name];
    if (cell === undefined) row[column.name] = null;
    else if (cell !== null) {
      const wire = wireCell(column, cell);
      if (wire !== cell) row[column.name] = wire;
    }
    known++;
  }
  // An older store may lack columns.
  if (Object.keys(row).length !== known) for (const name of Object.keys(row)) if (!columns.some((column) => column.name === name)) delete row[name];
  // The attributes table has columns that say that, and how much, was cut: a program can tell without reading the text.
  if (typeof json === 'string' && row['value_json'] !== json) {
    row['value_json'] = head(json, CELL_BYTES);
    row['value_sha256'] = sha256(json);
    row['value_length'] = json.length;
    if (typeof text === 'string' && row['value_text'] !== text) row['value_text'] = head(text, CELL_BYTES);
  }
  return row;
}

/** As the DuckDB store: integers out of range become null rather than wrap. */
function wireCell({ type }: Column, cell: Cell): Cell {
  if (type === 'int64') return Number.isSafeInteger(cell) ? cell : null;
  if (type === 'int32') return Number.isInteger(cell) && (cell as number) >= -(2 ** 31) && (cell as number) < 2 ** 31 ? cell : null;
  return type === 'string' ? cutText(cell as string) : cell;
}

/** A text that does not fit ends with a note of its length and hash. */
function cutText(text: string): string {
  if (text.length <= SURELY_FITS || Buffer.byteLength(text) <= CELL_BYTES) return text;
  const note = `… [cut: ${text.length} characters, sha256 ${sha256(text)}]`;
  return head(text, CELL_BYTES - Buffer.byteLength(note)) + note;
}

/** The longest beginning of whole characters that has at most so many bytes. */
function head(text: string, bytes: number): string {
  const utf8 = Buffer.from(text);
  let end = Math.min(bytes, utf8.byteLength);
  while (end > 0 && end < utf8.byteLength && (utf8[end]! & 0xc0) === 0x80) end--;
  return utf8.toString('utf8', 0, end);
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
