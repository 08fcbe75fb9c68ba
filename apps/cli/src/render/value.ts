import { formatBytes, formatCount, type JsonValue, plainText, type ReportAttribute } from '@exr/core';

/** An attribute's value on one line of `room` columns; what is cut says its true length. */
export function formatValue(attribute: ReportAttribute, room: number): string {
  const { type, value } = attribute;
  if (typeof value === 'string') return fit(`"${plainText(value.slice(0, room * 4))}"`, room, value.length > room * 4 || value.length + 2 > room ? `… (${formatCount([...value].length)} characters)` : '');
  if (Array.isArray(value) && type === 'stringvector') return list(value.map((item) => JSON.stringify(item)), room);
  // Text that is no UTF-8 is Latin-1 nearly always: readable, and marked.
  if (isBytes(value) && 'text' in value) return `${fit(`"${plainText(latin1(value.data).slice(0, room * 4))}"`, Math.max(12, room - 10), '…')} (Latin-1)`;
  if (isBytes(value)) return `${formatBytes(value.length)} of bytes${value.length ? `, base64 ${fit(value.data, Math.max(12, room - 30), '…')}` : ''}`;
  const own = OWN[type];
  if (own && typeof value === 'object' && value !== null && !Array.isArray(value)) return plainText(own(value as Record<string, never>), { max: room * 2 });
  return list(pieces(value, SINGLE.has(type)), room);
}

/** The bytes of base64, each the character of its number; those that Windows-1252 has in place of controls are left to be escaped. */
const latin1 = (data: string): string => Buffer.from(data, 'base64').toString('latin1');

/** Types whose numbers are binary32: shown as the shortest decimal that is the same float. */
const SINGLE = new Set(['float', 'floatvector', 'v2f', 'v3f', 'm33f', 'm44f', 'box2f', 'chromaticities']);

/** Types that people write in a way of their own. */
const OWN: Record<string, (value: Record<string, never>) => string> = {
  box2i: (v) => `(${v['x_min']}, ${v['y_min']}) … (${v['x_max']}, ${v['y_max']})`,
  rational: (v) => `${v['numerator']}/${v['denominator']}${Number(v['denominator']) > 0 ? ` = ${Number((Number(v['numerator']) / Number(v['denominator'])).toFixed(6))}` : ''}`,
  preview: (v) => `${v['width']} × ${v['height']} pixels`,
  tiledesc: (v) => `${v['x_size']} × ${v['y_size']}, ${v['level_mode']}, ${v['rounding_mode']}`,
  timecode: (v) => `${[v['hours'], v['minutes'], v['seconds']].map((n) => String(n).padStart(2, '0')).join(':')}${v['drop_frame'] ? ';' : ':'}${String(v['frame']).padStart(2, '0')}, ${pieces(Object.fromEntries(Object.entries(v).filter(([k]) => !['hours', 'minutes', 'seconds', 'frame'].includes(k)))).join(', ')}`,
};

/** A value's parts as short texts: objects as `key value`, matrices row by row. */
function pieces(value: JsonValue | undefined, single = false): string[] {
  if (value === null || value === undefined) return ['–'];
  if (Array.isArray(value)) return value.map((item) => (Array.isArray(item) ? `[${pieces(item, single).join(' ')}]` : pieces(item, single).join(' ')));
  if (typeof value === 'number' && single) return [shortest(value)];
  if (typeof value === 'object') return Object.entries(value).map(([key, inner]) => `${key.replaceAll('_', ' ')} ${inner !== null && typeof inner === 'object' ? `(${pieces(inner, single).join(', ')})` : pieces(inner, single).join(' ')}`);
  return [plainText(String(value), { max: 400 })];
}

function shortest(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(value);
}

function list(items: readonly string[], room: number): string {
  let text = '';
  for (const [index, item] of items.entries()) {
    const next = `${text}${index ? ', ' : ''}${plainText(item)}`;
    if (next.length > room) return index === 0 ? fit(next, room, `… (${formatCount(item.length)} characters)`) : `${text}, … (${formatCount(items.length)} values)`;
    text = next;
  }
  return text || '(empty)';
}

function fit(text: string, room: number, tail: string): string {
  return text.length <= room ? text : `${text.slice(0, Math.max(8, room - tail.length))}${tail}`;
}

function isBytes(value: JsonValue): value is { encoding: 'base64'; length: number; data: string } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && 'encoding' in value && 'data' in value;
}
