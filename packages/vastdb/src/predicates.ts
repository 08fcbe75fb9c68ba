/**
 * Predicates of a select. The wire can say an AND of groups, each group an OR of conditions on one column; a condition
 * compares with a value, tests for null, or is a range or a prefix. Anything else is refused here with a message
 * (SDK _internal.py, Predicate; protocol.md, section 5).
 */
import { UnsupportedPredicateError } from './errors.ts';

/** Comparison functions of the wire. */
export type Comparison = 'equal' | 'not_equal' | 'greater' | 'greater_equal' | 'less' | 'less_equal' | 'match_substring';

/** One condition on one column. */
export type Term =
  | { readonly op: Comparison; readonly value: unknown }
  | { readonly op: 'in'; readonly values: readonly unknown[] }
  | { readonly op: 'between'; readonly low: unknown; readonly high: unknown }
  | { readonly op: 'prefix'; readonly prefix: string | Uint8Array }
  | { readonly op: 'is_null' | 'is_valid' };

export type Predicate =
  | { readonly kind: 'term'; readonly column: string; readonly term: Term }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Predicate[] };

/** An OR over one column. */
export interface FilterGroup {
  readonly column: string;
  readonly terms: readonly Term[];
}

const term = (column: string, value: Term): Predicate => ({ kind: 'term', column, term: value });
const compare = (op: Comparison) => (column: string, value: unknown): Predicate => term(column, { op, value });

/** `column = value`. Null never equals: see `isNull`. A vector column compares with all its numbers. */
export const eq = compare('equal');
/** `column <> value`; rows where the column is null do not match. */
export const ne = compare('not_equal');
export const gt = compare('greater');
export const ge = compare('greater_equal');
export const lt = compare('less');
export const le = compare('less_equal');
/** The text contains `part`, letter by letter. */
export const contains = (column: string, part: string): Predicate => term(column, { op: 'match_substring', value: part });
/** The text or bytes begin with `prefix`. The empty prefix matches whatever is not null. */
export const startsWith = (column: string, prefix: string | Uint8Array): Predicate =>
  prefix.length === 0 ? notNull(column) : term(column, { op: 'prefix', prefix });
/** `low <= column <= high`. */
export const between = (column: string, low: unknown, high: unknown): Predicate =>
  term(column, { op: 'between', low, high });
/** `column IN (values)`. Of no values nothing matches, and nothing is asked of the server. */
export const oneOf = (column: string, values: Iterable<unknown>): Predicate =>
  term(column, { op: 'in', values: [...values] });
export const isNull = (column: string): Predicate => term(column, { op: 'is_null' });
export const notNull = (column: string): Predicate => term(column, { op: 'is_valid' });
/** All of them. */
export const and = (...parts: readonly Predicate[]): Predicate => ({ kind: 'and', parts });
/** Any of them; all on the same column. */
export const or = (...parts: readonly Predicate[]): Predicate => ({ kind: 'or', parts });

/**
 * The groups of a predicate, or `'nothing'` when no row can match.
 * @throws {UnsupportedPredicateError} when the wire cannot say it
 */
export function filterGroups(predicate: Predicate | undefined): readonly FilterGroup[] | 'nothing' {
  if (predicate === undefined) return [];
  const groups: FilterGroup[] = [];
  for (const part of flatten(predicate, 'and')) {
    const terms = flatten(part, 'or').map(conditionOf);
    const live = terms.filter(({ term: t }) => !(t.op === 'in' && t.values.length === 0));
    const column = live[0]?.column;
    if (column === undefined) return 'nothing';
    const other = live.find((t) => t.column !== column)?.column;
    if (other !== undefined) {
      throw unsupported(`an OR over the columns ${column} and ${other}: select twice, or filter the rows yourself`);
    }
    groups.push({ column, terms: live.map((t) => t.term) });
  }
  return groups;
}

function flatten(predicate: Predicate, kind: 'and' | 'or'): Predicate[] {
  if (predicate.kind !== kind) return [predicate];
  return predicate.parts.flatMap((part) => flatten(part, kind));
}

/** An AND below an OR can only be a range. */
function conditionOf(predicate: Predicate): { column: string; term: Term } {
  if (predicate.kind === 'term') return predicate;
  if (predicate.kind === 'or') return conditionOf({ kind: 'and', parts: predicate.parts });
  throw unsupported('an AND inside an OR: only between() and startsWith() may stand there');
}

function unsupported(message: string): UnsupportedPredicateError {
  return new UnsupportedPredicateError(`predicate: ${message}`, { code: 'UNSUPPORTED_PREDICATE' });
}
