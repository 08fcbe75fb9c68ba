/** The query engine's messages: golden/query-engine/vastdb.proto, package vastdb.queryengine.protocol. */
import { ProtoMessage, ProtoWriter } from './protobuf.ts';

/** `QueryId`. */
export interface QueryId {
  readonly reqId: bigint;
  readonly vipId: bigint;
}

/** `Ticket`: a part of the result, and where to fetch it. `id` is a `google.protobuf.Any`, sent back as it came. */
export interface Ticket {
  readonly endpoints: readonly string[];
  readonly id: Uint8Array;
}

/** `QueryStatus.state`. */
export const QueryState = { invalid: 0, init: 1, inProgress: 2, completed: 3 } as const;

/** `QueryStatus`, as far as it is used. */
export interface QueryStatus {
  readonly queryId: QueryId;
  readonly tickets: readonly Ticket[];
  readonly statusCode: number;
  readonly description: string;
  readonly state: number;
}

const writeId = (id: QueryId): ProtoWriter => new ProtoWriter().uint(1, id.reqId).uint(2, id.vipId);

export function startQueryRequest(sql: string, options: { txid?: bigint | undefined; timeoutSec?: number | undefined } = {}): Uint8Array {
  return new ProtoWriter().uint(2, options.txid, true).bytes(3, sql).uint(6, options.timeoutSec, true).finish();
}

/** `StartQueryResponse`: status, and the result's schema as an Arrow stream without batches. */
export function readStartQuery(bytes: Uint8Array): { status: QueryStatus; arrowSchema: Uint8Array } {
  const message = new ProtoMessage(bytes);
  return { status: readStatus(message.message(1)), arrowSchema: message.bytes(2) ?? new Uint8Array() };
}

export function queryStatusRequest(id: QueryId): Uint8Array {
  return new ProtoWriter().bytes(1, writeId(id)).finish();
}
export function readQueryStatus(bytes: Uint8Array): QueryStatus {
  return readStatus(new ProtoMessage(bytes).message(1));
}

export function getDataRequest(id: QueryId, ticket: Uint8Array, offset: bigint): Uint8Array {
  return new ProtoWriter().bytes(1, writeId(id)).bytes(3, new ProtoWriter().uint(1, offset)).bytes(7, ticket).finish();
}
/** `GetDataResponse`: where to go on; undefined when the ticket has been read. */
export function readGetData(bytes: Uint8Array): { next: bigint | undefined; empty: boolean } {
  const message = new ProtoMessage(bytes);
  const next = message.message(1);
  return { next: next === undefined ? undefined : (next.uint(1) ?? 0n), empty: message.uint(2) === 1n };
}

export function finishDataRequest(id: QueryId, ticket: Uint8Array, reason: string): Uint8Array {
  return new ProtoWriter().bytes(1, writeId(id)).bytes(3, new ProtoWriter().bytes(1, reason)).bytes(5, ticket).finish();
}
export function finishQueryRequest(id: QueryId, reason: string): Uint8Array {
  return new ProtoWriter().bytes(1, writeId(id)).bytes(2, new ProtoWriter().bytes(1, reason)).finish();
}

function readStatus(status: ProtoMessage | undefined): QueryStatus {
  const id = status?.message(1);
  return {
    queryId: { reqId: id?.uint(1) ?? 0n, vipId: id?.uint(2) ?? 0n },
    tickets: (status?.messages(4) ?? []).map((ticket) => ({
      endpoints: ticket.messages(2).map((endpoint) => endpoint.string(1) ?? ''),
      id: ticket.bytes(4) ?? new Uint8Array(),
    })),
    statusCode: Number(status?.uint(5) ?? 0n),
    description: status?.string(6) ?? '',
    state: Number(status?.uint(7) ?? 0n),
  };
}
