import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExrError } from '../errors.ts';
import { sample } from './contract.spec-util.ts';
import { arrowSchemas, decide, fileIdOf, normalizePath, older, parseWhere, rowsOf, sequenceOf, storeMarkdown, TABLES, type StoredVersion } from './index.ts';

describe('columns', () => {
  it('the page is the one that they make', () => expect(readFileSync(new URL('../../../../docs/formats/store.md', import.meta.url), 'utf8')).toBe(storeMarkdown()));
  it('a row has a cell for each column and no other', () => {
    const rows = rowsOf(sample({ stats: true }).report, sample().identity, '2026-01-01T00:00:00.000Z');
    for (const table of TABLES) for (const row of rows[table.name]) expect(Object.keys(row).sort(), table.name).toEqual(table.columns.map(({ name }) => name).sort());
  });
  it('required cells are there, also of a file that could not be read', () => {
    const rows = rowsOf(sample({ unreadable: true }).report, sample().identity);
    for (const table of TABLES) for (const row of rows[table.name]) for (const column of table.columns) if (!column.nullable) expect(row[column.name], `${table.name}.${column.name}`).not.toBeNull();
  });
  it('Arrow gets fixed lists of float32 that are not null', () => {
    expect(arrowSchemas().files.find(({ name }) => name === 'metadata_embedding')).toEqual({ name: 'metadata_embedding', nullable: true, type: { type: 'fixed_size_list', length: 384, item: { type: 'float32', nullable: false } } });
    expect(arrowSchemas().parts.find(({ name }) => name === 'part_index')).toEqual({ name: 'part_index', nullable: false, type: { type: 'int32' } });
  });
});

describe('identity', () => {
  it('is the location', () => {
    expect(fileIdOf({ bucket: null, path: '/a' })).toHaveLength(32);
    expect(new Set([fileIdOf({ bucket: null, path: 'a/b' }), fileIdOf({ bucket: 'a', path: 'b' }), fileIdOf({ bucket: 'a', path: '/b' })]).size).toBe(3);
  });
  const version = (change: Partial<StoredVersion> = {}): StoredVersion => ({ version: 'v', header_hash: 'h', status: 'ok', embedding_version: 2, has_stats: false, has_findings: false, bucket: null, mtime: '2026-01-02', sequencer: null, last_inspected: '2026-02-01', events: null, ...change });
  it.each<[string, StoredVersion | undefined, Partial<StoredVersion>, string]>([
    ['unknown', undefined, {}, 'new'], ['the same', version(), { last_inspected: '2026-02-02' }, 'unchanged'], ['other bytes', version(), { version: 'w', last_inspected: '2026-02-02' }, 'changed'], ['other header', version(), { header_hash: 'i', last_inspected: '2026-02-02' }, 'changed'],
    ['seen before the stored one was', version(), { version: 'w', last_inspected: '2026-01-01' }, 'stale'], ['a restored backup', version(), { version: 'w', mtime: '2025-01-01', last_inspected: '2026-02-02' }, 'changed'],
    ['an older object', version({ bucket: 'b' }), { bucket: 'b', version: 'w', mtime: '2025-01-01', last_inspected: '2026-02-02' }, 'stale'], ['an older event', version({ sequencer: '0a' }), { sequencer: '09ff', version: 'w', last_inspected: '2026-02-02' }, 'stale'],
    ['a newer embedding', version({ embedding_version: 1 }), { last_inspected: '2026-02-02' }, 'changed'], ['statistics', version(), { has_stats: true, last_inspected: '2026-02-02' }, 'changed'], ['no statistics', version({ has_stats: true }), { last_inspected: '2026-02-02' }, 'unchanged'],
    ['an event that was counted', version({ events: 'x y' }), { events: 'y', last_inspected: '2026-02-02' }, 'repeated'], ['an event that was counted, of other bytes', version({ events: 'x y' }), { events: 'y', version: 'w', last_inspected: '2026-02-02' }, 'changed'],
    ['readable again', version({ status: 'error' }), { last_inspected: '2026-02-02' }, 'changed'],
  ])('%s', (_, stored, change, outcome) => expect(decide(stored, version(change))).toBe(outcome));
  const object = (change: Partial<StoredVersion>): StoredVersion => version({ bucket: 'b', version: 'w', ...change });
  it.each<[string, StoredVersion, StoredVersion, string]>([
    ['a forged sequencer, then a later version', object({ version: 'v', sequencer: 'f'.repeat(64) }), object({ mtime: '2026-01-03', sequencer: '0a', last_inspected: '2026-02-02' }), 'changed'],
    ['a forged sequencer of what could not be read', object({ version: 'v', status: 'error', mtime: null, sequencer: 'f'.repeat(64) }), object({ sequencer: '0a', last_inspected: '2026-02-02' }), 'changed'],
    ['a forged sequencer of a removal', object({ version: 'deleted', status: 'deleted', mtime: null, sequencer: 'f'.repeat(64) }), object({ sequencer: '0a', last_inspected: '2026-02-02' }), 'changed'],
    ['a copy that keeps an older time, after it by its sequencer', object({ version: 'v', sequencer: '0a' }), object({ mtime: '2020-01-01', sequencer: '0b', last_inspected: '2026-02-02' }), 'changed'],
    ['read before, by both witnesses, stored after', object({ version: 'v', sequencer: '0b', mtime: '2026-01-03' }), object({ sequencer: '0a', last_inspected: '2026-02-02' }), 'stale'],
    ['two versions of one second', object({ version: 'v', sequencer: '0b' }), object({ sequencer: '0a', last_inspected: '2026-02-02' }), 'stale'],
    ['a late event of what is gone', object({ version: 'deleted', status: 'deleted', sequencer: '0b' }), object({ mtime: null, status: 'error', sequencer: '0a', last_inspected: '2026-02-02' }), 'stale'],
  ])('%s', (_, stored, incoming, outcome) => expect(decide(stored, incoming)).toBe(outcome));
  it('sequencers of different length are padded on the right', () => expect(older(version({ sequencer: '00a' }), version({ sequencer: '00a1' }))).toBe(true));
});

