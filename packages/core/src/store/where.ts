/**
 * The expressions that people type after `--where`: `compression = 'none' and width >= 4096`. Parsed here, never pasted into SQL: the result is a tree of
 * known columns, operators and literals.
 *
 *   expression := and ('or' and)* ; and := not ('and' not)* ; not := 'not' not | '(' expression ')' | comparison
 *   comparison := column (= == != <> < <= > >= | [not] like | [not] ilike) literal | column [not] in (literal, …) | column [not] between literal and literal | column is [not] null | column
 *   column     := name | table.name | attribute('name') ; literal := 'text' | "text" | number [KB MB GB KiB MiB GiB] | true | false | word
 *
 * A word that is no column may stand for a text: `compression = dwaa`.
 */
import { ExrError } from '../errors.ts';
import { tableNamed } from './columns.ts';

export type Literal = string | number | boolean;
export type WhereColumn = { readonly table: 'files' | 'parts'; readonly column: string } | { readonly table: 'attributes'; readonly attribute: string };
export type WhereNode =
  | { readonly kind: 'and' | 'or'; readonly left: WhereNode; readonly right: WhereNode }
  | { readonly kind: 'not'; readonly inner: WhereNode }
  | { readonly kind: 'compare'; readonly column: WhereColumn; readonly operator: '=' | '!=' | '<' | '<=' | '>' | '>=' | 'like' | 'ilike'; readonly value: Literal }
  | { readonly kind: 'in'; readonly column: WhereColumn; readonly values: readonly Literal[] }
  | { readonly kind: 'null'; readonly column: WhereColumn };

/** Short names that people use. */
const ALIASES: Readonly<Record<string, string>> = {
  codec: 'compression', path: 'file_path', name: 'file_name', size: 'size_bytes', software: 'render_software', renderer: 'render_software', colorspace: 'color_space', colourspace: 'color_space', colour_space: 'color_space',
  view: 'view_name', type: 'part_type', frame: 'frame_number', parts: 'multipart_count', part_count: 'multipart_count', channels: 'channel_count', aspect: 'pixel_aspect_ratio', tiled: 'is_tiled', deep: 'is_deep', error: 'error_code', note: 'note_codes', fps: 'frame_rate', modified: 'mtime',
};
const LONGEST = 10_000;
const DEEPEST = 100;

type Token = { readonly kind: 'word' | 'text' | 'number' | 'sign' | 'end'; readonly text: string; readonly at: number };

export function parseWhere(source: string): WhereNode {
  if (source.length > LONGEST) throw new ExrError('INVALID_ARGUMENT', `where: ${source.length} characters, at most ${LONGEST} are taken`);
  return new Parser(source).parse();
}

class Parser {
  private readonly tokens: Token[];
  private next = 0;
  private depth = 0;
  constructor(private readonly source: string) {
    this.tokens = tokensOf(source);
  }

  parse(): WhereNode {
    const node = this.or();
    if (this.peek().kind !== 'end') this.fail('"and", "or" or the end');
    return node;
  }

  private or(): WhereNode {
    if (++this.depth > DEEPEST) throw new ExrError('INVALID_ARGUMENT', `where: nested more than ${DEEPEST} deep`);
    let left = this.and();
    while (this.take('or')) left = { kind: 'or', left, right: this.and() };
    this.depth--;
    return left;
  }

  private and(): WhereNode {
    let left = this.not();
    while (this.take('and')) left = { kind: 'and', left, right: this.not() };
    return left;
  }

  private not(): WhereNode {
    let turned = false;
    while (this.take('not')) turned = !turned;
    const inner = this.takeSign('(') ? this.closed(this.or()) : this.comparison();
    return turned ? { kind: 'not', inner } : inner;
  }

  private closed(node: WhereNode): WhereNode {
    if (!this.takeSign(')')) this.fail('")"');
    return node;
  }

  private comparison(): WhereNode {
    const column = this.column();
    const operator = this.peek();
    if (operator.kind === 'sign' && SIGNS.has(operator.text)) {
      this.next++;
      return { kind: 'compare', column, operator: SIGNS.get(operator.text)!, value: this.literal() };
    }
    if (this.take('is')) {
      const turned = this.take('not');
      if (!this.take('null')) this.fail('"null"');
      return turned ? { kind: 'not', inner: { kind: 'null', column } } : { kind: 'null', column };
    }
    const turned = this.take('not');
    const node = this.wordComparison(column, turned);
    return turned ? { kind: 'not', inner: node } : node;
  }

  private wordComparison(column: WhereColumn, turned: boolean): WhereNode {
    if (this.take('like')) return { kind: 'compare', column, operator: 'like', value: this.literal() };
    if (this.take('ilike')) return { kind: 'compare', column, operator: 'ilike', value: this.literal() };
    if (this.take('in')) {
      if (!this.takeSign('(')) this.fail('"("');
      const values = [this.literal()];
      while (this.takeSign(',')) values.push(this.literal());
      if (!this.takeSign(')')) this.fail('"," or ")"');
      return { kind: 'in', column, values };
    }
    if (this.take('between')) {
      const from = this.literal();
      if (!this.take('and')) this.fail('"and"');
      return { kind: 'and', left: { kind: 'compare', column, operator: '>=', value: from }, right: { kind: 'compare', column, operator: '<=', value: this.literal() } };
    }
    if (turned || column.table === 'attributes' || columnType(column) !== 'bool') this.fail('an operator such as =, <, like, in, between, is null');
    return { kind: 'compare', column, operator: '=', value: true };
  }

