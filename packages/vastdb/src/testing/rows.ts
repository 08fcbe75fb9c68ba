/** Rows of a table under several transactions at once: every row keeps its versions until nobody can see them. */
import { conflict } from './failure.ts';

/** Values by column id; a column added later reads as null. */
export type Values = readonly unknown[];

interface Version {
  readonly seq: number;
  /** Null: deleted. */
  readonly values: Values | null;
  previous: Version | undefined;
}

/** One row. */
export interface Slot {
  readonly id: number;
  readonly rows: RowStore;
  latest: Version | undefined;
  /** The transaction that has changed it and is not over. */
  owner: Owner | undefined;
  /** What the owner has made of it. */
  pending: Values | null | undefined;
  /** The index entries it stands in. */
  readonly entries: Set<Set<Slot>>;
}

/** A transaction, as far as rows know it. */
export interface Owner {
  readonly snapshot: number;
  readonly touched: Set<Slot>;
}

/** The rows of one table. */
export class RowStore {
  readonly #slots = new Map<number, Slot>();
  readonly #indexes = new Map<number, Map<unknown, Set<Slot>>>();
  #ordered = true;
  #next = 0;

  /** Rows, including those that only some transaction sees. */
  get size(): number {
    return this.#slots.size;
  }

  insert(owner: Owner, values: Values, id = this.#next): number {
    if (this.#slots.has(id)) throw conflict(`row id ${id} exists`);
    if (id < this.#next - 1) this.#ordered = false;
    this.#next = Math.max(this.#next, id + 1);
    const slot: Slot = { id, rows: this, latest: undefined, owner, pending: values, entries: new Set() };
    this.#slots.set(id, slot);
    owner.touched.add(slot);
    this.#index(slot, values);
    return id;
  }

  /** Changes or deletes a row; false when the transaction sees no such row. @throws {Failure} 409 when another is at it */
  write(owner: Owner, id: number, change: (values: Values) => Values | null): boolean {
    const slot = this.#slots.get(id);
    const seen = slot === undefined ? null : visible(slot, owner);
    if (slot === undefined || seen === null) {
      if (slot?.latest !== undefined && slot.latest.seq > owner.snapshot) throw conflict(`row ${id} was changed meanwhile`);
      return false;
    }
    if (slot.owner !== undefined && slot.owner !== owner) throw conflict(`row ${id} is being changed by another transaction`);
    if (slot.latest !== undefined && slot.latest.seq > owner.snapshot) throw conflict(`row ${id} was changed meanwhile`);
    slot.owner = owner;
    slot.pending = change(seen);
    owner.touched.add(slot);
    if (slot.pending !== null) this.#index(slot, slot.pending);
    return true;
  }

  /** Rows that a transaction sees, in order of their ids. `keys` narrows them down by an equality. */
  *scan(owner: Owner, equal?: { column: number; keys: Iterable<unknown> }): Generator<{ id: number; values: Values }> {
    const slots = equal === undefined || this.#slots.size < 64 ? this.#inOrder() : this.#lookup(equal.column, equal.keys);
    for (const slot of slots) {
      const values = visible(slot, owner);
      if (values !== null) yield { id: slot.id, values };
    }
  }

  *#inOrder(): Generator<Slot> {
    if (this.#ordered) yield* this.#slots.values();
    else yield* [...this.#slots.values()].sort((a, b) => a.id - b.id);
  }

  #lookup(column: number, keys: Iterable<unknown>): Slot[] {
    let index = this.#indexes.get(column);
    if (index === undefined) {
      index = new Map();
      this.#indexes.set(column, index);
      for (const slot of this.#slots.values()) {
        for (const values of everyVersion(slot)) addTo(index, values[column], slot);
      }
    }
    const found = new Set<Slot>();
    for (const key of keys) for (const slot of index.get(key) ?? []) found.add(slot);
    return [...found].sort((a, b) => a.id - b.id);
  }

  #index(slot: Slot, values: Values): void {
    for (const [column, index] of this.#indexes) addTo(index, values[column], slot);
  }

  /** Makes a touched row everybody's, or takes it back. */
  settle(slot: Slot, seq: number | undefined): void {
    if (seq !== undefined && slot.pending !== undefined) {
      slot.latest = { seq, values: slot.pending, previous: slot.latest };
    }
    slot.owner = undefined;
    slot.pending = undefined;
    if (slot.latest === undefined) this.#remove(slot);
  }

  /** Forgets versions that no transaction from `oldest` on can see. Returns whether nothing is left to forget. */
  vacuum(slot: Slot, oldest: number): boolean {
    if (slot.owner !== undefined) return false;
    let version = slot.latest;
    while (version !== undefined && version.seq > oldest) version = version.previous;
    if (version !== undefined) version.previous = undefined;
    if (version !== undefined && version === slot.latest && version.values === null) this.#remove(slot);
    return version === slot.latest;
  }

  #remove(slot: Slot): void {
    this.#slots.delete(slot.id);
    for (const entry of slot.entries) entry.delete(slot);
    slot.entries.clear();
  }
}

function addTo(index: Map<unknown, Set<Slot>>, key: unknown, slot: Slot): void {
  let entry = index.get(key);
  if (entry === undefined) index.set(key, (entry = new Set()));
  entry.add(slot);
  slot.entries.add(entry);
}

function visible(slot: Slot, owner: Owner): Values | null {
  if (slot.owner === owner && slot.pending !== undefined) return slot.pending;
  let version = slot.latest;
  while (version !== undefined && version.seq > owner.snapshot) version = version.previous;
  return version?.values ?? null;
}

function* everyVersion(slot: Slot): Generator<Values> {
  if (slot.pending) yield slot.pending;
  for (let version = slot.latest; version !== undefined; version = version.previous) if (version.values !== null) yield version.values;
}
