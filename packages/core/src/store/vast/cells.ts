/** Rows as VAST takes them: whole numbers that fit, and texts that fit into a cell, cut where they do not. */
import type { Column } from '../columns.ts';
import { CELL_BYTES, cutText, head, sha256 } from '../cut.ts';
import type { Cell, Row } from '../rows.ts';

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