  private column(): WhereColumn {
    const token = this.peek();
    if (token.kind !== 'word') this.fail('the name of a column');
    this.next++;
    if (token.text.toLowerCase() === 'attribute' && this.takeSign('(')) {
      const name = this.literal();
      if (!this.takeSign(')')) this.fail('")"');
      return { table: 'attributes', attribute: String(name) };
    }
    const found = findColumn(token.text);
    if (!found) throw new ExrError('INVALID_ARGUMENT', `where: no column "${token.text}" at character ${token.at + 1}; there are ${COLUMN_NAMES.join(', ')} and attribute('…')`);
    return found;
  }

  private literal(): Literal {
    const token = this.tokens[this.next++]!;
    if (token.kind === 'text') return token.text;
    if (token.kind === 'number') return numberOf(token.text);
    if (token.kind === 'word') return /^(true|false)$/i.test(token.text) ? token.text.toLowerCase() === 'true' : token.text;
    this.next--;
    return this.fail("a value such as 'dwaa', 4096, 10MB, true");
  }

  private peek(): Token {
    return this.tokens[this.next]!;
  }
  private take(word: string): boolean {
    const token = this.peek();
    if (token.kind !== 'word' || token.text.toLowerCase() !== word) return false;
    this.next++;
    return true;
  }
  private takeSign(sign: string): boolean {
    const token = this.peek();
    if (token.kind !== 'sign' || token.text !== sign) return false;
    this.next++;
    return true;
  }
  private fail(expected: string): never {
    const token = this.peek();
    throw new ExrError('INVALID_ARGUMENT', `where: ${token.kind === 'end' ? 'the expression ends' : `"${token.text}"`} at character ${token.at + 1} of "${this.source.slice(0, 200)}", expected ${expected}`);
  }
}

const SIGNS = new Map<string, '=' | '!=' | '<' | '<=' | '>' | '>='>([['=', '='], ['==', '='], ['!=', '!='], ['<>', '!='], ['<', '<'], ['<=', '<='], ['>', '>'], ['>=', '>=']]);

function tokensOf(source: string): Token[] {
  const pattern = /\s*(?:('(?:[^']|'')*'|"(?:[^"]|"")*")|(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?:[kmgt]i?b)?)(?![\w.])|([\p{L}_][\p{L}\p{N}_.:/#*-]*)|(==|!=|<>|<=|>=|[=<>(),]))/iuy;
  const tokens: Token[] = [];
  while (/\S/.test(source.slice(pattern.lastIndex, pattern.lastIndex + LONGEST))) {
    const at = pattern.lastIndex;
    const found = pattern.exec(source);
    if (!found) throw new ExrError('INVALID_ARGUMENT', `where: cannot read "${source.slice(at, at + 20).trim()}" at character ${at + 1} of "${source.slice(0, 200)}"`);
    const [, text, number, word, sign] = found;
    const start = pattern.lastIndex - (text ?? number ?? word ?? sign)!.length;
    if (text !== undefined) tokens.push({ kind: 'text', text: text.slice(1, -1).replaceAll(text[0]! + text[0]!, text[0]!), at: start });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, at: start });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, at: start });
    else tokens.push({ kind: 'sign', text: sign!, at: start });
  }
  tokens.push({ kind: 'end', text: '', at: source.length });
  return tokens;
}

const UNITS: Readonly<Record<string, number>> = { kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3, tib: 1024 ** 4 };
function numberOf(text: string): number {
  const unit = /[kmgt]i?b$/i.exec(text)?.[0] ?? '';
  return Number(text.slice(0, text.length - unit.length)) * (UNITS[unit.toLowerCase()] ?? 1);
}

const SEARCHED = (['files', 'parts'] as const).map((table) => ({ table, columns: tableNamed(table).columns.filter(({ type }) => !type.startsWith('vector')) }));
const COLUMN_NAMES = [...new Set(SEARCHED.flatMap(({ columns }) => columns.map(({ name }) => name)))];

function findColumn(written: string): WhereColumn | undefined {
  const [first, second] = written.toLowerCase().split('.');
  const name = second ?? first!;
  const column = ALIASES[name] ?? name;
  for (const { table, columns } of SEARCHED) if ((second === undefined || table === first) && columns.some((one) => one.name === column)) return { table, column };
  return undefined;
}

export function columnType(column: Exclude<WhereColumn, { table: 'attributes' }>): string {
  return tableNamed(column.table).columns.find(({ name }) => name === column.column)!.type;
}

/** True when the tree looks at parts: then one part of the file must fit the whole of it. */
export function looksAtParts(node: WhereNode): boolean {
  if ('column' in node) return node.column.table === 'parts';
  return 'inner' in node ? looksAtParts(node.inner) : looksAtParts(node.left) || looksAtParts(node.right);
}
