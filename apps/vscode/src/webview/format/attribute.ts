/** What an attribute of the report says, in one line and in rows below it. All text here comes from the file: it is shown as text only. */
import type { JsonBytes, JsonValue, ReportAttribute } from '@exr/core';
import { formatBytes, plainText } from '@exr/core/text';

/** A line below an attribute: a component of a value. */
export interface FieldRow {
  readonly label: string;
  readonly value: string;
}

export interface ReadableValue {
  /** One line. */
  readonly line: string;
  /** What is laid out below it; empty when the line says all. */
  readonly rows: readonly FieldRow[];
  /** The report holds only the beginning. */
  readonly cut: boolean;
}

const LONG = 160;
/** Characters in a row of a long text. */
const WRAP = 96;

export function readable({ type, value, size }: Pick<ReportAttribute, 'type' | 'value' | 'size'>): ReadableValue {
  if (typeof value === 'string') return fromText(value, type);
  if (typeof value === 'number') return one(type === 'double' || Number.isInteger(value) ? String(value) : floatText(value));
  if (value === null || typeof value === 'boolean') return one(String(value));
  if (isBytes(value)) return fromBytes(value);
  const known = KNOWN[type]?.(value as never);
  if (known) return known;
  if (Array.isArray(value)) return fromList(value as readonly JsonValue[], type);
  return { line: `${formatBytes(size)}`, rows: fieldsOf(value as Record<string, JsonValue>), cut: containsCut(value as JsonValue) };
}

type Pair = readonly [number, number];
interface BoxValue { readonly x_min: number; readonly y_min: number; readonly x_max: number; readonly y_max: number }

/** Readers of single types. */
const KNOWN: Readonly<Record<string, (value: never) => ReadableValue | null>> = {
  box2i: (box: BoxValue) => one(`${box.x_max - box.x_min + 1} × ${box.y_max - box.y_min + 1} · ${boxText(box)}`),
  box2f: (box: BoxValue) => one(boxText(box)),
  rational: ({ numerator, denominator }: { numerator: number; denominator: number }) => one(`${numerator}/${denominator}${denominator > 1 ? ` = ${floatText(Math.fround(numerator / denominator))}` : ''}`),
  chromaticities: (value: Readonly<Record<'red' | 'green' | 'blue' | 'white', Pair>>) => ({
    line: (['red', 'green', 'blue', 'white'] as const).map((name) => `${name[0]!.toUpperCase()} ${value[name].map(floatText).join(' ')}`).join(' · '),
    rows: (['red', 'green', 'blue', 'white'] as const).map((name) => ({ label: name, value: `x ${floatText(value[name][0])}   y ${floatText(value[name][1])}` })), cut: false,
  }),
  timecode: (value: Readonly<Record<string, number | boolean>>) => ({ line: timecodeText(value), rows: fieldsOf(value), cut: false }),
  keycode: (value: Readonly<Record<string, number>>) => ({ line: ['film_mfc_code', 'film_type', 'prefix', 'count', 'perf_offset'].map((key) => value[key]).join(' '), rows: fieldsOf(value), cut: false }),
  tiledesc: (value: Readonly<Record<string, JsonValue>>) => ({ line: `${value['x_size']} × ${value['y_size']} · ${words(value['level_mode'])}${value['level_mode'] === 'one_level' ? '' : ` · ${words(value['rounding_mode'])}`}`, rows: fieldsOf(value), cut: false }),
  preview: (value: { width: number; height: number; rgba: JsonBytes }) => ({ line: `${value.width} × ${value.height} thumbnail · ${formatBytes(value.rgba.length)}`, rows: [], cut: false }),
  chlist: (value: readonly Readonly<Record<string, JsonValue>>[]) => ({
    line: `${value.length} ${value.length === 1 ? 'channel' : 'channels'}`,
    rows: value.map((channel) => ({ label: plainText(String(channel['name'])), value: channelText(channel) })), cut: false,
  }),
  v2i: (value: Pair) => one(`(${value.join(', ')})`), v3i: (value: readonly number[]) => one(`(${value.join(', ')})`),
  v2f: (value: readonly number[]) => one(`(${value.map(floatText).join(', ')})`), v3f: (value: readonly number[]) => one(`(${value.map(floatText).join(', ')})`),
  v2d: (value: readonly number[]) => one(`(${value.join(', ')})`), v3d: (value: readonly number[]) => one(`(${value.join(', ')})`),
  m33f: (value: readonly number[]) => matrix(value, 3, floatText), m33d: (value: readonly number[]) => matrix(value, 3, String),
  m44f: (value: readonly number[]) => matrix(value, 4, floatText), m44d: (value: readonly number[]) => matrix(value, 4, String),
};

function one(line: string): ReadableValue {
  return { line, rows: [], cut: false };
}

