import { formatBytes, formatCount, type JsonValue, plainText, type ReportAttribute } from '@exr/core';

/** An attribute's value on one line of `room` columns; what is cut says its true length. */
export function formatValue(attribute: ReportAttribute, room: number): string {
  const { type, value } = attribute;
  if (typeof value === 'string') return fit(`"${plainText(value.slice(0, room * 4))}"`, room, value.length > room * 4 || value.length + 2 > room ? `… (${formatCount([...value].length)} characters)` : '');
  if (Array.isArray(value) && type === 'stringvector') return list(value.map((item) => JSON.stringify(item)), room);
  if (isBytes(value)) return `${formatBytes(value.length)} of bytes${value.length ? `, base64 ${fit(value.data, Math.max(12, room - 30), '…')}` : ''}`;
  return list(pieces(value), room);
}

/** A value's parts as short texts: objects as `key value`, matrices row by row. */
function pieces(value: JsonValue | undefined): string[] {
  if (value === null || value === undefined) return ['–'];
  if (Array.isArray(value)) return value.map((item) => (Array.isArray(item) ? `[${pieces(item).join(' ')}]` : pieces(item).join(' ')));
  if (typeof value === 'object') return Object.entries(value).map(([key, inner]) => `${key.replaceAll('_', ' ')} ${inner !== null && typeof inner === 'object' ? `(${pieces(inner).join(', ')})` : pieces(inner).join(' ')}`);
  return [plainText(String(value), { max: 400 })];
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
