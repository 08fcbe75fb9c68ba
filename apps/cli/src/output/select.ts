import schema from '@exr/core/schema/report.schema.json' with { type: 'json' };
import { ExrError } from '@exr/core';
import { suggestion } from '../nearest.ts';

/** `--fields file.path,parts.compression`. Throws INVALID_ARGUMENT for a path that no report has (docs/formats/report.md). */
export function fieldsOf(text: string): string[] {
  const fields = text.split(',').map((field) => field.trim()).filter(Boolean);
  if (fields.length === 0) throw new ExrError('INVALID_ARGUMENT', '--fields: expected names as in file.path,parts.compression');
  fields.forEach(checkField);
  return fields;
}

function checkField(field: string): void {
  const keys = field.split('.');
  let at: readonly Schema[] = [schema as Schema];
  for (const [i, key] of keys.entries()) {
    const names = namesIn(at);
    if (names === 'any') return;
    const below = names.get(key);
    if (below === undefined) throw noField(keys, i, [...names.keys()]);
    at = below;
  }
}

function noField(keys: readonly string[], wrong: number, known: readonly string[]): ExrError {
  const before = keys.slice(0, wrong).map((key) => `${key}.`).join('');
  const meant = suggestion(keys[wrong]!, known, (name) => `${before}${name}`);
  const there = known.length > 0 ? `; there are ${known.map((name) => `${before}${name}`).join(', ')}` : `: ${before.slice(0, -1)} has no fields`;
  return new ExrError('INVALID_ARGUMENT', `--fields ${keys.join('.')}: a report has no ${before}${keys[wrong]}${meant || there}`);
}

/** What of JSON Schema the report's schema uses. */
interface Schema {
  readonly $ref?: string;
  readonly type?: unknown;
  readonly const?: unknown;
  readonly enum?: unknown;
  readonly properties?: Record<string, Schema>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema | Schema[];
  readonly anyOf?: Schema[];
  readonly oneOf?: Schema[];
}

/** The names that may stand at a place, arrays gone through as if they were not there; `any` where the file's own names or values stand. */
function namesIn(schemas: readonly Schema[]): ReadonlyMap<string, readonly Schema[]> | 'any' {
  const names = new Map<string, Schema[]>();
  let any = false;
  const visit = ({ $ref, type, properties, additionalProperties: more, items, anyOf = [], oneOf = [], ...rest }: Schema): void => {
    if ($ref !== undefined) return visit(DEFINITIONS[$ref.replace('#/definitions/', '')]!);
    for (const below of [...anyOf, ...oneOf, ...[items ?? []].flat()]) visit(below);
    for (const [name, below] of Object.entries(properties ?? {})) names.set(name, [...(names.get(name) ?? []), below]);
    const free = type === undefined && !properties && !items && anyOf.length + oneOf.length === 0 && rest.const === undefined && rest.enum === undefined;
    const object = [type].flat().includes('object') && !properties;
    if (free || object || typeof more === 'object') any = true;
  };
  schemas.forEach(visit);
  return any ? 'any' : names;
}
const DEFINITIONS = schema.definitions as Record<string, Schema>;

/** `--fields file.path,parts.compression`: of each report only these; a path goes through arrays as if they were not there. */
export function selectFields(value: unknown, fields: readonly string[]): unknown {
  const tree = new Map<string, Tree>();
  for (const field of fields) {
    let at = tree;
    for (const key of field.split('.')) {
      if (!at.has(key)) at.set(key, new Map());
      at = at.get(key)!;
    }
  }
  return pick(value, tree);
}

type Tree = Map<string, Tree>;

function pick(value: unknown, tree: Tree): unknown {
  if (tree.size === 0) return value;
  if (Array.isArray(value)) return value.map((item) => pick(item, tree));
  if (typeof value !== 'object' || value === null) return undefined;
  const picked: Record<string, unknown> = {};
  for (const [key, below] of tree) if (Object.hasOwn(value, key)) picked[key] = pick((value as Record<string, unknown>)[key], below);
  return picked;
}