export function boxText({ x_min: left, y_min: top, x_max: right, y_max: bottom }: BoxValue): string {
  return `(${[left, top].map(floatText).join(', ')}) to (${[right, bottom].map(floatText).join(', ')})`;
}

/** A float32 with the fewest digits that give it back. What JSON has no number for comes as a string. */
export function floatText(value: number | string): string {
  if (typeof value === 'string') return value;
  for (let digits = 1; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return String(text);
  }
  return String(value);
}

function timecodeText(value: Readonly<Record<string, number | boolean>>): string {
  const two = (key: string): string => String(value[key]).padStart(2, '0');
  return `${two('hours')}:${two('minutes')}:${two('seconds')}${value['drop_frame'] ? ';' : ':'}${two('frame')}`;
}

function channelText(channel: Readonly<Record<string, JsonValue>>): string {
  const [x, y] = [channel['x_sampling'], channel['y_sampling']];
  return `${channel['pixel_type']}${x === 1 && y === 1 ? '' : ` · every ${x} × ${y}`}${channel['p_linear'] ? ' · perceptually linear' : ''}`;
}

function matrix(values: readonly number[], size: 3 | 4, text: (value: number) => string): ReadableValue {
  const isIdentity = values.every((value, i) => value === (i % (size + 1) === 0 ? 1 : 0));
  const cells = values.map(text);
  const widths = Array.from({ length: size }, (_, column) => Array.from({ length: size }, (_row, row) => cells[row * size + column]?.length ?? 0).reduce((most, each) => Math.max(most, each), 0));
  const rows = Array.from({ length: size }, (_, row) => ({ label: `row ${row + 1}`, value: cells.slice(row * size, (row + 1) * size).map((cell, column) => cell.padStart(widths[column]!)).join('  ') }));
  return { line: `${size} × ${size}${isIdentity ? ' identity' : ` [${cells.slice(0, size).join(' ')} …]`}`, rows, cut: false };
}

function fromText(value: string, type: string): ReadableValue {
  if (type !== 'string') return one(words(value));
  const isLong = value.length > LONG || value.includes('\n');
  if (!isLong) return one(value === '' ? '(empty)' : plainText(value));
  const first = plainText(value.slice(0, LONG).split('\n', 1)[0]!);
  return { line: `${first}…`, rows: wrapped(value), cut: false };
}

/** Rows of a long text, at its line feeds and where it is too wide. */
export function wrapped(text: string): FieldRow[] {
  const rows: FieldRow[] = [];
  text.split('\n').forEach((line, i) => {
    const characters = [...line];
    for (let at = 0; at === 0 || at < characters.length; at += WRAP) rows.push({ label: at === 0 ? `line ${i + 1}` : '', value: plainText(characters.slice(at, at + WRAP).join('')) });
  });
  return rows;
}

function isBytes(value: JsonValue | undefined): value is JsonBytes {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && (value as JsonBytes).encoding === 'base64' && typeof (value as JsonBytes).data === 'string';
}

function fromBytes(value: JsonBytes): ReadableValue {
  const bytes = Uint8Array.from(atob(value.data), (character) => character.charCodeAt(0));
  const rows: FieldRow[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = bytes.subarray(at, at + 16);
    rows.push({
      label: at.toString(16).padStart(8, '0'),
      value: `${Array.from(row, (byte) => byte.toString(16).padStart(2, '0')).join(' ').padEnd(48)} ${Array.from(row, (byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '·')).join('')}`,
    });
  }
  const hex = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return { line: `${value.text === undefined ? hex + (value.length > 8 ? ' …' : '') : plainText(value.text, { max: LONG })} · ${formatBytes(value.length)}`, rows, cut: value.truncated === true };
}

function fromList(values: readonly JsonValue[], type: string): ReadableValue {
  const texts = values.map((value) => (typeof value === 'number' ? floatText(value) : plainText(typeof value === 'string' ? value : JSON.stringify(value))));
  const line = texts.slice(0, 12).map((text) => (type === 'stringvector' ? `“${text}”` : text)).join(', ');
  return { line: texts.length === 0 ? '(none)' : line.length > LONG ? `${line.slice(0, LONG)}…` : line, rows: texts.map((value, i) => ({ label: String(i), value })), cut: false };
}

function fieldsOf(value: Readonly<Record<string, JsonValue | undefined>>): FieldRow[] {
  return Object.entries(value).map(([key, each]) => ({ label: words(key), value: isBytes(each) ? fromBytes(each).line : plainText(typeof each === 'string' ? each : (JSON.stringify(each) ?? '')) }));
}

function containsCut(value: JsonValue): boolean {
  return typeof value === 'object' && value !== null && (isBytes(value) ? value.truncated === true : Object.values(value).some((each) => each !== undefined && containsCut(each as JsonValue)));
}

/** `mipmap_levels` as words. */
export function words(value: unknown): string {
  return plainText(String(value).replaceAll('_', ' '));
}
