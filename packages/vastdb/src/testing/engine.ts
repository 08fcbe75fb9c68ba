/**
 * An in-memory database with snapshot isolation: a transaction sees what was committed when it began, and its own
 * changes. Two that change the same row, column or table conflict at the second one's statement.
 */
import type { Field } from '../arrow.ts';
import { conflict, notFound } from './failure.ts';
import type { Owner, RowStore, Slot } from './rows.ts';

/** A column; its id is its place in a row's values and outlives a renaming. */
export interface Column {
  readonly id: number;
  readonly field: Field;
}

/** A vector index, its quantizations as asked for or `none`. */
export interface VectorIndex {
  readonly column: string;
  readonly metric: string;
  readonly clusterQuantization: string;
  readonly searchQuantization: string;
}

/** A table as one transaction sees it. Never changed in place. */
export interface TableDef {
  readonly columns: readonly Column[];
  readonly nextColumn: number;
  readonly sortedBy: readonly number[];
  readonly vectorIndex: VectorIndex | undefined;
  /** What a listing calls it: a decimal number, as the SDK expects. */
  readonly handle: number;
  readonly externalRowIds: boolean;
  readonly rows: RowStore;
}

/** Schemas by `bucket/path`, tables by `bucket/path/name`. */
export interface Catalog {
  readonly schemas: ReadonlyMap<string, string>;
  readonly tables: ReadonlyMap<string, TableDef>;
}

type Change = (catalog: Catalog) => Catalog;

/** A transaction. */
export interface Tx extends Owner {
  readonly id: bigint;
  catalog: Catalog;
  readonly changes: Change[];
  readonly locks: Set<string>;
  lastSeen: number;
}

/** The database. */
export class Engine {
  readonly buckets: ReadonlySet<string>;
  readonly #timeoutMs: number;
  readonly #open = new Map<bigint, Tx>();
  readonly #locks = new Map<string, Tx>();
  readonly #changed = new Map<string, number>();
  #dirty = new Set<Slot>();
  #catalog: Catalog = { schemas: new Map(), tables: new Map() };
  #seq = 0;
  // Above 2^53, so that a client that takes it for a number is found out.
  #nextId = 1234605616436477953n;
  #nextHandle = 1;

  constructor(buckets: Iterable<string>, timeoutMs: number) {
    this.buckets = new Set(buckets);
    this.#timeoutMs = timeoutMs;
  }

  /** A number that no other table has had. */
  handle(): number {
    return this.#nextHandle++;
  }

  /** Transactions that are not over. */
  get openTransactions(): number {
    return this.#open.size;
  }

  begin(now: number): Tx {
    this.#expire(now);
    const tx: Tx = {
      id: this.#nextId++, snapshot: this.#seq, catalog: this.#catalog, changes: [], locks: new Set(), touched: new Set(), lastSeen: now,
    };
    this.#open.set(tx.id, tx);
    return tx;
  }

  /** @throws {Failure} 404 for a transaction that is over, or was left alone too long */
  find(id: bigint, now: number): Tx {
    this.#expire(now);
    const tx = this.#open.get(id);
    if (tx === undefined) throw notFound('TabularNoSuchTransaction', `no transaction ${id}`);
    tx.lastSeen = now;
    return tx;
  }

  commit(tx: Tx): void {
    const seq = this.#seq + 1;
    let catalog = this.#catalog;
    try {
      for (const change of tx.changes) catalog = change(catalog);
    } catch (error) {
      this.rollback(tx);
      throw error;
    }
    this.#catalog = catalog;
    this.#seq = seq;
    for (const key of tx.locks) this.#changed.set(key, seq);
    this.#end(tx, seq);
  }

  rollback(tx: Tx): void {
    this.#end(tx, undefined);
  }

  /** Changes the catalog for this transaction, now, and for everybody at its commit. */
  alter(tx: Tx, key: string, change: Change): void {
    const holder = this.#locks.get(key);
    if (holder !== undefined && holder !== tx) throw conflict(`${key} is being changed by another transaction`);
    if ((this.#changed.get(key) ?? 0) > tx.snapshot) throw conflict(`${key} was changed meanwhile`);
    tx.catalog = change(tx.catalog);
    tx.changes.push(change);
    tx.locks.add(key);
    this.#locks.set(key, tx);
  }

  #end(tx: Tx, seq: number | undefined): void {
    this.#open.delete(tx.id);
    for (const key of tx.locks) this.#locks.delete(key);
    for (const slot of tx.touched) {
      slot.rows.settle(slot, seq);
      this.#dirty.add(slot);
    }
    let oldest = this.#seq;
    for (const other of this.#open.values()) oldest = Math.min(oldest, other.snapshot);
    this.#dirty = new Set([...this.#dirty].filter((slot) => !slot.rows.vacuum(slot, oldest)));
  }

  #expire(now: number): void {
    for (const tx of this.#open.values()) if (now - tx.lastSeen > this.#timeoutMs) this.rollback(tx);
  }
}

/** A copy of the catalog with one table more, less or other. */
export function withTable(catalog: Catalog, key: string, table: TableDef | undefined): Catalog {
  const tables = new Map(catalog.tables);
  if (table === undefined) tables.delete(key);
  else tables.set(key, table);
  return { ...catalog, tables };
}

/** A copy of the catalog with one schema more, less or other. */
export function withSchema(catalog: Catalog, key: string, properties: string | undefined): Catalog {
  const schemas = new Map(catalog.schemas);
  if (properties === undefined) schemas.delete(key);
  else schemas.set(key, properties);
  return { ...catalog, schemas };
}
