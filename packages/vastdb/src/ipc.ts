/** Arrow IPC as it is sent: a schema alone, or one schema, one batch, and the end. ipc-reader.ts reads what comes back. */
import type { Arrow, Data, RecordBatch, Schema } from './arrow.ts';

const EOS_BYTES = 8;

/** An encapsulated schema message without end-of-stream, as DDL wants it (`pa.Schema.serialize()`). */
export function schemaMessage(arrow: Arrow, schema: Schema): Uint8Array {
  const writer = new arrow.RecordBatchStreamWriter();
  writer.reset(undefined, schema);
  writer.finish();
  const bytes = writer.toUint8Array(true);
  return bytes.slice(0, bytes.byteLength - EOS_BYTES);
}

/** A stream of a schema, exactly one batch, and its end, as rows are sent (util.py: one batch a request). */
export function batchStream(arrow: Arrow, batch: RecordBatch): Uint8Array {
  const writer = new arrow.RecordBatchStreamWriter();
  writer.reset(undefined, batch.schema);
  writer.write(batch as never);
  writer.finish();
  return writer.toUint8Array(true);
}

/** A batch of columns of equal length. */
export function makeBatch(arrow: Arrow, schema: Schema, columns: readonly Data[], length: number): RecordBatch {
  const type = new arrow.Struct(schema.fields);
  const data = arrow.makeData({ type, length, nullCount: 0, children: [...columns] } as never);
  return new arrow.RecordBatch(schema, data as never) as RecordBatch;
}
