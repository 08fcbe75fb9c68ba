/** Names of manifests against JSON.parse. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { manifestNames } from './manifest.ts';

const namesOf = (json: string): [string, string][] => [...manifestNames(Buffer.from(json))];

it('are those that JSON.parse finds, whatever they are called', () => {
  fc.assert(fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }).filter((name) => !/^\d+$/.test(name)), fc.oneof(fc.string(), fc.integer())), fc.constantFrom(undefined, 1, '\t'), (object, space) => {
    const json = JSON.stringify(object, null, space);
    expect(namesOf(json)).toEqual(Object.entries(JSON.parse(json) as object).map(([name, id]) => [name, String(id)]));
  }));
  expect(namesOf('{"a\\u0062\\"c":"1","é":"2","é":"3"}')).toEqual([['ab"c', '1'], ['é', '2'], ['é', '3']]);
  expect(namesOf(' {} ')).toEqual([]);
});

it.each(['', '[]', '"a"', '{', '{"a"', '{"a":', '{"a":"1"', '{"a":"1",}', '{"a":{}}', '{"a":[]}', '{"a":[1,2]}', '{a:1}', '{"a":"1" "b"}', '[[[[', '{"a\\', '{"a\\x":"1"}', `{"a":${'1'.repeat(100)}}`])('%s is no manifest', (json) => {
  expect(() => namesOf(json)).toThrow(SyntaxError);
});
