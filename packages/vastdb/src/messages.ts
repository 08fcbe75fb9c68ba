/**
 * The small FlatBuffers of the tabular API: bodies of DDL requests and of list and stats replies.
 * Slots as in the SDK's vast_flatbuf/tabular; see protocol.md, section 3.
 */
import { Builder } from 'flatbuffers';
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
  /** Present on tables with a vector index. */
  readonly vectorIndex: { readonly column: string; readonly metric: string; readonly sqlFunction: string } | undefined;
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
    vectorIndex: index && {
      column: index.string(0) ?? '',
      metric: index.string(1) ?? '',
      sqlFunction: index.string(2) ?? '',
    },
  };
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
