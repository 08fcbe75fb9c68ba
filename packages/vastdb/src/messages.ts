/**
 * The small FlatBuffers of the tabular API: bodies of DDL requests and of list and stats replies.
 * Slots as in the SDK's vast_flatbuf/tabular; see protocol.md, section 3.
 */
import { Builder } from 'flatbuffers';
import { protocol } from './errors.ts';
import { FlatTable } from './flatbuf.ts';

/** A schema, table or projection as a listing describes it. */
export interface ObjectDetails {
  readonly name: string;
  readonly properties: string;
  readonly handle: string;
  readonly numRows: bigint;
  readonly sizeInBytes: bigint;
  readonly sortingKeyEnabled: boolean;
}

/** What `?stats` says of a table. */
export interface TableStats {
  /** Rows, as the cluster estimates them; own uncommitted rows may be missing. */
  readonly numRows: bigint;
  readonly sizeInBytes: bigint;
  readonly externalRowIds: boolean;
  readonly sortingKeyEnabled: boolean;
  /** Whether all rows have been sorted by the key; false on a table that has none. */
  readonly sortingDone: boolean;
  /** How far the sorting is, without the bit that says done. */
  readonly sortingScore: bigint;
  readonly writeAmplification: bigint;
  readonly insertedRows: bigint;
  /** Present on tables with a vector index. */
  readonly vectorIndex: VectorIndexStats | undefined;
  /** Present on partitioned tables. */
  readonly partitions: bigint | undefined;
  /** Addresses of the cluster that answer for the table, in the order of the ranges. */
  readonly vips: readonly string[];
}

/** A vector index; the quantizations are `none`, `scalar_8bit`, or empty where a cluster says nothing of them. */
export interface VectorIndexStats {
  readonly column: string;
  readonly metric: string;
  readonly sqlFunction: string;
  readonly clusterQuantization: string;
  readonly searchQuantization: string;
}

/** `CreateSchemaRequest{0: properties}`. */
export function createSchemaBody(properties: string): Uint8Array {
  const builder = new Builder(64);
  const text = builder.createString(properties);
  builder.startObject(1);
  builder.addFieldOffset(0, text, 0);
  return finish(builder, builder.endObject());
}

/** `AlterSchemaRequest`, `AlterTableRequest` and `AlterColumnRequest` all begin with their properties. */
export function alterBody(slots: number, properties = ''): Uint8Array {
  const builder = new Builder(64);
  // The SDK writes every string before it knows whether it is needed; so its bytes are these.
  const [text = 0] = Array.from({ length: slots }, (_, i) => builder.createString(i === 0 ? properties : ''));
  builder.startObject(slots);
  if (properties !== '') builder.addFieldOffset(0, text, 0);
  return finish(builder, builder.endObject());
}

/** `ListSchemasResponse{0: bucket, 1: schemas}`. */
export function readSchemaList(body: Uint8Array): ObjectDetails[] {
  return FlatTable.root(body).tables(1).map(objectDetails);
}

/** `ListTablesResponse{0: bucket, 1: schema, 2: tables}`. */
export function readTableList(body: Uint8Array): ObjectDetails[] {
  return FlatTable.root(body).tables(2).map(objectDetails);
}

/** `GetTableStatsResponse`. */
export function readTableStats(body: Uint8Array): TableStats {
  const stats = FlatTable.root(body);
  const index = stats.table(9);
  return {
    numRows: stats.i64(0),
    sizeInBytes: stats.i64(1),
    externalRowIds: stats.bool(2),
    sortingKeyEnabled: stats.bool(5),
    sortingDone: stats.i64(6) < 0n,
    sortingScore: BigInt.asUintN(63, stats.i64(6)),
    writeAmplification: stats.i64(7),
    insertedRows: stats.i64(8),
    vectorIndex: index && {
      column: index.string(0) ?? '',
      metric: index.string(1) ?? '',
      sqlFunction: index.string(2) ?? '',
      clusterQuantization: index.string(3) ?? '',
      searchQuantization: index.string(4) ?? '',
    },
    partitions: stats.bool(10) ? stats.u64(11) : undefined,
    vips: stats.tables(4).flatMap(addresses),
  };
}

/** `VipRange{0: start_address, 1: address_count}`: the last number of the address is counted up. */
function addresses(range: FlatTable): string[] {
  const start = range.string(0) ?? '';
  const parts = /^((?:\d{1,3}\.){3})(\d{1,3})$/.exec(start);
  const count = range.i16(1) & 0xffff;
  if (parts === null || Number(parts[2]) + count > 256) throw protocol(`stats: ${count} addresses from ${JSON.stringify(start)} on`);
  return Array.from({ length: count }, (_, i) => `${parts[1]}${Number(parts[2]) + i}`);
}

function objectDetails(table: FlatTable): ObjectDetails {
  return {
    name: table.string(0) ?? '',
    properties: table.string(1) ?? '',
    handle: table.string(2) ?? '',
    numRows: table.u64(3),
    sizeInBytes: table.u64(4),
    sortingKeyEnabled: table.bool(6),
  };
}

function finish(builder: Builder, root: number): Uint8Array {
  builder.finish(root);
  return builder.asUint8Array().slice();
}
