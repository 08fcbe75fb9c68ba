/** Selecting rows: pages, resumption, back-pressure, cancellation (SDK table.py, SelectSplitState). */
import type { IncomingHttpHeaders } from 'node:http';
import { Backoff, type RetryOptions } from './backoff.ts';
import { loadArrow, type Arrow, type Field, type RecordBatch, type Schema, type Table } from './arrow.ts';
import { rowsOf, type Row } from './data-reader.ts';
import { ConnectionError, ProtocolError, QueryFailedError, SlowDownError, usage } from './errors.ts';
import { findNode } from './field-body.ts';
import { END_OF_ROWS, FrameReader } from './framing.ts';
import { PageAssembler } from './page.ts';
import { filterGroups, type FilterGroup, type Predicate } from './predicates.ts';
import { queryBody } from './query-body.ts';
import { ROW_ID, rowIdField } from './rows.ts';
import { sha256Hex } from './signing.ts';

/** What to select. */
export interface SelectOptions {
  /** Columns in the order wanted. Default: all of the table's. */
  readonly columns?: readonly string[];
  readonly where?: Predicate | undefined;
  /** Whether to add the column `$row_id`, which update and delete take. Default false. */
  readonly rowIds?: boolean;
  /** Rows at most. There is no order: which rows these are is the server's choice. */
  readonly limit?: number;
  /** Rows of a page at most, for each subsplit. Default 131,072. */
  readonly pageSize?: number;
  /** Streams that the server works on at a time within a split. Default 1; the Python SDK's is 4. */
  readonly subsplits?: number;
  /** Parts the table is read in, one after the other. Default 1; the Python SDK takes one for every 4 million rows. */
  readonly splits?: number;
  /** Where an earlier selection of the same columns and predicate stood: `Selection.cursor`. */
  readonly cursor?: string;
  readonly signal?: AbortSignal | undefined;
}

/** What a selection needs to know of its table. */
export interface SelectTarget {
  readonly describe: string;
  readonly retries: RetryOptions;
  /** Whether row ids are decimal128; asked only for a select of row ids. */
  decimalRowIds(signal?: AbortSignal): Promise<boolean>;
  columns(signal?: AbortSignal): Promise<Schema>;
  open(headers: Record<string, string>, body: Uint8Array, signal?: AbortSignal): Promise<{ headers: IncomingHttpHeaders; stream: AsyncIterable<Uint8Array> }>;
}

interface Prepared {
  readonly arrow: Arrow;
  readonly schema: Schema;
  readonly body: Uint8Array;
}

/**
 * Rows on their way. Nothing is asked before iteration begins; a page is asked for when the one before has been taken,
 * so a slow reader holds at most a page. Leaving the loop, or aborting the signal, closes the connection.
 */
export class Selection implements AsyncIterable<RecordBatch> {
  readonly #target: SelectTarget;
  readonly #options: SelectOptions;
  readonly #groups: readonly FilterGroup[] | 'nothing';
  #cursor: string | undefined;

  constructor(target: SelectTarget, options: SelectOptions) {
    const { limit, pageSize = PAGE_SIZE, subsplits = 1, splits = 1 } = options;
    checkCount('pageSize', pageSize, 1);
    checkCount('subsplits', subsplits, 1, 1024);
    checkCount('splits', splits, 1, 1_000_000);
    if (limit !== undefined) checkCount('limit', limit, 0);
    this.#target = target;
    this.#options = options;
    this.#groups = filterGroups(options.where);
    this.#cursor = options.cursor;
  }

  /**
   * Where the selection stands after the batches taken so far, for `SelectOptions.cursor`. It counts whole pages: a
   * page cut by `limit`, or abandoned half-way, is read again. Undefined before the first page.
   */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  /** The rows as plain objects. */
  async *rows(): AsyncGenerator<Row, void, undefined> {
    for await (const batch of this) yield* rowsOf(batch);
  }

