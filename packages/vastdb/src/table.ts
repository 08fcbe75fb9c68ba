/** Tables: columns, rows in, rows out. */
import { loadArrow, type Arrow, type Data, type RecordBatch, type Schema as ArrowSchema } from './arrow.ts';
import { MAX_UPDATE_ROWS, checkCells, insertLimits, pieces, rangeBytes } from './cells.ts';
import { toSchema, type ColumnSpecs } from './columns.ts';
import { buildData } from './data-builder.ts';
import { BadRequestError, InternalServerError, NotFoundError, NotImplementedByServerError, protocol, usage } from './errors.ts';
import type { Schema } from './bucket.ts';
import { makeBatch, schemaMessage } from './ipc.ts';
import { readSchema, readStream } from './ipc-reader.ts';
import { listHeaders, listPages } from './listing.ts';
import { alterBody, readTableList, readTableStats, type TableStats } from './messages.ts';
import { checkName } from './names.ts';
import { MAX_REQUEST_BYTES } from './query-body.ts';
import type { Predicate } from './predicates.ts';
import { ROW_ID, rowIdField, rowIdsOf, toBatches, type InputRow, type Rows } from './rows.ts';
import { Selection, type SelectOptions } from './select.ts';
import type { Transaction } from './transaction.ts';
import { bare, hasVectors, isPartitioned, sortedColumns } from './told.ts';
import { sortForUpdate } from './update.ts';

/** What a caller may know of a table beforehand. */
export interface TableHandleOptions {
  /** Its columns: a request less. What is wrong here is refused by the server. */
  readonly columns?: ColumnSpecs | ArrowSchema;
  /**
   * Whether its row ids are decimal128, as those of sorted, partitioned and vector-indexed tables are. Left out, the
   * cluster is asked when it matters: before row ids are selected, updated or deleted.
   */
  readonly sorted?: boolean;
}

interface Signalled {
  readonly signal?: AbortSignal | undefined;
}

/** A table within a transaction. */
export class Table {
  readonly schema: Schema;
  readonly name: string;
  #sorted: boolean | undefined;
  #columns: Promise<ArrowSchema> | undefined;
  #told: Promise<ArrowSchema> | undefined;
  #decimalRowIds: Promise<boolean> | undefined;

  constructor(schema: Schema, name: string, options: TableHandleOptions = {}) {
    this.schema = schema;
    this.name = checkName(name, 'table');
    this.#sorted = options.sorted;
    const known = options.columns;
    if (known !== undefined) this.#columns = loadArrow().then((arrow) => toSchema(arrow, known));
    this.#columns?.catch(() => undefined);
  }

  get tx(): Transaction {
    return this.schema.tx;
  }
  /** Bucket, schema and table names, for a request. */
  get path(): string[] {
    return [...this.schema.path, this.name];
  }

  async exists(): Promise<boolean> {
    const headers = { ...listHeaders({ exact: this.name }, '0', 1000), 'tabular-include-list-stats': 'True' };
    try {
      const { body } = await this.tx.send({ method: 'GET', path: this.schema.path, command: 'table', headers });
      return readTableList(body).some((found) => found.name === this.name);
    } catch (error) {
      if (error instanceof NotFoundError) return false;
      throw error;
    }
  }

