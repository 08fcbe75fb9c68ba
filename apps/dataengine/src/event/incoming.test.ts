import { expect, it } from 'vitest';
import { eventsOf, MalformedEvent, type Headers } from './incoming.ts';

const whole = { specversion: '1.0', id: 'i', source: 's', type: 'vastdata.com:Element.ElementCreated', data: { a: 1 } };
const binary: Headers = { 'ce-id': 'i', 'ce-source': 's', 'ce-type': 't', 'ce-specversion': '1.0', 'ce-elementpath': 'b/k' };
const bytes = (json: unknown): Buffer => Buffer.from(typeof json === 'string' ? json : JSON.stringify(json));
const structured = { 'content-type': 'application/cloudevents+json' };
const batch = { 'content-type': 'application/cloudevents-batch+json' };
const refusal = (headers: Headers, body: Buffer): string => {
  try {
    eventsOf(headers, body, 10);
    return '';
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedEvent);
    return (error as Error).message;
  }
};

it.each<[string, Headers, Buffer, unknown]>([
  ['binary JSON', { ...binary, 'content-type': 'application/json; charset=utf-8' }, bytes({ ü: 1 }), { ü: 1 }], ['binary, another JSON', { ...binary, 'content-type': 'application/vnd.x+json' }, bytes([1]), [1]], ['binary without a type', binary, bytes('  {"a":1}'), { a: 1 }],
  ['binary text', { ...binary, 'content-type': 'text/plain' }, bytes('hello'), 'hello'], ['binary without data', binary, bytes(''), undefined], ['structured', { 'content-type': 'Application/CloudEvents+JSON;charset=UTF-8' }, bytes(whole), { a: 1 }],
])('%s', (_, headers, body, data) => {
  const { events } = eventsOf(headers, body, 10);
  expect(events).toHaveLength(1);
  expect((events[0] as { data: unknown }).data).toEqual(data);
});

const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64');
const { data: _, ...bare } = whole;
it.each<[string, Record<string, unknown>, unknown]>([
  ['JSON', { datacontenttype: 'application/json', data_base64: base64('{"ü":1}') }, { ü: 1 }], ['JSON without a type', { data_base64: base64(' [1]') }, [1]], ['JSON under another type', { datacontenttype: 'application/octet-stream', data_base64: base64('{"a":1}') }, { a: 1 }],
  ['text', { datacontenttype: 'text/plain', data_base64: base64('{"a":1}') }, '{"a":1}'], ['text that begins as JSON does', { data_base64: base64('{not') }, '{not'], ['nothing', { data_base64: '' }, undefined], ['null beside data', { data: { a: 1 }, data_base64: null }, { a: 1 }],
])('data_base64: %s', (_, more, data) => {
  for (const [headers, body] of [[structured, { ...bare, ...more }], [batch, [{ ...bare, ...more }]]] as const) {
    const [event] = eventsOf(headers, bytes(body), 10).events;
    expect((event as { data: unknown }).data).toEqual(data);
    expect((event as { data_base64?: unknown }).data_base64).toBeUndefined();
  }
});

it('extensions are there', () => {
  expect(eventsOf(binary, bytes('{}'), 10).events[0]).toMatchObject({ id: 'i', source: 's', type: 't', elementpath: 'b/k' });
  expect(eventsOf(structured, bytes({ ...whole, elementpath: 'b/k', partitionkey: 'p' }), 10).events[0]).toMatchObject({ elementpath: 'b/k', partitionkey: 'p' });
});

it('in a batch a malformed event says nothing about the others', () => {
  const { mode, events } = eventsOf(batch, bytes([whole, { ...whole, id: '' }, 7, null, [], { ...whole, specversion: '0.3' }, whole]), 10);
  expect(mode).toBe('batch');
  expect(events.map((event) => (event instanceof MalformedEvent ? event.message : event.id))).toEqual(['i', 'a CloudEvent without id', expect.stringContaining('object'), expect.stringContaining('object'), expect.stringContaining('object'), 'CloudEvents 0.3, expected 1.0', 'i']);
  expect(eventsOf(batch, bytes([]), 10).events).toEqual([]);
});

it.each<[string, Headers, Buffer, RegExp]>([
  ['no event at all', {}, bytes('{}'), /neither ce- headers nor/], ['a part of the headers', { 'ce-id': 'i' }, bytes('{}'), /without source, type, specversion/], ['no JSON', structured, bytes('{'), /no JSON/], ['no object', structured, bytes('"x"'), /JSON object/],
  ['another version', { ...binary, 'ce-specversion': '0.3' }, bytes('{}'), /0\.3, expected 1\.0/], ['a batch that is none', batch, bytes('{}'), /array/], ['too many', batch, bytes(Array.from({ length: 11 }, () => whole)), /11 events, expected at most 10/],
  ['data twice', structured, bytes({ ...whole, data_base64: 'e30=' }), /data and data_base64/], ['no Base64', structured, bytes({ ...bare, data_base64: 'e30' }), /no Base64/], ['a number for Base64', structured, bytes({ ...bare, data_base64: 7 }), /no Base64/], ['Base64 of what is no JSON', structured, bytes({ ...bare, datacontenttype: 'application/json', data_base64: 'e25vcGU=' }), /no JSON/],
  ['JSON that is none', { ...binary, 'content-type': 'application/json' }, bytes('{nope'), /no JSON/],
])('refuses %s', (_, headers, body, message) => expect(refusal(headers, body)).toMatch(message));
