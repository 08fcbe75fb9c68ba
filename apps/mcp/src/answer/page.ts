/** Lists that do not fit into one answer: as much as fits, how many there are, and a cursor for the rest. */
import { createHash } from 'node:crypto';
import { ToolError } from './error.ts';
import { estimateTokens, LIST_TOKENS } from './tokens.ts';

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly total: number;
  /** Index of the first item of this page. */
  readonly first: number;
  /** Null on the last page. */
  readonly next: string | null;
}

export interface PageOptions<Item> {
  readonly cursor: string | undefined;
  /** What the list is of (path, size, time of writing, filter …): a cursor of another list, or of one that changed since, is refused. */
  readonly of: unknown;
  /** Everything that an item puts into the answer, text and structured content. */
  readonly cost: (item: Item) => string;
  readonly tokens?: number;
  readonly most?: number;
}

/** At least one item, then as many as fit. */
export function page<Item>(all: readonly Item[], { cursor, of, cost, tokens = LIST_TOKENS, most = 500 }: PageOptions<Item>): Page<Item> {
  const key = createHash('sha256').update(JSON.stringify(of)).digest('base64url').slice(0, 10);
  const first = cursor === undefined ? 0 : positionOf(cursor, key, all.length);
  const items: Item[] = [];
  let room = tokens;
  for (let at = first; at < all.length && items.length < most; at++) {
    room -= estimateTokens(cost(all[at]!)) + 2;
    if (room < 0 && items.length > 0) break;
    items.push(all[at]!);
  }
  const end = first + items.length;
  return { items, total: all.length, first, next: end < all.length ? `${end}.${key}` : null };
}

function positionOf(cursor: string, key: string, length: number): number {
  const [position, found] = cursor.split('.');
  const at = Number(position);
  if (found !== key || !/^\d+$/.test(position ?? '') || at >= length) {
    throw new ToolError('The cursor does not belong to this list, or the list has changed since: call again with the same arguments and without cursor.');
  }
  return at;
}

/** `12 of 340 shown; next_cursor "12.abc"`, or nothing when the page is the whole. */
export function pageText(page: Page<unknown>, what: string): string {
  if (page.total === page.items.length) return '';
  const range = `${what} ${page.first + 1}–${page.first + page.items.length} of ${page.total}`;
  return page.next ? `${range}; for more call again with cursor "${page.next}"` : `${range} (the last)`;
}
