/** The Arrow schema of each table as plain data, for VAST DataBase: whoever has apache-arrow at hand makes the real thing of it in five lines. */
import { TABLES, vectorLength, type ColumnType, type TableName } from './columns.ts';

export type ArrowType = { readonly type: 'utf8' | 'int32' | 'int64' | 'float32' | 'float64' | 'bool' } | { readonly type: 'fixed_size_list'; readonly length: number; readonly item: { readonly type: 'float32'; readonly nullable: false } };
export interface ArrowField {
  readonly name: string;
  readonly type: ArrowType;
  readonly nullable: boolean;
}

export function arrowSchemas(): Readonly<Record<TableName, readonly ArrowField[]>> {
  return Object.fromEntries(TABLES.map((table) => [table.name, table.columns.map(({ name, type, nullable }) => ({ name, type: arrowType(type), nullable }))])) as unknown as Record<TableName, ArrowField[]>;
}

function arrowType(type: ColumnType): ArrowType {
  const length = vectorLength(type);
  if (length > 0) return { type: 'fixed_size_list', length, item: { type: 'float32', nullable: false } };
  return { type: type === 'string' ? 'utf8' : (type as 'int32' | 'int64' | 'float32' | 'float64' | 'bool') };
}
