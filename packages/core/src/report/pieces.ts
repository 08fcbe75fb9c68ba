/** JSON of values that a file makes large, piece by piece: never one text of everything, and others have their turn between two pieces. */
import { inTurns } from '../flow/index.ts';

/** Characters of a piece, about; one that holds a long text is longer. */
const PIECE = 2 ** 16;
/** What is smaller (characters, about) is written at once. */
const SMALL = 2 ** 14;
const NODE = 8;

interface Open {
  /** Null: an array. */
  readonly keys: readonly string[] | null;
  readonly of: Readonly<Record<string | number, unknown>>;
  readonly length: number;
  /** The line feed before its end. */
  readonly pad: string;
  at: number;
  written: boolean;
}

/** The pieces of what JSON.stringify(value, null, indent) gives. Plain data only: objects with toJSON are asked, `undefined` at the top is null. */
export function* jsonPieces(value: unknown, indent = 0): Generator<string, void> {
  const gap = ' '.repeat(indent);
  const colon = indent > 0 ? ': ' : ':';
  const open: Open[] = [];
  let text = '';
  const small = (each: unknown, pad: string): string => {
    if (typeof each === 'number') return Number.isFinite(each) ? `${each}` : 'null';
    const json = JSON.stringify(each, null, indent) ?? 'null';
    return indent > 0 && typeof each === 'object' && each !== null ? json.replaceAll('\n', pad) : json;
  };
  const put = (each: unknown, pad: string): void => {
    if (weigh(each, SMALL) >= 0) {
      text += small(each, pad);
      return;
    }
    const keys = Array.isArray(each) ? null : Object.keys(each as object);
    text += keys ? '{' : '[';
    open.push({ keys, of: each as Open['of'], length: keys ? keys.length : (each as readonly unknown[]).length, pad, at: 0, written: false });
  };
  put(value, '\n');
  for (let top = open.at(-1); top; top = open.at(-1)) {
    if (top.at === top.length) {
      open.pop();
      text += (indent > 0 && top.written ? top.pad : '') + (top.keys ? '}' : ']');
      continue;
    }
    // Small ones of a list together: a call for each takes longer than what it writes.
    const some = top.keys ? [] : smallOnes(top.of as unknown as readonly unknown[], top.at);
    if (some.length > 1) {
      text += (top.written ? ',' : '') + small(some, top.pad).slice(1, indent > 0 ? -1 - top.pad.length : -1);
      top.at += some.length;
      top.written = true;
      if (text.length >= PIECE) {
        yield text;
        text = '';
      }
      continue;
    }
    const key = top.keys?.[top.at];
    const each = top.of[key ?? top.at];
    top.at++;
    if (key !== undefined && (each === undefined || typeof each === 'function')) continue;
    const inner = indent > 0 ? top.pad + gap : '';
    text += `${top.written ? ',' : ''}${inner}${key === undefined ? '' : JSON.stringify(key) + colon}`;
    top.written = true;
    put(each, inner);
    if (text.length < PIECE) continue;
    yield text;
    text = '';
  }
  yield text;
}

/** Those from `from` on that are written at once. */
function smallOnes(list: readonly unknown[], from: number): readonly unknown[] {
  let at = from;
  for (let left = SMALL; at < list.length; at++) {
    left = weighed(list[at], left);
    if (left < 0) break;
  }
  return list.slice(from, at);
}

/** JSON.stringify(value, null, indent), with turns of the event loop for others. Rejects with the signal's reason. */
export function jsonInTurns(value: unknown, indent = 0, signal?: AbortSignal): Promise<string> {
  return inTurns(joined(value, indent), signal);
}

function* joined(value: unknown, indent: number): Generator<void, string> {
  const pieces: string[] = [];
  for (const piece of jsonPieces(value, indent)) {
    pieces.push(piece);
    yield;
  }
  return pieces.join('');
}

/** What is left of `room` characters, about; below 0 when `value` has more. */
function weigh(value: unknown, room: number): number {
  if (typeof value !== 'object' || value === null || typeof (value as { toJSON?: unknown }).toJSON === 'function') {
    // A text cannot be cut into pieces.
    return Math.max(0, room - (typeof value === 'string' ? value.length : NODE));
  }
  let left = room - NODE;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length && left >= 0; i++) left = weighed(value[i], left);
  } else {
    for (const key in value) {
      if (left < 0) break;
      left = weighed((value as Record<string, unknown>)[key], left - key.length);
    }
  }
  return left;
}

/** As weigh; within another value a long text is too much. */
function weighed(value: unknown, room: number): number {
  return typeof value === 'string' ? room - NODE - value.length : typeof value === 'object' ? weigh(value, room) - (value === null ? 0 : 1) : room - NODE;
}
