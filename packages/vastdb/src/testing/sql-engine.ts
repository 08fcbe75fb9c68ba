/** The query engine's wire, without an engine: a function of the test's own says what a statement answers. */
import type { Arrow, RecordBatch, Table } from '../arrow.ts';
import { batchStream, schemaMessage } from '../ipc.ts';
import { ProtoMessage, ProtoWriter } from '../sql/protobuf.ts';
import { Failure, badRequest, notFound } from './failure.ts';
import type { Call, Reply } from './router.ts';

/** Answers a statement with rows. */
export type SqlHandler = (sql: string, txid: bigint | undefined) => Table | Promise<Table>;

interface Running {
  readonly table: Table;
  polled: number;
}

const ANY_TYPE = 'type.googleapis.com/vastdb.queryengine.protocol.TicketId';

/**
 * Serves start, poll, data and finish. As the ADBC driver (adbc-driver-vastdb 0.0.33) wants it: no ticket at the start,
 * `status_code` and `empty_stream` there although they are 0, and tickets that name an address.
 */
export class SqlEngine {
  readonly #arrow: Arrow;
  readonly #handler: SqlHandler | undefined;
  readonly #running = new Map<bigint, Running>();
  #next = 7n;

  constructor(arrow: Arrow, handler: SqlHandler | undefined) {
    this.#arrow = arrow;
    this.#handler = handler;
  }

  /** Statements that have not been finished. */
  get running(): number {
    return this.#running.size;
  }

  async answer(call: Call): Promise<Reply> {
    const message = new ProtoMessage(call.body);
    switch (`${call.method} ${call.command}`) {
      // Five numbers, or the ADBC driver refuses to connect.
      case 'GET query-engine-capabilities':
        return { body: new ProtoWriter().bytes(1, '5.5.0.1.1').finish() };
      case 'POST vastdb-run-query':
        return this.#start(message);
      case 'POST vastdb-query-status': {
        const [id, query] = this.#find(message);
        query.polled += 1;
        return { body: new ProtoWriter().bytes(1, this.#status(id, query)).finish() };
      }
      case 'POST vastdb-data':
        return this.#data(message);
      case 'DELETE vastdb-data':
        this.#find(message);
        return { status: 204 };
      case 'DELETE vastdb-run-query':
        this.#running.delete(this.#find(message)[0]);
        return { status: 204 };
      default:
        throw new Failure(501, 'NotImplemented', `${call.method} ?${call.command}`);
    }
  }

  async #start(message: ProtoMessage): Promise<Reply> {
    if (this.#handler === undefined) throw new Failure(501, 'NotImplemented', 'this test server has no SQL handler');
    const sql = message.string(3) ?? '';
    let table: Table;
    try {
      table = await this.#handler(sql, message.uint(2));
    } catch (error) {
      throw badRequest('QueryFailed', error instanceof Error ? error.message : String(error));
    }
    const id = this.#next++;
    const query = { table, polled: 0 };
    this.#running.set(id, query);
    const schema = Buffer.concat([schemaMessage(this.#arrow, table.schema), EOS]);
    return { body: new ProtoWriter().bytes(1, this.#status(id, query, [])).bytes(2, schema).finish() };
  }

  #find(message: ProtoMessage): [bigint, Running] {
    const id = message.message(1)?.uint(1) ?? 0n;
    const query = this.#running.get(id);
    if (query === undefined) throw notFound('NoSuchQuery', `no query ${id}`);
    return [id, query];
  }

  /** Ticket 1 holds the first half of the batches, ticket 2 the rest; it is told at the second poll. */
  #status(id: bigint, { polled }: Running, tickets = polled < 2 ? [1] : [1, 2]): ProtoWriter {
    const status = new ProtoWriter().bytes(1, new ProtoWriter().uint(1, id).uint(2, 3));
    for (const pipeline of tickets) {
      const ticket = new ProtoWriter().bytes(1, ANY_TYPE).bytes(2, new ProtoWriter().uint(1, pipeline));
      status.bytes(4, new ProtoWriter().bytes(2, new ProtoWriter().bytes(1, '127.0.0.1')).bytes(4, ticket));
    }
    return status.uint(5, 0, true).uint(7, polled < 2 ? 2 : 3);
  }

  #data(message: ProtoMessage): Reply {
    const [, { table }] = this.#find(message);
    const any = message.message(7);
    const pipeline = Number(any?.message(2)?.uint(1) ?? 0n);
    const half = Math.ceil(table.batches.length / 2);
    const batches = pipeline === 1 ? table.batches.slice(0, half) : table.batches.slice(half);
    const at = Number(message.message(3)?.uint(1) ?? 0n);
    const batch = batches[at] as RecordBatch | undefined;
    const response = new ProtoWriter();
    if (at + 1 < batches.length) response.bytes(1, new ProtoWriter().uint(1, at + 1));
    const head = response.uint(2, batch === undefined ? 1 : 0, true).finish();
    const body = batch === undefined ? new Uint8Array() : this.#withoutSchema(batch);
    return { headers: { 'tabular-protobuf-size': String(head.byteLength) }, body: Buffer.concat([head, body]) };
  }

  #withoutSchema(batch: RecordBatch): Uint8Array {
    const stream = batchStream(this.#arrow, batch);
    return stream.subarray(schemaMessage(this.#arrow, batch.schema).byteLength, stream.byteLength - EOS.byteLength);
  }
}

const EOS = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0);
