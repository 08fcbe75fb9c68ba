/** Replies as FlatBuffers: lists and table statistics. Strings that the SDK decodes without asking are never absent. */
import { Builder } from 'flatbuffers';
import { offsetVector } from '../field-body.ts';
import type { TableDef, VectorIndex } from './engine.ts';

/** An entry of a list. */
export interface Entry {
  readonly name: string;
  readonly properties?: string;
  readonly numRows?: number;
  readonly sizeInBytes?: number;
  readonly sorted?: boolean;
  readonly handle?: number;
}

/** `ListSchemasResponse{bucket, schemas}` or `ListTablesResponse{bucket, schema, tables}`, after what stands before the vector. */
export function listBody(place: readonly string[], entries: readonly Entry[]): Uint8Array {
  const b = new Builder(256);
  const names = place.map((name) => b.createString(name));
  const vector = offsetVector(b, entries.map((entry) => writeEntry(b, entry)));
  b.startObject(names.length + 1);
  names.forEach((name, i) => b.addFieldOffset(i, name, 0));
  b.addFieldOffset(names.length, vector, 0);
  b.finish(b.endObject());
  return b.asUint8Array();
}

function writeEntry(b: Builder, entry: Entry): number {
  const name = b.createString(entry.name);
  const properties = b.createString(entry.properties ?? '');
  const handle = b.createString(String(entry.handle ?? 0));
  b.startObject(10);
  b.addFieldOffset(0, name, 0);
  b.addFieldOffset(1, properties, 0);
  b.addFieldOffset(2, handle, 0);
  b.addFieldInt64(3, BigInt(entry.numRows ?? 0), 0n);
  b.addFieldInt64(4, BigInt(entry.sizeInBytes ?? 0), 0n);
  b.addFieldInt8(6, entry.sorted === true ? 1 : 0, 0);
  b.addFieldInt64(7, entry.sorted === true ? SORTING_DONE : 0n, 0n);
  return b.endObject();
}

/** A sorting score whose highest bit says that nothing is left to be sorted. */
const SORTING_DONE = -(1n << 63n);

/** `VipRange{start_address, address_count}`: that many addresses from this one on, the last number counted up. */
export interface VipRange {
  readonly start: string;
  readonly count: number;
}

/** `GetTableStatsResponse`. */
export function statsBody(table: TableDef, numRows: number, vips: readonly VipRange[]): Uint8Array {
  const b = new Builder(256);
  const address = b.createString('');
  const index = table.vectorIndex === undefined ? 0 : writeIndex(b, table.vectorIndex);
  const ranges = vips.map(({ start, count }) => {
    const address = b.createString(start);
    b.startObject(2);
    b.addFieldOffset(0, address, 0);
    b.addFieldInt16(1, count, 0);
    return b.endObject();
  });
  const vipVector = ranges.length === 0 ? 0 : offsetVector(b, ranges);
  b.startObject(12);
  b.addFieldInt64(0, BigInt(numRows), 0n);
  b.addFieldInt64(1, BigInt(numRows) * 64n + 4096n, 0n);
  b.addFieldInt8(2, table.externalRowIds ? 1 : 0, 0);
  b.addFieldOffset(3, address, 0);
  b.addFieldOffset(4, vipVector, 0);
  b.addFieldInt8(5, table.sortedBy.length > 0 ? 1 : 0, 0);
  b.addFieldInt64(6, table.sortedBy.length > 0 ? SORTING_DONE : 0n, 0n);
  b.addFieldOffset(9, index, 0);
  b.finish(b.endObject());
  return b.asUint8Array();
}

function writeIndex(b: Builder, index: VectorIndex): number {
  const column = b.createString(index.column);
  const metric = b.createString(index.metric);
  const name = b.createString(index.metric === 'ip' ? 'array_inner_product' : 'array_distance');
  const cluster = b.createString(index.clusterQuantization);
  const search = b.createString(index.searchQuantization);
  b.startObject(5);
  b.addFieldOffset(0, column, 0);
  b.addFieldOffset(1, metric, 0);
  b.addFieldOffset(2, name, 0);
  b.addFieldOffset(3, cluster, 0);
  b.addFieldOffset(4, search, 0);
  return b.endObject();
}
