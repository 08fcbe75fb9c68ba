/** Buckets and schemas: handles that ask nothing until they are told to. */
import { loadArrow } from './arrow.ts';
import { toSchema, type ColumnSpecs } from './columns.ts';
import type { Schema as ArrowSchema } from './arrow.ts';
import { BadRequestError, ConflictError, NotFoundError, usage } from './errors.ts';
import { schemaMessage } from './ipc.ts';
import { listHeaders, listPages, type ListOptions } from './listing.ts';
import { alterBody, createSchemaBody, readSchemaList, readTableList, type ObjectDetails } from './messages.ts';
import { checkName, checkSchemaPath } from './names.ts';
import { Table, type TableHandleOptions } from './table.ts';
import type { Transaction } from './transaction.ts';

/** A database-enabled view. It is made by the cluster's administrator, not through this API. */
export class Bucket {
  readonly tx: Transaction;
  readonly name: string;

  constructor(tx: Transaction, name: string) {
    this.tx = tx;
    this.name = checkName(name, 'bucket');
  }

  async exists(): Promise<boolean> {
    try {
      await this.tx.send({ method: 'HEAD', path: [this.name], command: '' });
      return true;
    } catch (error) {
      if (error instanceof NotFoundError) return false;
      throw error;
    }
  }

  /** A schema by its path, `a` or `a/b`; nothing is asked. */
  schema(path: string): Schema {
    return new Schema(this, path);
  }

  /** The schemas right below the bucket. */
  schemas(options: ListOptions = {}): AsyncGenerator<ObjectDetails, void, undefined> {
    return listSchemas(this.tx, [this.name], options);
  }

  /** Creates a schema. With `ifNotExists`, one that is there, or that another transaction makes meanwhile, will do. */
  async createSchema(path: string, options: { readonly ifNotExists?: boolean; readonly properties?: string } = {}): Promise<Schema> {
    const schema = this.schema(path);
    if (options.ifNotExists === true && (await schema.exists())) return schema;
    await this.tx.send({ method: 'POST', path: schema.path, command: 'schema', body: createSchemaBody(options.properties ?? '') });
    return schema;
  }
}

/** Options of `createTable`. */
export interface CreateTableOptions {
  readonly ifNotExists?: boolean;
  /** Columns the rows are sorted by, first to last: clusters of 5.3 or newer. Row ids are then decimal128. */
  readonly sortedBy?: readonly string[];
  /**
   * A vector index on a column of float32 vectors: clusters of 5.5 or newer. `ip` is the inner product. Row ids are then
   * decimal128. A quantization left out is the cluster's choice.
   */
  readonly vectorIndex?: {
    readonly column: string;
    readonly metric: 'l2sq' | 'ip';
    readonly clusterQuantization?: 'scalar_8bit' | 'none';
    readonly searchQuantization?: 'scalar_8bit' | 'none';
  };
}

/** A collection of tables. */
export class Schema {
  readonly bucket: Bucket;
  readonly name: string;

  constructor(bucket: Bucket, path: string) {
    this.bucket = bucket;
    this.name = checkSchemaPath(path);
  }

  get tx(): Transaction {
    return this.bucket.tx;
  }
  /** Bucket and schema names, for a request. */
  get path(): string[] {
    return [this.bucket.name, ...this.name.split('/')];
  }

  async exists(): Promise<boolean> {
    const parent = this.path.slice(0, -1);
    const exact = this.path.at(-1) ?? '';
    try {
      for await (const found of listSchemas(this.tx, parent, { exact, pageSize: 1 })) if (found.name.split('/').at(-1) === exact) return true;
      return false;
    } catch (error) {
      if (error instanceof NotFoundError) return false;
      throw error;
    }
  }

  /** The schemas right below this one. */
  schemas(options: ListOptions = {}): AsyncGenerator<ObjectDetails, void, undefined> {
    return listSchemas(this.tx, this.path, options);
  }

