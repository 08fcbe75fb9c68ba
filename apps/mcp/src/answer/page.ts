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

/** At most so many items are on a page. */
const MOST_ITEMS = 500;

/** At least one item, then as many as fit. */
export function page<Item>(all: readonly Item[], options: PageOptions<Item>): Page<Item> {
  const list = pageOfMany(options);
  for (const item of all) list.add(() => item);
  return list.page();
}

/** A page of a list that is too long to be held: its items are counted, and only those of the page are made. */
export function pageOfMany<Item>({ cursor, of, cost, tokens = LIST_TOKENS, most = MOST_ITEMS }: PageOptions<Item>): { add(make: () => Item): void; page(): Page<Item> } {
  const key = createHash('sha256').update(JSON.stringify(of)).digest('base64url').slice(0, 10);
  const first = cursor === undefined ? 0 : positionOf(cursor, key);
  const items: Item[] = [];
  let [room, total, full] = [tokens, 0, false];
  return {
    add(make) {
      if (total++ < first || full) return;
      if (items.length >= most) full = true;
      else {
        const item = make();
        room -= estimateTokens(cost(item)) + 2;
        if (room < 0 && items.length > 0) full = true;
        else items.push(item);
      }
    },
    page() {
      if (first > 0 && first >= total) throw otherList();
      const end = first + items.length;
      return { items, total, first, next: end < total ? `${end}.${key}` : null };
    },
  };
}

function positionOf(cursor: string, key: string): number {
  const [position, found] = cursor.split('.');
  if (found !== key || !/^\d+$/.test(position ?? '')) throw otherList();
  return Number(position);
}

function otherList(): ToolError {
  return new ToolError('The cursor does not belong to this list, or the list has changed since: call again with the same arguments and without cursor.');
}

/** `12 of 340 shown; next_cursor "12.abc"`, or nothing when the page is the whole. */
export function pageText(page: Page<unknown>, what: string): string {
  if (page.total === page.items.length) return '';
  const range = `${what} ${page.first + 1}–${page.first + page.items.length} of ${page.total}`;
  return page.next ? `${range}; for more call again with cursor "${page.next}"` : `${range} (the last)`;
}
