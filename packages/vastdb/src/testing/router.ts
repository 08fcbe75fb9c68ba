/** From a request to what it does: method and the query's first word say which operation is meant. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Arrow } from '../arrow.ts';
import { ProtocolError } from '../errors.ts';
import { FlatTable } from '../flatbuf.ts';
import type { Engine, Tx } from './engine.ts';
import { Failure, badRequest, notFound, notImplemented } from './failure.ts';
import * as op from './operations.ts';
import { queryFrames, readQueryHeaders, type QueryShape } from './query-data.ts';
import { checkKnown } from './known.ts';
import { listBody, statsBody, type Entry, type VipRange } from './replies.ts';
import { rowIdOf, type RowIdKinds } from './row-ids.ts';
import type { SqlEngine } from './sql-engine.ts';

/** A request, its signature already checked. */
export interface Call {
  readonly method: string;
  /** Path segments. */
  readonly path: string[];
  readonly command: string;
  readonly params: ReadonlyMap<string, string>;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
  /** The address of this server that was spoken to. */
  readonly address?: string | undefined;
}

/** An answer; `frames` are written one by one, chunked. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly frames?: readonly Uint8Array[];
}

/** What a request is answered from. */
export interface World {
  readonly arrow: Arrow;
  readonly engine: Engine;
  readonly sql: SqlEngine;
  readonly shape: QueryShape;
  /** Whether `?column` says which columns the table is sorted by: clusters of 5.5 and newer. */
  readonly tellsSorting: boolean;
  readonly vectorRowIds: RowIdKinds;
  readonly vips: readonly VipRange[];
  /** The `x-vast-rcf-id` of a transaction that was begun: which node of the cluster began it. */
  readonly node: (call: Call) => string | undefined;
  readonly now: () => number;
}

/** Answers. @throws {Failure} */
export function route(world: World, call: Call): Promise<Reply> | Reply {
  try {
    if (call.command.startsWith('vastdb-') || call.command === 'query-engine-capabilities') return world.sql.answer(call);
    if (call.command === 'transaction') return transaction(world, call);
    const [bucket = ''] = call.path;
    if (!world.engine.buckets.has(bucket)) throw notFound('NoSuchBucket', `no bucket ${bucket}`);
    if (call.method === 'HEAD' && call.path.length === 1) return {};
    const handler = HANDLERS[`${call.method} ${call.command}`];
    if (handler === undefined) throw notImplemented(`${call.method} ?${call.command}`);
    if (call.path.includes('.snapshot')) throw notImplemented('.snapshot');
    checkKnown(call);
    const tx = world.engine.find(readTxid(call), world.now());
    return handler(world, tx, call);
  } catch (error) {
    // Bodies that cannot be read are the client's fault, never a crash.
    if (error instanceof ProtocolError) {
      throw badRequest(error.code === 'UNSUPPORTED_TYPE' ? 'TabularUnsupportedColumnType' : 'InvalidArgument', error.message);
    }
    throw error;
  }
}

function readTxid(call: Call): bigint {
  const text = call.headers['tabular-txid'];
  if (typeof text !== 'string' || !/^\d{1,20}$/.test(text)) throw badRequest('InvalidArgument', 'missing tabular-txid');
  if (call.headers['tabular-api-version-id'] !== '1') throw badRequest('InvalidArgument', 'tabular-api-version-id must be 1');
  return BigInt(text);
}

function transaction({ engine, now, node }: World, call: Call): Reply {
  // SDK 2.1.0 asks for the version, which every answer's Server header has, without a transaction, and looks at the status.
  if (call.method === 'GET' && call.headers['tabular-get-vast-version'] !== undefined && call.headers['tabular-txid'] === undefined) return {};
  checkKnown(call);
  const id = readTxid(call);
  if (call.method === 'POST') {
    const place = node(call);
    return { headers: { 'tabular-txid': String(engine.begin(now()).id), ...(place === undefined ? {} : { 'x-vast-rcf-id': place }) } };
  }
  const tx = engine.find(id, now());
  if (call.method === 'PUT') engine.commit(tx);
  else if (call.method === 'DELETE') engine.rollback(tx);
  else if (call.method !== 'GET') throw new Failure(405, 'MethodNotAllowed', call.method);
  return {};
}

type Handler = (world: World, tx: Tx, call: Call) => Reply;
const nothing = (): Reply => ({});

