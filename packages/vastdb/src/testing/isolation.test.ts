/** The engine against a model that copies the whole table for every transaction. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Engine, type Tx } from './engine.ts';
import { Failure } from './failure.ts';
import { RowStore } from './rows.ts';

interface ModelTx {
  readonly tx: Tx;
  readonly start: number;
  readonly view: Map<number, number>;
  readonly touched: Set<number>;
}

const step = fc.record({
  who: fc.nat(2),
  what: fc.constantFrom('insert', 'update', 'update', 'update', 'delete', 'read', 'find', 'commit', 'commit', 'rollback'),
  row: fc.nat(4),
  value: fc.nat(3),
});

test('snapshot isolation, first writer wins', () => {
  fc.assert(fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
    const engine = new Engine(['b'], 1e9);
    const store = new RowStore();
    const first = engine.begin(0);
    for (let i = 0; i < 4; i++) store.insert(first, [i]);
    engine.commit(first);
    let committed = new Map([0, 1, 2, 3].map((id) => [id, id]));
    const changedAt = new Map<number, number>();
    let clock = 0;
    const open = new Map<number, ModelTx>();
    const conflicts = (me: ModelTx, row: number): boolean =>
      (changedAt.get(row) ?? 0) > me.start || [...open.values()].some((other) => other !== me && other.touched.has(row));
    for (const { who, what, row, value } of steps) {
      const me = open.get(who) ?? { tx: engine.begin(0), start: clock, view: new Map(committed), touched: new Set<number>() };
      open.set(who, me);
      const read = (equal?: { column: number; keys: unknown[] }): [number, unknown][] => [...store.scan(me.tx, equal)].map(({ id, values }) => [id, values[0]]);
      if (what === 'insert') {
        const id = store.insert(me.tx, [value]);
        me.view.set(id, value);
        me.touched.add(id);
      } else if (what === 'update' || what === 'delete') {
        const change = what === 'update' ? [value] : null;
        const expected = me.view.has(row) || changedAt.get(row) !== undefined ? conflicts(me, row) : false;
        try {
          const done = store.write(me.tx, row, () => change);
          expect(done).toBe(me.view.has(row));
          if (done) {
            expect(expected).toBe(false);
            me.touched.add(row);
            if (change === null) me.view.delete(row);
            else me.view.set(row, value);
          }
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          expect([error.status, expected]).toEqual([409, true]);
        }
      } else if (what === 'read') {
        expect(read()).toEqual([...me.view].sort(([a], [b]) => a - b));
      } else if (what === 'find') {
        const found = [...store.scan(me.tx, { column: 0, keys: [value] })].filter(({ values }) => values[0] === value).map(({ id }) => id);
        expect(found).toEqual([...me.view].filter(([, v]) => v === value).map(([id]) => id).sort((a, b) => a - b));
      } else {
        open.delete(who);
        if (what === 'rollback') engine.rollback(me.tx);
        else {
          engine.commit(me.tx);
          clock += 1;
          const next = new Map(committed);
          for (const id of me.touched) {
            changedAt.set(id, clock);
            if (me.view.has(id)) next.set(id, me.view.get(id) ?? 0);
            else next.delete(id);
          }
          committed = next;
        }
      }
    }
    for (const { tx } of open.values()) engine.rollback(tx);
    const last = engine.begin(0);
    expect([...store.scan(last)].map(({ id, values }) => [id, values[0]])).toEqual([...committed].sort(([a], [b]) => a - b));
    engine.rollback(last);
    // Nothing is kept that nobody can see.
    expect(store.size).toBe(committed.size);
  }), { numRuns: 400 });
});

test('an index finds what a scan finds, through updates, deletes and rollbacks', () => {
  const engine = new Engine(['b'], 1e9);
  const store = new RowStore();
  const fill = engine.begin(0);
  for (let i = 0; i < 200; i++) store.insert(fill, [i % 5]);
  engine.commit(fill);
  const ids = (tx: Tx, key: number): number[] => [...store.scan(tx, { column: 0, keys: [key] })].filter(({ values }) => values[0] === key).map(({ id }) => id);
  const scan = (tx: Tx, key: number): number[] => [...store.scan(tx)].filter(({ values }) => values[0] === key).map(({ id }) => id);
  const older = engine.begin(0);
  expect(ids(older, 3).length).toBe(40);
  const tx = engine.begin(0);
  for (let id = 0; id < 50; id++) store.write(tx, id, () => (id % 3 === 0 ? null : [3]));
  for (let i = 0; i < 5; i++) store.insert(tx, [3]);
  for (const each of [older, tx]) expect(ids(each, 3)).toEqual(scan(each, 3));
  engine.commit(tx);
  const lost = engine.begin(0);
  store.write(lost, 1, () => [4]);
  store.insert(lost, [4]);
  engine.rollback(lost);
  const later = engine.begin(0);
  for (const each of [older, later]) for (const key of [3, 4]) expect(ids(each, key)).toEqual(scan(each, key));
});