describe('paths', () => {
  it.each([['/a//b/./c/../d.exr', '/a/b/d.exr'], ['C:\\shots\\A.exr', 'C:/shots/A.exr'], ['\\\\srv\\x\\y.exr', '//srv/x/y.exr'], ['shots/x\\y.exr', 'shots/x\\y.exr'], ['../x.exr', '../x.exr'], ['/../x.exr', '/x.exr']])('%s', (path, expected) => expect(normalizePath(path)).toBe(expected));
  it.each([['/a/b.1001.exr', '/a/b.####.exr'], ['/a/b.0001.v2.exr', null], ['/a/b_100012.exr', '/a/b_######.exr'], ['/a.1001/b.exr', null], ['/a/1001.exr', '/a/####.exr'], ['/a/b.-0005.exr', '/a/b.####.exr']])('%s', (path, expected) => expect(sequenceOf(path)).toBe(expected));
});

describe('where', () => {
  it('reads what people type', () => {
    expect(parseWhere("codec in (dwaa, 'dwab') and not tiled or size >= 1.5GB")).toMatchObject({
      kind: 'or', left: { kind: 'and', left: { kind: 'in', column: { column: 'compression' }, values: ['dwaa', 'dwab'] }, right: { kind: 'not', inner: { column: { column: 'is_tiled' }, value: true } } }, right: { column: { column: 'size_bytes' }, value: 1.5e9 },
    });
    expect(parseWhere('width between 1 and 2')).toMatchObject({ kind: 'and' });
    expect(parseWhere('parts.is_deep = true')).toMatchObject({ column: { table: 'parts', column: 'is_deep' } });
    expect(parseWhere('view is not null')).toMatchObject({ kind: 'not', inner: { kind: 'null' } });
  });
  it('takes or refuses any text, and quickly', () => {
    const pieces = fc.array(fc.constantFrom('width', 'codec', '=', '<', '(', ')', 'and', 'or', 'not', "'x'", '"y"', '4096', 'in', 'like', ',', 'is', 'null', ';', '--', "'", 'attribute', '\n', '1GB'), { maxLength: 30 }).map((parts) => parts.join(' '));
    fc.assert(fc.property(fc.oneof(fc.string(), pieces), (text) => {
      try {
        parseWhere(text);
      } catch (error) {
        expect(error).toBeInstanceOf(ExrError);
      }
    }), { numRuns: 500 });
  });
});
