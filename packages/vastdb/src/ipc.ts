/** Arrow IPC: what is sent (one schema, one batch, end) and what comes back. */
import type { Arrow, Data, RecordBatch, Schema } from './arrow.ts';
import { checkData } from './data-reader.ts';
import { ProtocolError, protocol } from './errors.ts';

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

/** The schema at the head of a stream that holds nothing else. */
export function readSchema(arrow: Arrow, bytes: Uint8Array): Schema {
  return guard('a schema', () => {
    const reader = arrow.RecordBatchReader.from(bytes).open();
    if (reader.schema === undefined || reader.schema === null) throw protocol('an Arrow stream without a schema');
    return reader.schema as Schema;
  });
}

/**
 * Schema and batches of a stream from the network, checked through.
 * @throws {ProtocolError} for anything that is not such a stream
 */
export function readStream(arrow: Arrow, bytes: Uint8Array, where: string): { schema: Schema; batches: RecordBatch[] } {
  return guard(where, () => {
    const reader = arrow.RecordBatchReader.from(bytes).open();
    const batches: RecordBatch[] = [];
    for (const batch of reader) {
      for (const column of batch.data.children) {
        checkData(column as Data, where);
        if (column.length < batch.numRows) throw protocol(`${where}: a column shorter than its batch`);
      }
      batches.push(batch as RecordBatch);
    }
    if (reader.schema === undefined || reader.schema === null) throw protocol(`${where}: no Arrow schema`);
    return { schema: reader.schema as Schema, batches };
  });
}

function guard<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    throw protocol(`${where}: not a readable Arrow stream: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}
