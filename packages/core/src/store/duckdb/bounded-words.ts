/**
 * Words of SQL whose time or memory does not follow the length of what they look at, as macros that stand before DuckDB's own: LIKE in all its forms and GLOB
 * go back for every wildcard (like.ts), regexp_matches is made a LIKE of by the optimizer, distances of texts take the product of their lengths, and repeat and
 * pad make long texts out of short ones. One of these within one chunk cannot be interrupted.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { LONGEST_PADDED } from './sql-words.ts';

/** Letters of each text of which a distance is taken. */
export const LONGEST_COMPARED = 500;

const match = (text: string, expression: string): string => `system.main.regexp_full_match(${text}, '(?s)' || (${expression}))`;
const wild = (pattern: string): string => `system.main.replace(system.main.replace(system.main.regexp_escape(${pattern}), '\\%', '.*'), '_', '.')`;
/** What is escaped stands as a control character while the rest is translated. */
const escaped = `system.main.replace(system.main.replace(system.main.replace(p, e || e, chr(1)), e || '%', chr(2)), e || '_', chr(3))`;
const wildEscaped = (fold: (text: string) => string): string =>
  `system.main.replace(system.main.replace(system.main.replace(${wild(fold(`system.main.replace(${escaped}, e, '')`))}, '\\' || chr(1), system.main.regexp_escape(e)), '\\' || chr(2), '%'), '\\' || chr(3), '_')`;
const glob = ["'\\*', '.*'", "'\\?', '.'", "'\\[\\!', '[^'", "'\\[', '['", "'\\]', ']'", "'\\-', '-'"].reduce((made, pair) => `system.main.replace(${made}, ${pair})`, 'system.main.regexp_escape(p)');
const same = (text: string): string => text;
const lower = (text: string): string => `system.main.lower(${text})`;
const distance = (name: string): string =>
  `${name}(a, b) AS CASE WHEN system.main.greatest(system.main.length(a), system.main.length(b)) > ${LONGEST_COMPARED} THEN system.main.error('${name}() takes texts of at most ${LONGEST_COMPARED} letters') ELSE system.main.${name}(a, b) END`;

const MACROS: readonly string[] = [
  `"~~"(t, p) AS ${match('t', wild('p'))}`, `"!~~"(t, p) AS NOT ${match('t', wild('p'))}`, `"~~*"(t, p) AS ${match(lower('t'), wild(lower('p')))}`, `"!~~*"(t, p) AS NOT ${match(lower('t'), wild(lower('p')))}`,
  `like_escape(t, p, e) AS ${match('t', wildEscaped(same))}`, `not_like_escape(t, p, e) AS NOT ${match('t', wildEscaped(same))}`,
  `ilike_escape(t, p, e) AS ${match(lower('t'), wildEscaped(lower))}`, `not_ilike_escape(t, p, e) AS NOT ${match(lower('t'), wildEscaped(lower))}`, `"~~~"(t, p) AS ${match('t', glob)}`,
  // With a group the optimizer leaves it alone.
  "regexp_matches(t, p) AS system.main.regexp_matches(t, '()' || p), (t, p, o) AS system.main.regexp_matches(t, '()' || p, o)",
  ...['levenshtein', 'editdist3', 'damerau_levenshtein', 'jaro_similarity', 'jaro_winkler_similarity'].map(distance),
  `repeat(t, n) AS CASE WHEN system.main.len(t) * n > ${LONGEST_PADDED} THEN system.main.error('repeat() makes at most ${LONGEST_PADDED}') ELSE system.main.repeat(t, n) END`,
];

export async function boundWords(connection: DuckDBConnection): Promise<void> {
  for (const macro of MACROS) await connection.run(`CREATE OR REPLACE MACRO memory.main.${macro}`);
}