  /** Drops the schema. @throws {ConflictError} while it holds tables, unless `cascade` */
  async drop(options: { readonly cascade?: boolean; readonly ifExists?: boolean } = {}): Promise<void> {
    try {
      if (options.cascade === true) {
        const names: string[] = [];
        for await (const table of this.tables()) names.push(table.name);
        for (const name of names) await this.table(name).drop();
      }
      await this.tx.send({ method: 'DELETE', path: this.path, command: 'schema' });
    } catch (error) {
      if (!(error instanceof NotFoundError) || options.ifExists !== true) throw error;
    }
  }

  /** Renames the schema; this handle goes on naming the old one. */
  async rename(name: string): Promise<Schema> {
    checkSchemaPath(name);
    const params = { 'tabular-new-schema-name': name };
    await this.tx.send({ method: 'PUT', path: this.path, command: 'schema', params, body: alterBody(1) });
    return this.bucket.schema(name);
  }

  /**
   * A table by name; nothing is asked. Its columns are fetched when they are first needed; a caller that knows them
   * passes them and saves a request.
   */
  table(name: string, options: TableHandleOptions = {}): Table {
    return new Table(this, name, options);
  }

  /** The tables of the schema. Row counts are those of the listing: see `Table.stats`. */
  tables(options: ListOptions & { readonly stats?: boolean } = {}): AsyncGenerator<ObjectDetails, void, undefined> {
    const extra = { 'tabular-include-list-stats': options.stats === true ? 'True' : 'False' };
    return listPages(
      (key) => this.tx.send({ method: 'GET', path: this.path, command: 'table', headers: { ...listHeaders(options, key, 1000), ...extra }, signal: options.signal }),
      readTableList,
    );
  }

  /**
   * Creates a table. With `ifNotExists` one that is there is taken as it is: compare `columns()` where that matters.
   * @throws {ConflictError} when it exists, or another transaction is creating it
   */
  async createTable(name: string, columns: ColumnSpecs | ArrowSchema, options: CreateTableOptions = {}): Promise<Table> {
    const arrow = await loadArrow();
    const schema = toSchema(arrow, columns);
    const handle = this.table(name);
    if (options.ifNotExists === true && (await handle.exists())) return handle;
    if (schema.fields.length === 0) throw usage(`table ${name}: no columns`);
    const headers: Record<string, string> = {};
    const indexOf = (column: string): number => {
      const at = schema.fields.findIndex((field) => field.name === column);
      if (at < 0) throw usage(`table ${name}: no column ${JSON.stringify(column)}`);
      return at;
    };
    if (options.sortedBy !== undefined) {
      this.tx.features.require('sorted tables');
      options.sortedBy.forEach((column, i) => (headers[`tabular-sorted-column-${i}`] = String(indexOf(column))));
    }
    if (options.vectorIndex !== undefined) {
      this.tx.features.require('vector indexes');
      indexOf(options.vectorIndex.column);
      headers['tabular-vector-index-column'] = options.vectorIndex.column;
      headers['tabular-vector-index-distance-metric'] = options.vectorIndex.metric;
      const { clusterQuantization, searchQuantization } = options.vectorIndex;
      if (clusterQuantization !== undefined) headers['tabular-vector-index-cluster-quantization'] = clusterQuantization;
      if (searchQuantization !== undefined) headers['tabular-vector-index-search-quantization'] = searchQuantization;
    }
    await this.tx.send({ method: 'POST', path: handle.path, command: 'table', headers, body: schemaMessage(arrow, schema) });
    const indexed = options.vectorIndex !== undefined && this.tx.features.vectorRowIds === 'decimal128';
    return this.table(name, { columns: schema, sorted: options.sortedBy !== undefined || indexed });
  }
}

function listSchemas(tx: Transaction, path: readonly string[], options: ListOptions): AsyncGenerator<ObjectDetails, void, undefined> {
  return listPages(
    (key) => tx.send({ method: 'GET', path, command: 'schema', headers: listHeaders(options, key, 1000), signal: options.signal }),
    readSchemaList,
  );
}

/** Whether an error of a creation may mean that somebody else was faster: look again in a new transaction. */
export function mayExistAlready(error: unknown): boolean {
  return error instanceof ConflictError || (error instanceof BadRequestError && /exist/i.test(`${error.code} ${error.message}`));
}