const HANDLERS: Readonly<Record<string, Handler>> = {
  'GET schema': (_, tx, call) => {
    const below = `${call.path.join('/')}/`;
    if (call.path.length > 1 && !tx.catalog.schemas.has(call.path.join('/'))) throw notFound('TabularNoSuchSchema', below);
    const entries = [...tx.catalog.schemas]
      .filter(([key]) => key.startsWith(below) && !key.slice(below.length).includes('/'))
      .map(([key, properties]) => ({ name: key.slice(below.length), properties }));
    return list(call, entries, (page) => listBody([call.path[0] ?? ''], page));
  },
  'POST schema': (world, tx, call) => nothingAfter(op.createSchema(world.engine, tx, call.path, FlatTable.root(call.body).string(0) ?? '')),
  'DELETE schema': (world, tx, call) => nothingAfter(op.dropSchema(world.engine, tx, call.path)),
  'PUT schema': (world, tx, call) => {
    const name = call.params.get('tabular-new-schema-name');
    return name === undefined ? nothing() : nothingAfter(op.renameSchema(world.engine, tx, call.path, name));
  },
  'GET table': (_, tx, call) => {
    const below = `${call.path.join('/')}/`;
    if (!tx.catalog.schemas.has(call.path.join('/'))) throw notFound('TabularNoSuchSchema', `no schema ${call.path.join('/')}`);
    const stats = call.headers['tabular-include-list-stats'] === 'True';
    const entries = [...tx.catalog.tables]
      .filter(([key]) => key.startsWith(below) && !key.slice(below.length).includes('/'))
      .map(([key, table]) => ({
        name: key.slice(below.length),
        numRows: stats ? op.countRows(tx, table) : 0,
        sorted: table.sortedBy.length > 0,
        handle: table.handle,
      }));
    return list(call, entries, (page) => listBody([call.path[0] ?? '', call.path.slice(1).join('/')], page));
  },
  'POST table': (world, tx, call) => nothingAfter(op.createTable(world.arrow, world.engine, tx, call.path, call.headers, call.body)),
  'DELETE table': (world, tx, call) => nothingAfter(op.dropTable(world.engine, tx, call.path)),
  'PUT table': (world, tx, call) => {
    const to = call.params.get('tabular-new-table-name');
    op.addSortingKey(world.engine, tx, call.path, call.headers);
    return to === undefined ? nothing() : nothingAfter(op.renameTable(world.engine, tx, call.path, to));
  },
  'GET stats': (world, tx, call) => {
    const table = op.findTable(tx, call.path);
    return { body: statsBody(table, op.countRows(tx, table), world.vips) };
  },
  'GET column': (world, tx, call) => {
    const table = op.findTable(tx, call.path);
    const columns = table.columns.map((column) => ({ name: column.field.name, column }));
    const sortedBy = world.tellsSorting ? table.sortedBy : undefined;
    return list(call, columns, (page) => op.columnsBody(world.arrow, page.map(({ column }) => column), sortedBy));
  },
  'GET sorted-columns': (world, tx, call) => {
    const { columns, sortedBy } = op.findTable(tx, call.path);
    const sorted = sortedBy.flatMap((id) => columns.filter((column) => column.id === id)).map((column) => ({ name: column.field.name, column }));
    return list(call, sorted, (page) => op.columnsBody(world.arrow, page.map(({ column }) => column), world.tellsSorting ? sortedBy : undefined));
  },
  'POST column': (world, tx, call) => nothingAfter(op.addColumns(world.arrow, world.engine, tx, call.path, call.body)),
  'DELETE column': (world, tx, call) => nothingAfter(op.dropColumns(world.arrow, world.engine, tx, call.path, call.body)),
  'PUT column': (world, tx, call) => {
    const [from, to] = [call.params.get('tabular-column-name'), call.params.get('tabular-new-column-name')];
    if (from === undefined || to === undefined) throw badRequest('InvalidArgument', 'column names missing');
    return nothingAfter(op.renameColumn(world.arrow, world.engine, tx, call.path, from, to));
  },
  'POST rows': (world, tx, call) => ({ body: op.insertRows(world.arrow, world.vectorRowIds, tx, call.path, call.body) }),
  'PUT rows': (world, tx, call) => nothingAfter(op.updateRows(world.arrow, world.vectorRowIds, tx, call.path, call.body)),
  'DELETE rows': (world, tx, call) => nothingAfter(op.deleteRows(world.arrow, world.vectorRowIds, tx, call.path, call.body)),
  'GET data': (world, tx, call) => {
    const table = op.findTable(tx, call.path);
    const rowId = rowIdOf(world.arrow, table, world.vectorRowIds);
    return { frames: queryFrames(world.arrow, tx, table, rowId, readQueryHeaders(call.headers), call.body, world.shape) };
  },
};

function nothingAfter(_done: void): Reply {
  return {};
}

/** One page of a list, with its headers. */
function list<T extends Entry>(call: Call, all: readonly T[], body: (page: T[]) => Uint8Array): Reply {
  const { headers } = call;
  const exact = headers['tabular-name-exact-match'];
  const prefix = headers['tabular-name-prefix'];
  if (exact === undefined && prefix === undefined) throw badRequest('InvalidArgument', 'tabular-name-prefix or -exact-match is missing');
  const max = Number(headers['tabular-max-keys']);
  const from = Number(headers['tabular-next-key']);
  if (!(max >= 1) || !(from >= 0)) throw badRequest('InvalidArgument', 'tabular-max-keys or tabular-next-key is missing or wrong');
  const fits = all.filter(({ name }) => (exact === undefined ? name.startsWith(String(prefix)) : name === exact));
  const page = fits.slice(from, from + max);
  const truncated = from + max < fits.length;
  return {
    headers: {
      'tabular-next-key': truncated ? String(from + max) : '0',
      'tabular-is-truncated': String(truncated),
      'tabular-list-count': String(fits.length),
    },
    body: body(headers['tabular-list-count-only'] === 'True' ? [] : page),
  };
}
