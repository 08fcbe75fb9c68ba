import { describe, expect, test } from 'vitest';
import { loadArrow, type Field } from './arrow.ts';
import { toSchema, vector, type ColumnSpecs } from './columns.ts';
import { bytes, exchange, exchanges21, requestBody } from './golden.spec-util.ts';
import { readSchema } from './ipc-reader.ts';
import { and, between, contains, eq, filterGroups, ge, gt, isNull, lt, ne, notNull, oneOf, or, startsWith, type Predicate } from './predicates.ts';
import { queryBody } from './query-body.ts';

const arrow = await loadArrow();
const FILES: ColumnSpecs = {
  file_id: 'utf8', file_path: 'utf8', file_path_normalized: 'utf8', header_hash: 'utf8', size_bytes: 'int64', mtime: 'utf8',
  multipart_count: 'int32', is_deep: 'bool', metadata_embedding: vector(384), frame_number: 'int32',
  inspection_timestamp: 'utf8', inspection_count: 'int32', last_inspected: 'utf8',
};
const known = new Map<string, Field>(toSchema(arrow, FILES).fields.map((f) => [f.name, f]));
known.set('$row_id', new arrow.Field('$row_id', new arrow.Uint64(), true));

function body(columns: string[], where?: Predicate): Uint8Array {
  const filter = filterGroups(where);
  if (filter === 'nothing') throw new Error('nothing');
  const names = [...new Set([...columns, ...filter.map((g) => g.column)])];
  const fields = names.map((n) => known.get(n) as Field);
  return queryBody({ fields, projected: columns.length, filter });
}

const MIB100 = 104857600n;
const embedding = Float32Array.from({ length: 384 }, (_, i) => (((i * 7) % 11) - 5) / 16);
const cases: [seq: number, columns: string[], where?: Predicate][] = [
  [32, ['file_id', 'inspection_count'], eq('file_id', '0000000000000003')],
  [35, ['file_id', 'inspection_count'], eq('file_id', '0000000000000003')],
  [36, ['file_id'], oneOf('file_id', ['0000000000000001', '0000000000000002'])],
  [37, ['file_id', 'size_bytes'], and(ge('size_bytes', MIB100 + 2n), lt('size_bytes', MIB100 + 5n))],
  [38, ['file_id'], between('frame_number', 1001, 1004)],
  [39, ['file_id'], or(lt('size_bytes', MIB100 + 1n), gt('size_bytes', MIB100 + 7n))],
  [40, ['file_id'], isNull('frame_number')],
  [41, ['file_id'], notNull('frame_number')],
  [42, ['file_id'], eq('is_deep', true)],
  [43, ['file_path'], startsWith('file_path', 'renders/shot_00')],
  [44, ['file_path'], contains('file_path', 'shot_003')],
  [45, ['file_id'], ne('file_id', '0000000000000003')],
  [46, ['file_path'], and(eq('is_deep', false), eq('multipart_count', 1))],
  [47, ['file_id', 'metadata_embedding'], eq('file_id', '0000000000000003')],
  [48, ['file_id'], eq('metadata_embedding', embedding)],
  [49, ['file_id', 'inspection_count', '$row_id'], eq('file_id', '0000000000000003')],
  [52, ['file_id', 'size_bytes']],
  [53, ['file_id']],
  [54, ['file_id']],
  [55, ['file_id']],
  [56, ['file_id']],
  [57, ['file_id']],
  [58, Object.keys(FILES)],
];

describe('select bodies are those of the official SDK, byte for byte', () => {
  test.each(cases)('exchange %i', (seq, columns, where) => {
    expect(Buffer.from(body(columns, where)).toString('hex')).toBe(requestBody(exchange(seq)).toString('hex'));
  });

  test('the worked examples', () => {
    const hex = (name: string): string => bytes(name).toString('hex');
    const made = (column: string, where?: Predicate): string => Buffer.from(body([column], where)).toString('hex');
    known.set('n', new arrow.Field('n', new arrow.Int32(), true));
    expect(made('file_id', eq('file_id', 'x'))).toBe(hex('worked-example-eq.bin'));
    expect(made('n')).toBe(hex('worked-example-nopredicate.bin'));
    expect(made('n', isNull('n'))).toBe(hex('worked-example-isnull.bin'));
  });
});

describe('select bodies of other types are those of SDK 2.1.0, byte for byte', () => {
  // One column of every type that the first recording lacks, as the SDK made the table.
  const create = exchanges21.find(({ step, method }) => step === 'create-table-typed' && method === 'POST')!;
  const typed = readSchema(arrow, requestBody(create)).fields;
  const typedBody = (names: readonly string[], where?: Predicate): Uint8Array => {
    const filter = filterGroups(where);
    if (filter === 'nothing') throw new Error('nothing');
    const roots = filter.map(({ column }) => column.split('.')[0] as string).filter((name) => !names.includes(name));
    const fields = [...names, ...roots].map((name) => typed.find((field) => field.name === name) as Field);
    return queryBody({ fields, projected: names.length, filter });
  };
  const asked: Record<string, Predicate> = {
    'tz-ge': ge('tz', 1767225600000000n), 'ts-ge': ge('ts', 1767225600000000000n), 'date-eq': eq('d', 20455), 'struct-member': eq('st.a', 1),
  };
  const steps = exchanges21.filter(({ step, query }) => step.startsWith('select-typed-') && query === 'data');
  test.each(steps.map((e) => [e.step, e] as const))('%s', (step, e) => {
    const name = step.slice('select-typed-'.length);
    const where = asked[name];
    const body = where === undefined ? typedBody([name]) : typedBody(['id'], where);
    expect(Buffer.from(body).toString('hex')).toBe(requestBody(e).toString('hex'));
  });
  test('there are sixteen', () => {
    expect(steps.length).toBe(16);
  });
  test('what is said of nested columns', () => {
    expect(() => typedBody(['id'], eq('st', {}))).toThrow('a nested column cannot be compared');
    expect(() => typedBody(['id'], eq('l.item', 1))).toThrow();
  });
});
