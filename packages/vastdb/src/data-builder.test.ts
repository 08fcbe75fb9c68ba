import { expect, test } from 'vitest';
import { loadArrow } from './arrow.ts';
import { toSchema } from './columns.ts';
import { buildData } from './data-builder.ts';
import { valuesOf } from './data-reader.ts';
import { connect, oneOf } from './index.ts';
import { startTestServer } from './testing/index.ts';

test.each([[['a', '', null, 'bc', undefined, 'd']], [['a', 'ü', null, '日本', '', '😀', 'z']], [[]], [[null, null]]])('texts %j come back, each in its place', async (values) => {
  const arrow = await loadArrow();
  const [field] = toSchema(arrow, { text: 'utf8' }).fields;
  const data = buildData(arrow, field!, values);
  expect(valuesOf(data)).toEqual(values.map((value) => value ?? null));
  expect((data.valueOffsets as Int32Array).at(-1)).toBe(Buffer.byteLength(values.join('')));
});

test.each([['int8', -128, 127], ['uint8', 0, 255], ['int16', -32768, 32767], ['uint16', 0, 65535], ['int32', -(2 ** 31), 2 ** 31 - 1], ['uint32', 0, 2 ** 32 - 1]] as const)('%s from %d to %d and no further', async (type, least, most) => {
  const arrow = await loadArrow();
  const [field] = toSchema(arrow, { n: type }).fields;
  expect(valuesOf(buildData(arrow, field!, [least, most, BigInt(most)]))).toEqual([least, most, most]);
  for (const wrong of [least - 1, most + 1, 0.5, NaN, Infinity, '1', BigInt(most) + 1n]) expect(() => buildData(arrow, field!, [1, wrong], 7)).toThrow(/column n, row 8: .* expected/);
});

test('a list of many values finds what each alone finds', async () => {
  const server = await startTestServer();
  const db = await connect(server.credentials);
  const found = await db.transaction(async (tx) => {
    const table = await (await tx.bucket('bucket').createSchema('s')).createTable('t', { name: 'utf8', n: 'int32', big: 'int64' });
    await table.insert(Array.from({ length: 100 }, (_, i) => ({ name: i % 7 ? `ü${i}` : null, n: i, big: BigInt(i) })));
    const ids = Array.from({ length: 40 }, (_, i) => 3 * i);
    return Promise.all([oneOf('name', ids.map((i) => `ü${i}`)), oneOf('n', ids), oneOf('big', ids.map(BigInt))].map((where) => table.count(where)));
  });
  expect(found).toEqual([34 - 5, 34, 34]);
  await db.close();
  await server.close();
});
