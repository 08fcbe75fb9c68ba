import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const root = new URL('../../../', import.meta.url);
const page = readFileSync(new URL('docs/decisions/untrusted-input.md', root), 'utf8');
const section = page.slice(page.indexOf('\n## Promises'), page.indexOf('\n## The numbers'));
const rows = section.split('\n').filter((line) => /^\| (?!promise |---)/.test(line)).map((line) => line.replace(/^\| | \|$/g, '').split(' | '));

it('every promise about strangers names where it is kept and a test that exists', () => {
  expect(rows.length).toBeGreaterThan(5);
  const wrong = rows.flatMap((cells) => {
    const [promise, kept, tests] = cells;
    if (cells.length !== 3) return [`${cells.length} columns: ${cells.join(' | ')}`];
    const places = [...kept.matchAll(/`([^`]+)`/g)].map(([, path]) => path);
    const named = [...tests.matchAll(/`([^`]+)` “([^”]+)”/g)].map(([, path, title]) => ({ path, title }));
    return [
      ...(places.length === 0 ? [`${promise}: names no place`] : []), ...(named.length === 0 ? [`${promise}: names no test as \`file\` “title”`] : []),
      ...[...places, ...named.map(({ path }) => path)].filter((path) => !existsSync(new URL(path, root))).map((path) => `${promise}: there is no ${path}`),
      ...named.filter(({ path, title }) => existsSync(new URL(path, root)) && !readFileSync(new URL(path, root), 'utf8').includes(title)).map(({ path, title }) => `${promise}: ${path} has no test called “${title}”`),
    ];
  });
  expect(wrong).toEqual([]);
});
