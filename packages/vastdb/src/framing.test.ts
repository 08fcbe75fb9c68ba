import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { loadArrow, type Arrow, type Field } from './arrow.ts';
import { rowsOf } from './data-reader.ts';
import { VastError } from './errors.ts';
import { FrameReader, KEEP_ALIVE, type Frame } from './framing.ts';
import { exchanges, header, requestBody, responseBody, type Exchange } from './golden.spec-util.ts';
import { readStream } from './ipc-reader.ts';
import { PageAssembler } from './page.ts';
import { readRelation } from './testing/relation.ts';
import { u32 } from './testing/query-data.ts';

const arrow: Arrow = await loadArrow();
const answers = exchanges.filter((e) => e.query === 'data' && e.method === 'GET');

interface Outcome {
  readonly rows: string[];
  readonly positions: Record<number, string>;
  readonly ended: string;
}

/** Parses pieces of an answer as a select does. */
function parse(e: Exchange, pieces: Iterable<Uint8Array>): Outcome {
  const relation = readRelation(arrow, requestBody(e));
  const fields: Field[] = relation.fields.slice(0, relation.projection.length);
  const pages = new PageAssembler(arrow, new arrow.Schema(fields), Number(header(e, 'tabular-num-of-subsplits')));
  const reader = new FrameReader();
  const rows: string[] = [];
  const positions: Record<number, string> = {};
  let ended = 'open';
  const take = (frame: Frame): void => {
    if (frame.type !== 'message') {
      ended = frame.type;
      if (pages.open) ended += ' in a page';
      return;
    }
    const page = pages.accept(frame);
    if (page === undefined) return;
    positions[page.stream] = String(page.nextRowId);
    for (const batch of page.batches) rows.push(...rowsOf(batch).map((row) => JSON.stringify(row, (_, v: unknown) => (typeof v === 'bigint' ? `${v}n` : v))));
  };
  for (const piece of pieces) {
    reader.push(piece);
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) take(frame);
  }
  if (ended === 'open') ended = pages.open || !reader.atBoundary ? 'in the middle' : 'between pages';
  return { rows, positions, ended };
}

const bytewise = (body: Uint8Array): Uint8Array[] => Array.from(body, (byte) => Uint8Array.of(byte));

/** Where frames begin in an answer, found by asking for one frame after the other. */
function frameStarts(body: Uint8Array): number[] {
  const starts: number[] = [];
  for (let at = 0; at < body.byteLength; ) {
    starts.push(at);
    const id = Buffer.from(body.buffer, body.byteOffset).readUInt32LE(at);
    if (id >= 0xfffffffd) at += 4;
    else {
      const reader = new FrameReader();
      reader.push(body.subarray(at));
      const frame = reader.next();
      at += frame?.type === 'message' ? 12 + frame.bytes.byteLength : body.byteLength;
    }
  }
  return starts;
}

describe.each(answers.map((e) => [e.file, e] as const))('%s', (_, e) => {
  const body = responseBody(e);
  const whole = parse(e, [body]);

  test('whole', () => {
    expect(whole.ended).toBe('completed');
    const asked = e.request_headers.filter(([key, value]) => key.startsWith('tabular-start-row-id') && !value.endsWith(',281474976710655'));
    expect(Object.keys(whole.positions).length).toBe(asked.length);
  });

  test('in one-byte pieces', () => expect(parse(e, bytewise(body))).toEqual(whole));

  test('with keep-alives before every frame', () => {
    const starts = frameStarts(body);
    const parts = starts.flatMap((at, i) => [u32(KEEP_ALIVE), u32(KEEP_ALIVE), body.subarray(at, starts[i + 1])]);
    expect(parse(e, parts)).toEqual(whole);
    expect(parse(e, bytewise(Buffer.concat(parts)))).toEqual(whole);
  });

  test('with a failure frame instead of every frame', () => {
    for (const at of frameStarts(body)) {
      const failed = Buffer.concat([body.subarray(0, at), u32(0xfffffffd), Buffer.alloc(12, 7)]);
      const outcome = parse(e, bytewise(failed));
      expect(outcome.ended).toMatch(/^failed/);
      expect(whole.rows.slice(0, outcome.rows.length)).toEqual(outcome.rows);
    }
  });

  test('cut anywhere: fewer rows, and never taken for the end', () => {
    const step = Math.max(1, Math.floor(body.byteLength / 100));
    for (let at = 0; at < body.byteLength; at += step) {
      const outcome = parse(e, [body.subarray(0, at)]);
      expect(outcome.ended).toMatch(/^(in the middle|between pages)$/);
      expect(whole.rows.slice(0, outcome.rows.length)).toEqual(outcome.rows);
      const complete = Object.values(outcome.positions).length === Object.values(whole.positions).length;
      if (outcome.ended === 'between pages' && outcome.rows.length < whole.rows.length) expect(complete).toBe(false);
    }
  });
});

describe('damaged answers give rows or a VastError, quickly', () => {
  test('random bytes changed', () => {
    const usable = answers.filter((e) => responseBody(e).byteLength < 3000);
    fc.assert(
      fc.property(
        fc.nat(usable.length - 1),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        (which, changes) => {
          const e = usable[which] as Exchange;
          const body = Buffer.from(responseBody(e));
          for (const [at, value] of changes) body[at % body.byteLength] = value;
          try {
            parse(e, [body]);
          } catch (error) {
            if (!(error instanceof VastError)) throw error;
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  test('every third byte set to 0xff, one answer', () => {
    const e = answers.find((each) => each.seq === 47) as Exchange;
    for (let at = 0; at < responseBody(e).byteLength; at += 3) {
      const body = Buffer.from(responseBody(e));
      body[at] = 0xff;
      try {
        parse(e, [body]);
      } catch (error) {
        if (!(error instanceof VastError)) throw error;
      }
    }
  });

  test('impossible sizes are refused before anything is waited for', () => {
    const head = Buffer.alloc(20);
    head.writeUInt32LE(0xffffffff, 12);
    for (const size of [0x7fffffff, -1, 0x200000]) {
      const reader = new FrameReader();
      head.writeInt32LE(size, 16);
      reader.push(Buffer.from(head));
      expect(() => reader.next()).toThrow(/metadata of/);
    }
  });

  test('one-byte pieces of a large message take linear time', () => {
    const reader = new FrameReader();
    const e = answers.find((each) => each.seq === 58) as Exchange;
    const started = performance.now();
    for (const byte of bytewise(responseBody(e))) {
      reader.push(byte);
      while (reader.next() !== undefined);
    }
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

test('bytes at odd places of a Buffer, and values that are copies', () => {
  const e = answers.find((each) => each.seq === 47) as Exchange;
  const whole = parse(e, [responseBody(e)]);
  for (let shift = 1; shift < 8; shift++) {
    const shifted = Buffer.concat([Buffer.alloc(shift), responseBody(e)]).subarray(shift);
    expect(parse(e, [shifted])).toEqual(whole);
    const insert = exchanges.find((each) => each.seq === 28) as Exchange;
    const moved = Buffer.concat([Buffer.alloc(shift), responseBody(insert)]).subarray(shift);
    const { batches } = readStream(arrow, moved, 'row ids');
    moved.fill(0xff);
    expect(shift % 8 === 0 || batches.flatMap(rowsOf).length === 9).toBe(true);
  }
});
