/** Sizes of cells, and cutting batches so that every request fits. */
import { TypeId, details, type Arrow, type Data, type RecordBatch } from './arrow.ts';
import { MAX_CELL_BYTES } from './columns.ts';
import { CellTooLargeError } from './errors.ts';
import type { Features } from './features.ts';
import { batchStream } from './ipc.ts';
import { MAX_REQUEST_BYTES } from './query-body.ts';

/** What one insert may hold. */
export interface InsertLimits {
  readonly bytes: number;
  /** The reply carries an id for each. */
  readonly rows: number;
  readonly columns: number;
}
/** Clusters before 5.5, by SDK 2.0.14 (table.py). */
const OLD_LIMITS: InsertLimits = { bytes: MAX_REQUEST_BYTES, rows: 524_288, columns: 40 };
/** SDK 2.1.0 (_by_column_inserter.py): 0.98 of 5 MiB; rows as for ids of 16 bytes, which any table may have. */
const LIMITS: InsertLimits = { bytes: 5_138_022, rows: 305_070, columns: Infinity };

export function insertLimits(features: Features): InsertLimits {
  return features.has('vector indexes') ? LIMITS : OLD_LIMITS;
}

/** Rows of one update or delete (Java VastConfig). */
export const MAX_UPDATE_ROWS = 65_536;

/**
 * Refuses cells above 128 KiB before anything is sent: what a cluster does with them is written nowhere.
 * @param firstRow the number of the batch's first row, for the message
 * @throws {CellTooLargeError} naming column, row and size
 */
export function checkCells(batch: RecordBatch, firstRow = 0): void {
  batch.schema.fields.forEach((field, c) => {
    const data = batch.data.children[c] as Data;
    if (rangeBytes(data, 0, data.length) <= MAX_CELL_BYTES) return;
    for (let row = 0; row < data.length; row++) {
      const bytes = data.getValid(row) ? rangeBytes(data, row, row + 1) : 0;
      if (bytes <= MAX_CELL_BYTES) continue;
      const where = `column ${field.name}, row ${firstRow + row}`;
      throw new CellTooLargeError(`${where}: ${bytes} bytes; a cell holds at most ${MAX_CELL_BYTES}`, field.name, firstRow + row, bytes);
    }
  });
}

/** Bytes of the values `from` to `to` of a column, without validity and offsets. */
export function rangeBytes(data: Data, from: number, to: number): number {
  const t = details(data.type);
  const offsets = data.valueOffsets as Int32Array;
  switch (t.typeId) {
    case TypeId.Utf8:
    case TypeId.Binary:
      return (offsets[to] ?? 0) - (offsets[from] ?? 0);
    case TypeId.List:
    case TypeId.Map:
      return rangeBytes(data.children[0] as Data, offsets[from] ?? 0, offsets[to] ?? 0);
    case TypeId.FixedSizeList:
      return rangeBytes(data.children[0] as Data, from * (t.listSize ?? 0), to * (t.listSize ?? 0));
    case TypeId.Struct:
      return data.children.reduce((sum, child) => sum + rangeBytes(child as Data, from, to), 0);
    case TypeId.Bool:
      return Math.ceil((to - from) / 8);
    case TypeId.FixedSizeBinary:
      return (to - from) * (t.byteWidth ?? 0);
    default:
      return (to - from) * (t.bitWidth === undefined ? data.values.BYTES_PER_ELEMENT : t.bitWidth / 8);
  }
}

/** A piece of a batch, ready to be sent; `body` is undefined when a single row is more than a request. */
export interface Piece {
  readonly batch: RecordBatch;
  readonly body: Uint8Array | undefined;
}

/** Cuts a batch into requests of at most `maxRows` rows and `maxBytes`, 4.5 MiB unless told. */
export function* pieces(arrow: Arrow, batch: RecordBatch, maxRows: number, maxBytes = MAX_REQUEST_BYTES): Generator<Piece> {
  const rows = batch.numRows;
  if (rows === 0) return;
  // By the values alone at first: encoding what must be cut would be for nothing.
  const values = batch.data.children.reduce((sum, data) => sum + rangeBytes(data as Data, 0, data.length), 0);
  let parts = Math.max(Math.ceil(rows / maxRows), Math.min(rows, Math.ceil(values / maxBytes)));
  if (parts === 1) {
    const body = batchStream(arrow, batch);
    if (body.byteLength <= maxBytes) return yield { batch, body };
    if (rows === 1) return yield { batch, body: undefined };
    parts = Math.min(rows, Math.ceil((body.byteLength / maxBytes) * 1.1));
  }
  const each = Math.ceil(rows / Math.max(2, parts));
  for (let from = 0; from < rows; from += each) {
    yield* pieces(arrow, batch.slice(from, Math.min(rows, from + each)) as RecordBatch, maxRows, maxBytes);
  }
}