  /** All rows at once: for results known to be small. */
  async toArray(): Promise<Row[]> {
    const all: Row[] = [];
    for await (const batch of this) for (const row of rowsOf(batch)) all.push(row);
    return all;
  }

  /** All rows as an Arrow table; without rows it still has its columns. */
  async toTable(): Promise<Table> {
    const { arrow, schema } = await this.#prepare();
    const batches: RecordBatch[] = [];
    for await (const batch of this) batches.push(batch);
    return new arrow.Table(schema, batches as never) as Table;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RecordBatch, void, undefined> {
    const { limit, signal } = this.#options;
    signal?.throwIfAborted();
    if (this.#groups === 'nothing' || limit === 0) return;
    const query = await this.#prepare();
    const fingerprint = sha256Hex(query.body).slice(0, 16);
    const { split: firstSplit, positions: firstPositions } = this.#start(fingerprint);
    let left = limit ?? Infinity;
    for (let split = firstSplit; split < (this.#options.splits ?? 1); split++) {
      const positions = split === firstSplit ? firstPositions : this.#fresh();
      for await (const { batch, last } of this.#split(query, split, positions, () => left)) {
        const cut = batch !== undefined && batch.numRows > left;
        if (last && !cut) this.#cursor = writeCursor({ q: fingerprint, s: split, n: positions.map(String) });
        if (batch !== undefined) {
          yield cut ? (batch.slice(0, left) as RecordBatch) : batch;
          left = cut ? 0 : left - batch.numRows;
        }
        if (left === 0) return;
      }
    }
  }

  /** The pages of one split, tried again from where they stood when the connection or the query fails. */
  async *#split(query: Prepared, split: number, positions: bigint[], left: () => number): AsyncGenerator<{ batch?: RecordBatch; last: boolean }> {
    const { signal } = this.#options;
    let backoff = new Backoff(this.#target.retries);
    while (positions.some((position) => position !== END_OF_ROWS)) {
      const before = positions.join();
      try {
        for await (const page of this.#request(query, split, positions, left())) {
          positions[page.stream] = page.nextRowId;
          for (const [i, batch] of page.batches.entries()) yield { batch, last: i === page.batches.length - 1 };
          if (page.batches.length === 0) yield { last: true };
        }
        if (positions.join() !== before) {
          backoff = new Backoff(this.#target.retries);
          continue;
        }
        if (!(await backoff.next(signal))) {
          throw new ProtocolError(`${this.#target.describe}: ${backoff.tries} answers without a step forward`, { code: 'NO_PROGRESS' });
        }
      } catch (error) {
        if (!(error instanceof ConnectionError || error instanceof SlowDownError || error instanceof QueryFailedError)) throw error;
        if (positions.join() !== before) backoff = new Backoff(this.#target.retries);
        if (!(await backoff.next(signal))) throw error;
      }
    }
  }

  /** One request and the pages of its answer. */
  async *#request(query: Prepared, split: number, positions: readonly bigint[], left: number): AsyncGenerator<NonNullable<ReturnType<PageAssembler['accept']>>> {
    const { splits = 1, pageSize = PAGE_SIZE, signal } = this.#options;
    const headers: Record<string, string> = {
      'tabular-split': `${split},${splits},${ROW_GROUPS_PER_SUBSPLIT}`,
      'tabular-num-of-subsplits': String(positions.length),
      'tabular-request-format': 'string',
      'tabular-response-format': 'string',
      'tabular-enable-sorted-projections': 'True',
      'tabular-limit-rows': String(Math.min(pageSize, left)),
    };
    positions.forEach((position, i) => (headers[`tabular-start-row-id-${i}`] = `${i},${position}`));
    const { stream } = await this.#target.open(headers, query.body, signal);
    const reader = new FrameReader();
    const pages = new PageAssembler(query.arrow, query.schema, positions.length);
    let completed = false;
    for await (const chunk of stream) {
      reader.push(chunk);
      for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
        if (frame.type === 'failed') {
          throw new QueryFailedError(`${this.#target.describe}: the server ended the query with error ${frame.code}`, { code: 'QUERY_FAILED' });
        }
        if (frame.type === 'completed') {
          if (pages.open) throw new ProtocolError(`${this.#target.describe}: completed in the middle of a page`, { code: 'PROTOCOL' });
          completed = true;
          continue;
        }
        const page = pages.accept(frame);
        if (page !== undefined) yield page;
      }
    }
    // As the SDK: an end between pages is an end, an end within one is a lost connection.
    if (!completed && (pages.open || !reader.atBoundary)) {
      throw new ConnectionError(`${this.#target.describe}: the answer ends in the middle of a page`, { code: 'TRUNCATED' });
    }
  }

  async #prepare(): Promise<Prepared> {
    const { columns: wanted, rowIds = false, signal } = this.#options;
    const arrow = await loadArrow();
    const columns = await this.#target.columns(signal);
    const asksRowIds = rowIds || wanted?.includes(ROW_ID) === true;
    const rowId = rowIdField(arrow, asksRowIds && (await this.#target.decimalRowIds(signal)));
    const find = (name: string): Field => {
      const field = name === rowId.name ? rowId : columns.fields.find((each) => each.name === name);
      if (field === undefined) throw usage(`${this.#target.describe}: no column ${JSON.stringify(name)}`, 'NO_SUCH_COLUMN');
      return field;
    };
    const names = [...(wanted ?? columns.fields.map((field) => field.name))];
    if (rowIds) names.push(ROW_ID);
    if (new Set(names).size !== names.length) throw usage(`${this.#target.describe}: a column is selected twice`);
    const groups = this.#groups === 'nothing' ? [] : this.#groups;
    // `column.member` of a struct needs the column.
    const columnOf = (name: string): string => columns.fields[findNode(columns.fields, name)?.root ?? -1]?.name ?? name;
    const extra = new Set(groups.map((group) => columnOf(group.column)).filter((name) => !names.includes(name)));
    const projected = names.map(find);
    const body = queryBody({ fields: [...projected, ...[...extra].map(find)], projected: names.length, filter: groups });
    return { arrow, schema: new arrow.Schema(projected), body };
  }

  #fresh(): bigint[] {
    return Array.from({ length: this.#options.subsplits ?? 1 }, () => 0n);
  }

  #start(fingerprint: string): { split: number; positions: bigint[] } {
    if (this.#options.cursor === undefined) return { split: 0, positions: this.#fresh() };
    const cursor = readCursor(this.#options.cursor);
    if (cursor === undefined) throw usage('cursor: not one of a selection');
    if (cursor.q !== fingerprint || cursor.n.length !== (this.#options.subsplits ?? 1)) {
      throw usage('cursor: it belongs to a selection of other columns, another predicate or other subsplits');
    }
    return { split: cursor.s, positions: cursor.n.map(BigInt) };
  }
}

const PAGE_SIZE = 131_072;
/** The SDK's default, num_row_groups_per_sub_split. */
const ROW_GROUPS_PER_SUBSPLIT = 8;

interface Cursor {
  readonly q: string;
  readonly s: number;
  readonly n: readonly string[];
}

function writeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

function readCursor(text: string): Cursor | undefined {
  try {
    const value = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Partial<Cursor>;
    const whole = typeof value.q === 'string' && Number.isInteger(value.s) && Array.isArray(value.n);
    return whole && (value.n as unknown[]).every((n) => typeof n === 'string' && /^\d{1,20}$/.test(n)) ? (value as Cursor) : undefined;
  } catch {
    return undefined;
  }
}

function checkCount(name: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (!Number.isSafeInteger(value) || value < least || value > most) throw usage(`${name}: ${value} found; expected a whole number from ${least}`);
}
