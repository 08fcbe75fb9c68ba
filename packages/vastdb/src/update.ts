/** Updates go out sorted by row id, each row once (SDK util.py sort_record_batch_if_needed). */
import type { Arrow, Data, RecordBatch } from './arrow.ts';
import { buildData } from './data-builder.ts';
import { valuesOf } from './data-reader.ts';
import { usage } from './errors.ts';
import { makeBatch } from './ipc.ts';
import { ROW_ID, rowIdsOf } from './rows.ts';

/** Rows in order of their ids, without the id column. */
export interface Update {
  readonly ids: readonly bigint[];
  readonly batch: RecordBatch;
}

/** Splits off the ids; batches that are not in order, or overlap, are put into one that is. */
export function sortForUpdate(arrow: Arrow, batches: readonly RecordBatch[]): Update[] {
  const updates = batches.map((batch) => splitIds(arrow, batch));
  const ids = updates.flatMap((update) => [...update.ids]);
  const ordered = ids.every((id, i) => i === 0 || id > (ids[i - 1] ?? 0n));
  if (ordered) return updates;
  if (new Set(ids).size !== ids.length) throw usage(`update: the same ${ROW_ID} twice`);
  const schema = updates[0]?.batch.schema;
  const alike = updates.every((u) => u.batch.schema.fields.map((f) => f.name).join() === schema?.fields.map((f) => f.name).join());
  if (schema === undefined || !alike) throw usage('update: batches of different columns must be in order of their row ids');
  const order = ids.map((_, i) => i).sort((a, b) => ((ids[a] ?? 0n) < (ids[b] ?? 0n) ? -1 : 1));
  const columns = schema.fields.map((field, c) => {
    const values = updates.flatMap((update) => valuesOf(update.batch.data.children[c] as Data));
    return buildData(arrow, field, order.map((i) => values[i]));
  });
  return [{ ids: order.map((i) => ids[i] ?? 0n), batch: makeBatch(arrow, schema, columns, ids.length) }];
}

function splitIds(arrow: Arrow, batch: RecordBatch): Update {
  const at = batch.schema.fields.findIndex((field) => field.name === ROW_ID);
  const column = batch.data.children[at] as Data | undefined;
  if (column === undefined) throw usage(`update: rows without ${ROW_ID}; select them with rowIds: true`);
  if (column.nullCount > 0) throw usage(`update: ${column.nullCount} rows whose ${ROW_ID} is null`);
  const fields = batch.schema.fields.filter((_, i) => i !== at);
  if (fields.length === 0) throw usage(`update: rows that have ${ROW_ID} and nothing to change`);
  const data = (batch.data.children as Data[]).filter((_, i) => i !== at);
  return { ids: rowIdsOf(column), batch: makeBatch(arrow, new arrow.Schema(fields), data, batch.numRows) };
}
