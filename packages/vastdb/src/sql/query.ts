/**
 * SQL through the cluster's query engine: protobuf over the same endpoint and keys (Java connector 5.5,
 * VastQueryEngineClient; protocol.md, section 6). Experimental: recovered from source, never seen against a cluster.
 */
import { sleep } from '../backoff.ts';
import { loadArrow, type Arrow, type RecordBatch, type Schema, type Table } from '../arrow.ts';
import { rowsOf, type Row } from '../data-reader.ts';
import { QueryFailedError, protocol } from '../errors.ts';
import type { Transport, VastRequest } from '../http.ts';
import { readSchema, readStream } from '../ipc-reader.ts';
import {
  QueryState, finishDataRequest, finishQueryRequest, getDataRequest, queryStatusRequest, readGetData, readQueryStatus,
  readStartQuery, startQueryRequest, type QueryId, type QueryStatus, type Ticket,
} from './messages.ts';

/** How a statement is run. */
export interface SqlOptions {
  /** A transaction's id, to see its changes. */
  readonly txid?: bigint;
  /** Seconds after which the engine gives up. */
  readonly timeoutSec?: number;
  /** Milliseconds between looks at the state, at first; doubles up to a second. Default 20. */
  readonly pollMs?: number;
  readonly signal?: AbortSignal;
}

/** The rows of a statement. Nothing is sent before iteration begins; each iteration runs the statement anew. */
export interface SqlResult extends AsyncIterable<RecordBatch> {
  rows(): AsyncGenerator<Row, void, undefined>;
  toArray(): Promise<Row[]>;
  toTable(): Promise<Table>;
}

const EOS = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0);

/** Prepares a statement. */
export function runSql(transport: Transport, sql: string, options: SqlOptions): SqlResult {
  const batches = (): AsyncGenerator<{ schema: Schema; batch?: RecordBatch }> => execute(transport, sql, options);
  return {
    async *[Symbol.asyncIterator]() {
      for await (const { batch } of batches()) if (batch !== undefined) yield batch;
    },
    async *rows() {
      for await (const { batch } of batches()) if (batch !== undefined) yield* rowsOf(batch);
    },
    async toArray() {
      const all: Row[] = [];
      for await (const { batch } of batches()) if (batch !== undefined) for (const row of rowsOf(batch)) all.push(row);
      return all;
    },
    async toTable() {
      const arrow = await loadArrow();
      const all: RecordBatch[] = [];
      let schema = new arrow.Schema() as Schema;
      for await (const each of batches()) {
        schema = each.schema;
        if (each.batch !== undefined) all.push(each.batch);
      }
      return new arrow.Table(schema, all as never) as Table;
    },
  };
}

async function* execute(transport: Transport, sql: string, options: SqlOptions): AsyncGenerator<{ schema: Schema; batch?: RecordBatch }> {
  const arrow = await loadArrow();
  const call = (method: 'POST' | 'DELETE', command: string, body: Uint8Array, host?: string, signal = options.signal): ReturnType<Transport['send']> =>
    transport.send(engineRequest(method, command, body, host, signal));
  const started = readStartQuery((await call('POST', 'vastdb-run-query', startQueryRequest(sql, options))).body);
  const { queryId } = started.status;
  let reason = 'cancelled';
  try {
    checkStatus(started.status, true);
    const schemaBytes = schemaOnly(started.arrowSchema);
    const schema = readSchema(arrow, concat(schemaBytes, EOS));
    yield { schema };
    const seen = new Set<string>();
    let pause = options.pollMs ?? 20;
    let status = started.status;
    for (;;) {
      for (const ticket of status.tickets) {
        const key = Buffer.from(ticket.id).toString('base64');
        if (seen.has(key)) continue;
        seen.add(key);
        for await (const batch of readTicket(arrow, call, queryId, ticket, schemaBytes)) yield { schema, batch };
      }
      if (status.state === QueryState.completed) break;
      if (status !== started.status) {
        await sleep(pause, options.signal);
        pause = Math.min(1000, pause * 2);
      }
      status = readQueryStatus((await call('POST', 'vastdb-query-status', queryStatusRequest(queryId))).body);
      checkStatus(status, false);
    }
    reason = 'query finished';
  } catch (error) {
    reason = 'failed';
    throw error;
  } finally {
    // The engine keeps a query until it is told; a failure to tell must not hide what happened before.
    const quiet = AbortSignal.timeout(10_000);
    await call('DELETE', 'vastdb-run-query', finishQueryRequest(queryId, reason), undefined, quiet).catch(() => undefined);
  }
}

type Call = (method: 'POST' | 'DELETE', command: string, body: Uint8Array, host?: string) => ReturnType<Transport['send']>;

async function* readTicket(arrow: Arrow, call: Call, id: QueryId, ticket: Ticket, schema: Uint8Array): AsyncGenerator<RecordBatch> {
  const host = ticketHost(ticket);
  for (let offset: bigint | undefined = 0n; offset !== undefined; ) {
    const { headers, body } = await call('POST', 'vastdb-data', getDataRequest(id, ticket.id, offset), host);
    const size = Number(headers['tabular-protobuf-size']);
    if (!Number.isInteger(size) || size < 0 || size > body.byteLength) {
      throw protocol(`POST /?vastdb-data: tabular-protobuf-size ${String(headers['tabular-protobuf-size'])} of ${body.byteLength} bytes`);
    }
    const { next } = readGetData(body.subarray(0, size));
    const messages = body.subarray(size);
    // Batches come without their schema; the one of the start goes before them.
    if (messages.byteLength > 0) yield* readStream(arrow, concat(schema, messages, EOS), 'POST /?vastdb-data').batches;
    if (next !== undefined && next <= offset) throw protocol(`POST /?vastdb-data: offset ${next} after ${offset}`);
    offset = next;
  }
  await call('DELETE', 'vastdb-data', finishDataRequest(id, ticket.id, 'query finished'), host);
}

/** `ipv4-10-0-0-1` names 10.0.0.1; anything else means the endpoint itself. */
function ticketHost(ticket: Ticket): string | undefined {
  const match = /^ipv4-(\d{1,3})-(\d{1,3})-(\d{1,3})-(\d{1,3})$/.exec(ticket.endpoints[0] ?? '');
  return match === null ? undefined : match.slice(1).join('.');
}

function engineRequest(method: 'POST' | 'DELETE', command: string, body: Uint8Array, host: string | undefined, signal: AbortSignal | undefined): VastRequest {
  return { method, path: [], command: `${command}=`, body, host, signal, queryEngine: true };
}

function checkStatus(status: QueryStatus, starting: boolean): void {
  const invalid = status.state === QueryState.invalid && !starting;
  if (!invalid && status.statusCode === 0) return;
  const said = status.description === '' ? `state ${status.state}, status ${status.statusCode}` : status.description;
  throw new QueryFailedError(`query ${status.queryId.reqId}: ${said}`, { code: 'QUERY_FAILED' });
}

/** The schema may come with or without an end-of-stream behind it. */
function schemaOnly(bytes: Uint8Array): Uint8Array {
  const tail = bytes.subarray(-8);
  return tail.byteLength === 8 && tail.every((byte, i) => byte === EOS[i]) ? bytes.subarray(0, -8) : bytes;
}

function concat(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
