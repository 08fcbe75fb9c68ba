import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { NOTE_CODES, noteOf } from './notes.ts';

it('the table of docs/errors.md is the one of the code', () => {
  const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
  const rows = [...page.slice(page.indexOf('## Notes')).matchAll(/^\| `([A-Z0-9_]+)` \| (.*) \|$/gm)].map(([, code, text]) => [code, text]);
  expect(rows).toEqual(Object.entries(NOTE_CODES));
});

it('names the place like an error', () => {
  expect(noteOf('LONG_NAME', { source: 'a.exr', part: 1 }, 'text', true)).toEqual({ code: 'LONG_NAME', message: 'a.exr: part 1: text', where: { source: 'a.exr', part: 1 } });
  expect(noteOf('LONG_NAME', { source: 'a.exr', part: 0 }, 'text').message).toBe('a.exr: text');
});
