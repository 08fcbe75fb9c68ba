/** Which kind of row id a table has. */
import type { Arrow, Field } from '../arrow.ts';
import { rowIdField } from '../rows.ts';
import type { TableDef } from './engine.ts';

/**
 * What names the rows of a vector-indexed table: decimal128, as SDK 2.1.0 has it, or uint64, as SDK 2.0.14. On sorted
 * tables both have decimal128.
 */
export type RowIdKinds = 'decimal128' | 'uint64';

/** The field of a table's row ids. */
export function rowIdOf(arrow: Arrow, table: TableDef, ofVectors: RowIdKinds): Field {
  return rowIdField(arrow, table.sortedBy.length > 0 || (table.vectorIndex !== undefined && ofVectors === 'decimal128'));
}