  /** The columns as an Arrow schema: asked for once. */
  columns(signal?: AbortSignal): Promise<ArrowSchema> {
    this.#columns ??= Promise.all([loadArrow(), this.#ask(signal)]).then(([arrow, told]) => bare(arrow, told)).catch((error: unknown) => {
      this.#columns = undefined;
      throw error;
    });
    return this.#columns;
  }

  /** The columns by which the rows are sorted, first to last; none where the table is not sorted. */
  async sortedBy({ signal }: Signalled = {}): Promise<readonly string[]> {
    const { features } = this.tx;
    if (features.has('vector indexes')) return sortedColumns((await this.#ask(signal)).fields);
    if (!features.has('sorted tables')) return [];
    try {
      return (await this.#list('sorted-columns', signal)).fields.map(({ name }) => name);
    } catch (error) {
      // What the SDK takes for "not sorted" (table_metadata.py, _load_sorted_columns).
      if (error instanceof BadRequestError || error instanceof InternalServerError || error instanceof NotImplementedByServerError) return [];
      throw error;
    }
  }

  /** Whether row ids are decimal128: known from the options, or learnt once from `?column` and `?stats`. */
  decimalRowIds({ signal }: Signalled = {}): Promise<boolean> {
    return this.#decimal(signal);
  }

  #decimal(signal?: AbortSignal): Promise<boolean> {
    if (this.#sorted !== undefined) return Promise.resolve(this.#sorted);
    this.#decimalRowIds ??= this.#learnRowIds(signal).catch((error: unknown) => {
      this.#decimalRowIds = undefined;
      throw error;
    });
    return this.#decimalRowIds;
  }

  async #learnRowIds(signal?: AbortSignal): Promise<boolean> {
    if ((await this.sortedBy({ signal })).length > 0) return true;
    const { features } = this.tx;
    if (!features.has('vector indexes')) return false;
    const told = await this.#ask(signal);
    if (isPartitioned(told)) return true;
    if (features.vectorRowIds === 'uint64' || !hasVectors(told.fields)) return false;
    return (await this.stats({ signal })).vectorIndex !== undefined;
  }

  /** The columns as the cluster tells them, with its own metadata: asked for once. */
  #ask(signal?: AbortSignal): Promise<ArrowSchema> {
    this.#told ??= this.#list('column', signal).catch((error: unknown) => {
      this.#told = undefined;
      throw error;
    });
    return this.#told;
  }

  async #list(command: 'column' | 'sorted-columns', signal?: AbortSignal): Promise<ArrowSchema> {
    const arrow = await loadArrow();
    const get = (key: string): ReturnType<Transaction['send']> =>
      this.tx.send({ method: 'GET', path: this.path, command, headers: listHeaders({}, key, 10_000), signal });
    const metadata = new Map<string, string>();
    const read = (body: Uint8Array): ArrowSchema['fields'] => {
      const schema = readSchema(arrow, body);
      for (const [key, value] of schema.metadata) metadata.set(key, value);
      return schema.fields;
    };
    const fields: ArrowSchema['fields'] = [];
    for await (const field of listPages(get, read)) fields.push(field);
    return new arrow.Schema(fields, metadata);
  }

  #forget(): void {
    this.#columns = undefined;
    this.#told = undefined;
    this.#decimalRowIds = undefined;
  }

  async stats(options: Signalled = {}): Promise<TableStats> {
    return readTableStats((await this.tx.send({ method: 'GET', path: this.path, command: 'stats', ...options })).body);
  }

  /** Adds columns; existing rows have null there. */
  async addColumns(columns: ColumnSpecs | ArrowSchema): Promise<void> {
    const arrow = await loadArrow();
    await this.#alterColumns('POST', schemaMessage(arrow, toSchema(arrow, columns)));
  }

  async dropColumns(...names: readonly string[]): Promise<void> {
    const arrow = await loadArrow();
    const { fields } = await this.columns();
    const dropped = names.map((name) => fields.find((field) => field.name === name) ?? missing(this.name, name));
    await this.#alterColumns('DELETE', schemaMessage(arrow, new arrow.Schema(dropped)));
  }

  async renameColumn(from: string, to: string): Promise<void> {
    const params = { 'tabular-column-name': from, 'tabular-new-column-name': to };
    const headers = { 'tabular-column-sep': '.' };
    await this.tx.send({ method: 'PUT', path: this.path, command: 'column', params, headers, body: alterBody(2) });
    this.#forget();
  }

  async #alterColumns(method: 'POST' | 'DELETE', body: Uint8Array): Promise<void> {
    await this.tx.send({ method, path: this.path, command: 'column', body });
    this.#forget();
  }

  /** Renames the table within its schema; this handle goes on naming the old one. */
  async rename(name: string): Promise<Table> {
    checkName(name, 'table');
    const params = { 'tabular-new-table-name': `${this.schema.name}/${name}` };
    await this.tx.send({ method: 'PUT', path: this.path, command: 'table', params, body: alterBody(1) });
    return this.schema.table(name, this.#sorted === undefined ? {} : { sorted: this.#sorted });
  }

  /** Sorts a table that is not sorted, by these columns, first to last. Its row ids are decimal128 from then on. */
  async addSortingKey(...names: readonly string[]): Promise<void> {
    this.tx.features.require('sorted tables');
    if (names.length === 0) throw usage(`${this.#describe}: a sorting key of no columns`);
    const { fields } = await this.columns();
    const indexes = names.map((name) => fields.findIndex((field) => field.name === name));
    const at = indexes.indexOf(-1);
    if (at >= 0) missing(this.name, names[at] ?? '');
    const headers = Object.fromEntries(indexes.map((index, i) => [`tabular-sorted-column-${i}`, String(index)]));
    await this.tx.send({ method: 'PUT', path: this.path, command: 'table', headers, body: alterBody(1) });
    this.#forget();
    this.#sorted = undefined;
  }

  async drop(options: { readonly ifExists?: boolean } = {}): Promise<void> {
    try {
      await this.tx.send({ method: 'DELETE', path: this.path, command: 'table' });
    } catch (error) {
      if (!(error instanceof NotFoundError) || options.ifExists !== true) throw error;
    }
  }

  /**
   * Inserts rows and returns their row ids in the same order (none from clusters before 5.1). As many requests as 4.9 MiB
   * each ask for (before 5.5: 4.5 MiB, and 40 columns); all or none of them count, by the transaction.
   * @throws {CellTooLargeError} before anything of that batch is sent
   */
  async insert(rows: Rows, options: Signalled = {}): Promise<bigint[]> {
    const arrow = await loadArrow();
    const ids: bigint[] = [];
    const limits = insertLimits(this.tx.features);
    for await (const batch of toBatches(arrow, await this.columns(options.signal), rows, false, limits.bytes)) {
      checkCells(batch, ids.length);
      for (const piece of pieces(arrow, batch, limits.rows, limits.bytes)) {
        const wide = piece.body === undefined || (piece.batch.schema.fields.length > limits.columns && this.tx.features.has('row ids'));
        const added = piece.body === undefined || wide ? await this.#insertWide(arrow, piece.batch, options) : await this.#insert(arrow, piece.body, options);
        // Clusters before 5.1 do not tell row ids.
        if (added.length !== piece.batch.numRows && this.tx.features.has('row ids')) throw protocol(`${this.#describe}: ${added.length} row ids for ${piece.batch.numRows} rows`);
        for (const id of added) ids.push(id);
      }
    }
    return ids;
  }

  async #insert(arrow: Arrow, body: Uint8Array, { signal }: Signalled): Promise<bigint[]> {
    const reply = await this.tx.send({ method: 'POST', path: this.path, command: 'rows', body, signal });
    if (!this.tx.features.has('row ids')) return [];
    const { batches } = readStream(arrow, reply.body, `${this.#describe}: row ids`);
    return batches.flatMap((batch) => rowIdsOf(batch.data.children[0] as Data));
  }

  /**
   * Rows that are more than a request, or than its columns: some first, those among them that cannot be updated, the
   * others by update (SDK table.py, insert_in_column_batches; _by_column_inserter.py).
   */
  async #insertWide(arrow: Arrow, row: RecordBatch, options: Signalled): Promise<bigint[]> {
    const order = row.schema.fields.map((field, i) => ({ field, data: row.data.children[i] as Data }));
    const fixed = await this.#notUpdatable(options.signal);
    const first = ({ field }: { field: ArrowSchema['fields'][number] }): boolean => !field.nullable || fixed.has(field.name);
    order.sort((a, b) => Number(first(b)) - Number(first(a)));
    const { columns: maxColumns } = insertLimits(this.tx.features);
    const groups: (typeof order)[] = [[]];
    let bytes = 0;
    for (const column of order) {
      const size = rangeBytes(column.data, 0, row.numRows) + 5 * row.numRows + 1024;
      if ((bytes + size > MAX_REQUEST_BYTES || (groups.at(-1)?.length ?? 0) >= maxColumns) && !first(column)) {
        groups.push([]);
        bytes = 0;
      }
      groups.at(-1)?.push(column);
      bytes += size;
    }
    const batchOf = (group: typeof order): RecordBatch => makeBatch(arrow, new arrow.Schema(group.map((c) => c.field)), group.map((c) => c.data), row.numRows);
    const [head, ...rest] = groups.map((group) => batchOf(group));
    const [piece, more] = pieces(arrow, head as RecordBatch, row.numRows);
    if (piece?.body === undefined || more !== undefined) throw usage(`${this.#describe}: a row whose required columns alone are more than ${MAX_REQUEST_BYTES} bytes`);
    const ids = await this.#insert(arrow, piece.body, options);
    for (const batch of rest) await this.#update(arrow, ids, batch, options);
    return ids;
  }

  /** Columns that the rows are sorted, or indexed, by. */
  async #notUpdatable(signal?: AbortSignal): Promise<Set<string>> {
    const { features } = this.tx;
    const fixed = new Set(await this.sortedBy({ signal }));
    const indexed = features.has('vector indexes') && hasVectors((await this.columns(signal)).fields);
    const index = indexed ? (await this.stats({ signal })).vectorIndex : undefined;
    return index === undefined ? fixed : fixed.add(index.column);
  }

  /**
   * Changes rows by `$row_id`. Every row has `$row_id` (bigint) and the same other columns; columns left out stay.
   * @returns how many rows were sent
   */
  async update(rows: Rows, options: Signalled = {}): Promise<number> {
    const arrow = await loadArrow();
    const columns = await this.columns(options.signal);
    const withIds = new arrow.Schema([rowIdField(arrow, await this.#decimal(options.signal)), ...columns.fields]);
    const all: RecordBatch[] = [];
    for await (const batch of toBatches(arrow, withIds, rows, true)) all.push(batch);
    let sent = 0;
    for (const { ids, batch } of sortForUpdate(arrow, all)) {
      await this.#update(arrow, ids, batch, options);
      sent += batch.numRows;
    }
    return sent;
  }

  /** Rows sorted by id; the id column comes first. */
  async #update(arrow: Arrow, ids: readonly bigint[], batch: RecordBatch, { signal }: Signalled): Promise<void> {
    checkCells(batch);
    const decimal = await this.#decimal(signal);
    const id = rowIdField(arrow, decimal);
    const schema = new arrow.Schema([id, ...batch.schema.fields]);
    const whole = makeBatch(arrow, schema, [buildRowIds(arrow, ids, decimal), ...(batch.data.children as Data[])], batch.numRows);
    for (const { body } of pieces(arrow, whole, MAX_UPDATE_ROWS)) {
      if (body === undefined) throw usage(`${this.#describe}: a row of more than ${MAX_REQUEST_BYTES} bytes: update fewer columns at once`);
      await this.tx.send({ method: 'PUT', path: this.path, command: 'rows', body, signal });
    }
  }

  /** Deletes rows by id, as `insert` or a select with `rowIds` gave them. @returns how many were sent */
  async delete(rowIds: Iterable<bigint | InputRow>, { signal }: Signalled = {}): Promise<number> {
    const arrow = await loadArrow();
    const found = [...rowIds].map((each) => (typeof each === 'bigint' ? each : each[ROW_ID]));
    if (found.some((id) => typeof id !== 'bigint')) throw usage(`${this.#describe}: delete takes row ids, or rows that have ${ROW_ID}`);
    const ids = [...new Set(found as bigint[])].sort((a, b) => (a < b ? -1 : 1));
    const decimal = await this.#decimal(signal);
    const schema = new arrow.Schema([rowIdField(arrow, decimal)]);
    const batch = makeBatch(arrow, schema, [buildRowIds(arrow, ids, decimal)], ids.length);
    for (const { body } of pieces(arrow, batch, MAX_UPDATE_ROWS)) {
      await this.tx.send({ method: 'DELETE', path: this.path, command: 'rows', body, signal });
    }
    return ids.length;
  }

  /** Rows on their way: see Selection. */
  select(options: SelectOptions = {}): Selection {
    if (options.rowIds === true) this.tx.features.require('row ids');
    const target = {
      describe: this.#describe,
      retries: this.tx.retries,
      decimalRowIds: (signal?: AbortSignal) => this.#decimal(signal),
      columns: (signal?: AbortSignal) => this.columns(signal),
      open: (headers: Record<string, string>, body: Uint8Array, signal?: AbortSignal) =>
        this.tx.open({ method: 'GET', path: this.path, command: 'data', headers, body, signal }),
    };
    return new Selection(target, options);
  }

  /** Counts rows without fetching any column. */
  async count(where?: Predicate, options: Signalled = {}): Promise<number> {
    let count = 0;
    for await (const batch of this.select({ columns: [], where, signal: options.signal })) count += batch.numRows;
    return count;
  }

  get #describe(): string {
    return `table ${this.path.join('/')}`;
  }
}

function buildRowIds(arrow: Arrow, ids: readonly bigint[], sorted: boolean): Data {
  return buildData(arrow, rowIdField(arrow, sorted), ids);
}

function missing(table: string, column: string): never {
  throw usage(`table ${table}: no column ${JSON.stringify(column)}`, 'NO_SUCH_COLUMN');
}
