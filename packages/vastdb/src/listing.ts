/** Lists come in pages: `tabular-next-key` until `tabular-is-truncated` is no longer `true` (SDK schema.py, bucket.py). */
import type { VastResponse } from './http.ts';
import { protocol } from './errors.ts';

/** Which entries of a list. */
export interface ListOptions {
  /** Only names that begin so. */
  readonly prefix?: string;
  /** Only this very name; excludes `prefix`. */
  readonly exact?: string;
  /** Entries of a page. Default 1,000, for columns 10,000. */
  readonly pageSize?: number;
  readonly signal?: AbortSignal | undefined;
}

/** The headers of one page. */
export function listHeaders(options: ListOptions, nextKey: string, pageSize: number): Record<string, string> {
  return {
    'tabular-max-keys': String(options.pageSize ?? pageSize),
    'tabular-next-key': nextKey,
    ...(options.exact === undefined
      ? { 'tabular-name-prefix': options.prefix ?? '' }
      : { 'tabular-name-exact-match': options.exact }),
    'tabular-list-count-only': 'False',
  };
}

/** All entries, page by page. A page without entries ends the list even where the server says there are more. */
export async function* listPages<T>(
  get: (nextKey: string) => Promise<VastResponse>,
  read: (body: Uint8Array) => readonly T[],
): AsyncGenerator<T, void, undefined> {
  const seen = new Set<string>();
  for (let key = '0'; ; ) {
    const { headers, body } = await get(key);
    const entries = read(body);
    yield* entries;
    if (headers['tabular-is-truncated'] !== 'true' || entries.length === 0) return;
    const next = headers['tabular-next-key'];
    seen.add(key);
    if (typeof next !== 'string' || seen.has(next)) throw protocol(`a list goes on, but its next key is ${String(next)}`);
    key = next;
  }
}
