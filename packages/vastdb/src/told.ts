/** What `?column` says of a table beside its columns: by field and schema metadata, from clusters of 5.5 on. */
import { TypeId, childFields, details, type Arrow, type Field, type Schema } from './arrow.ts';

const SORT_TYPE = 'VAST:sort_type';
const SORT_INDEX = 'VAST:sort_index';
const PARTITION_SPEC = 'VAST:partition_spec';

/** Columns by which the rows are sorted, first to last (SDK table_metadata.py; the index is decimal text). */
export function sortedColumns(fields: readonly Field[]): string[] {
  const sorted = fields.filter(({ metadata }) => metadata.get(SORT_TYPE) === 'Sorted');
  const index = (field: Field): number => Number(field.metadata.get(SORT_INDEX) ?? 0);
  return sorted.sort((a, b) => index(a) - index(b)).map(({ name }) => name);
}

export function isPartitioned(schema: Schema): boolean {
  return schema.metadata.has(PARTITION_SPEC);
}

/** Whether a table of these columns can have a vector index at all. */
export function hasVectors(fields: readonly Field[]): boolean {
  return fields.some(({ type }) => {
    const [item] = childFields(type);
    return details(type).typeId === TypeId.FixedSizeList && item !== undefined && details(item.type).typeId === TypeId.Float;
  });
}

/** The columns without what the cluster added to them; metadata of their own stays. */
export function bare(arrow: Arrow, schema: Schema): Schema {
  const own = (metadata: ReadonlyMap<string, string>): Map<string, string> => new Map([...metadata].filter(([key]) => !key.startsWith('VAST:')));
  return new arrow.Schema(schema.fields.map((field) => new arrow.Field(field.name, field.type, field.nullable, own(field.metadata))), own(schema.metadata));
}
