import { DEFAULT_LIMITS, ExrError } from '@exr/core';
import type { ExrStore, InspectedFile, Outcome } from '@exr/core/store';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Batcher } from './batcher.ts';
import type { Subject } from '../event/subject.ts';
import type { ObjectStore } from '../source/object.ts';
import { Deadlines } from './deadline.ts';
import { Gate, Overloaded } from './gate.ts';
import { inspectSubject } from './inspection.ts';
import { verdictOnRead } from './verdict.ts';

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const file = (path: string, header_bytes = 1): InspectedFile => ({ report: { file: { header_bytes } }, identity: { bucket: 'b', path } }) as unknown as InspectedFile;

/** A store that keeps paths; `bad` ones fail every transaction that they are in. */
class MemoryStore {
  readonly transactions: string[][] = [];
  readonly kept = new Set<string>();
  removed: string[] = [];
  bad = new Set<string>();
  down: ExrError | null = null;
  hold: Promise<void> = Promise.resolve();
  async put(files: readonly InspectedFile[]): Promise<{ outcomes: Outcome[] }> {
    await this.hold;
    if (this.down) throw this.down;
    const paths = files.map(({ identity }) => identity.path);
    if (paths.length > 0) this.transactions.push(paths);
    if (paths.some((path) => this.bad.has(path))) throw new ExrError('READ_FAILED', 'the store failed');
    for (const path of paths) this.kept.add(path);
    return { outcomes: paths.map(() => 'new') };
  }
  async remove(locations: readonly { path: string }[]): Promise<number> {
    if (this.down) throw this.down;
    this.removed.push(...locations.map(({ path }) => path));
    return locations.length;
  }
}
const batcherOf = (store: MemoryStore, options: Partial<ConstructorParameters<typeof Batcher>[1]> = {}): Batcher => new Batcher(store as unknown as ExrStore, { windowMs: 1, mostFiles: 256, ...options });

describe('batches', () => {
  it('what comes together is one transaction; each gets its own answer', async () => {
    const store = new MemoryStore();
    const batcher = batcherOf(store);
    expect(await Promise.all([...'abc'].map((path) => batcher.put(file(path))))).toEqual(['new', 'new', 'new']);
    expect(store.transactions).toEqual([['a', 'b', 'c']]);
  });
  it('while one runs the next gathers, at most so many files and bytes', async () => {
    const store = new MemoryStore();
    let release: () => void = () => undefined;
    store.hold = new Promise((resolve) => (release = resolve));
    const batcher = batcherOf(store, { windowMs: 0, mostFiles: 3 });
    const first = batcher.put(file('first'));
    await new Promise((resolve) => setTimeout(resolve, 5));
    const others = [...'abcd'].map((path) => batcher.put(file(path)));
    const giants = ['g', 'h'].map((path) => batcher.put(file(path, 40_000_000)));
    release();
    await Promise.all([first, ...others, ...giants, batcher.flush()]);
    expect(store.transactions).toEqual([['first'], ['a', 'b', 'c'], ['d', 'g'], ['h']]);
    expect(batcher.depth).toBe(0);
  });
  it('some that cannot be stored do not fail the others', async () => {
    await fc.assert(fc.asyncProperty(fc.uniqueArray(fc.nat(40), { maxLength: 6 }), async (bad) => {
      const store = new MemoryStore();
      store.bad = new Set(bad.map(String));
      const batcher = batcherOf(store);
      const results = await Promise.allSettled(Array.from({ length: 40 }, (_, i) => batcher.put(file(String(i)))));
      expect(results.map(({ status }) => status)).toEqual(results.map((_, i) => (store.bad.has(String(i)) ? 'rejected' : 'fulfilled')));
      expect(store.kept.size).toBe(40 - [...store.bad].filter((path) => Number(path) < 40).length);
    }), { numRuns: 30 });
  });
  it('a store that is down fails all at once, without trying each', async () => {
    for (const code of ['READ_FAILED', 'STORE_BUSY'] as const) {
      const store = new MemoryStore();
      store.down = new ExrError(code, 'down');
      const batcher = batcherOf(store);
      const results = await Promise.allSettled([...Array.from({ length: 50 }, (_, i) => batcher.put(file(String(i)))), batcher.remove({ bucket: 'b', path: 'x' })]);
      expect(results.every((result) => result.status === 'rejected' && (result.reason as ExrError).code === code)).toBe(true);
      expect(store.transactions).toEqual([]);
    }
  });
  it('who no longer waits is left out; who waited for a removal gets it', async () => {
    const store = new MemoryStore();
    const batcher = batcherOf(store);
    const abort = new AbortController();
    const cancelled = batcher.put(file('cancelled'), abort.signal);
    const kept = batcher.put(file('kept'));
    const gone = batcher.remove({ bucket: 'b', path: 'gone' });
    abort.abort(new Error('enough'));
    await expect(cancelled).rejects.toThrow('enough');
    await Promise.all([kept, gone]);
    expect([store.transactions, store.removed]).toEqual([[['kept']], ['gone']]);
    await expect(batcher.put(file('x'), abort.signal)).rejects.toThrow('enough');
  });
});

describe('the gate', () => {
  it('lets in so many, in the order of arrival, whatever fails or is cancelled', async () => {
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.array(fc.constantFrom('fine', 'fails', 'cancelled'), { maxLength: 40 }), async (most, works) => {
      const gate = new Gate(most);
      const begun: number[] = [];
      let [now, peak] = [0, 0];
      const all = works.map((work, i) => {
        const abort = new AbortController();
        const done = gate.run(abort.signal, async () => {
          begun.push(i);
          peak = Math.max(peak, ++now);
          await tick();
          now--;
          if (work === 'fails') throw new Error('failed');
        });
        if (work === 'cancelled') abort.abort(new Error('cancelled'));
        return done;
      });
      await Promise.allSettled(all);
      expect(peak).toBeLessThanOrEqual(most);
      expect(begun).toEqual(begun.toSorted((a, b) => a - b));
      expect(works.every((work, i) => work === 'cancelled' || begun.includes(i))).toBe(true);
      expect([gate.running, gate.queued]).toEqual([0, 0]);
    }));
  });
  it('sends away who would wait too long', async () => {
    const gate = new Gate(1, 1);
    let release: () => void = () => undefined;
    const first = gate.run(undefined, () => new Promise<void>((resolve) => (release = resolve)));
    const second = gate.run(undefined, async () => undefined);
    await expect(gate.run(undefined, async () => undefined)).rejects.toBeInstanceOf(Overloaded);
    release();
    await Promise.all([first, second]);
  });
});

describe('deadlines', () => {
  it('end one, or all, also those that begin later', async () => {
    const deadlines = new Deadlines();
    const [short, long] = [deadlines.begin(1), deadlines.begin(60_000)];
    await new Promise((resolve) => short.signal.addEventListener('abort', resolve));
    expect((short.signal.reason as Error).name).toBe('TimeoutError');
    expect(long.signal.aborted).toBe(false);
    deadlines.stop(new Error('stopping'));
    expect([long, deadlines.begin(60_000)].map(({ signal }) => (signal.reason as Error).message)).toEqual(['stopping', 'stopping']);
    long.done();
  });
});

describe('a key that the server refuses as such', () => {
  const refused = (status: number): ExrError => new ExrError('READ_FAILED', `HTTP ${status}`, { status });
  const store = (answer: (key: string) => ExrError): ObjectStore => ({
    location: 'test', close: async () => undefined,
    open: ({ key }) => ({ name: key, size: () => Promise.reject(answer(key)), read: () => Promise.reject(answer(key)), etag: null, mtime: null, traffic: { requests: 1, bytes: 0 } }),
  });
  const options = { limits: DEFAULT_LIMITS, suffixes: [], stats: false, deepStats: false, statsSeconds: 1, event: null, heavy: new Gate(1), signal: new AbortController().signal };
  const subject = (key: string, ...others: string[]): Subject => ({ action: 'created', bucket: 'b', keys: [key, ...others], etag: null, sequencer: null, size: null, time: null });
  it('is for good when it takes another key, else the server is not well', async () => {
    const { file, gone } = await inspectSubject(store((key) => refused(key === 'odd' ? 400 : 404)), subject('odd'), options);
    expect([file.report.errors[0]!.code, gone]).toEqual(['READ_FAILED', false]);
    await expect(inspectSubject(store(() => refused(400)), subject('odd'), options)).rejects.toMatchObject({ where: { status: 400 } });
    await expect(inspectSubject(store((key) => refused(key === 'odd' ? 400 : 403)), subject('odd'), options)).rejects.toMatchObject({ where: { status: 400 } });
  });
  it.each([['too long', 'k'.repeat(1025)], ['too long in UTF-8', '\u20ac'.repeat(342)], ['half a pair', 'a\ud800'], ['a NUL', 'a\0b'], ['a mebibyte', '\u{1f3ac}'.repeat(2 ** 18)]])('%s is never asked for, and leaves a short row', async (_, key) => {
    const { file, traffic } = await inspectSubject(store(() => refused(500)), subject(key), options);
    expect(file.report.errors).toMatchObject([{ code: 'INVALID_ARGUMENT' }]);
    expect(traffic.requests).toBe(0);
    expect([file.identity.path, file.report.file.path, file.report.errors[0]!.message].every((text) => text.length < 4000)).toBe(true);
  });
  it('another spelling of it is asked for', async () => {
    const { file, gone } = await inspectSubject(store(() => refused(404)), subject('\0', 'fine'), options);
    expect([file.identity.path, gone]).toEqual(['fine', true]);
  });
});

describe('the rule of statuses', () => {
  it.each<[string, unknown, string]>([
    ['404', new ExrError('READ_FAILED', '', { status: 404, serverCode: 'NoSuchKey' }), 'gone'], ['404 of a bucket', new ExrError('READ_FAILED', '', { status: 404, serverCode: 'NoSuchBucket' }), 'transient'], ['403', new ExrError('READ_FAILED', '', { status: 403 }), 'transient'],
    ['503', new ExrError('READ_FAILED', '', { status: 503 }), 'transient'], ['no answer', new ExrError('READ_FAILED', ''), 'transient'], ['412', new ExrError('SOURCE_CHANGED', '', { status: 412 }), 'changed'], ['416', new ExrError('READ_FAILED', '', { status: 416 }), 'changed'],
    ['a key that cannot be', new ExrError('INVALID_ARGUMENT', ''), 'permanent'], ['a key that is too long', new ExrError('READ_FAILED', '', { status: 400, serverCode: 'KeyTooLongError' }), 'permanent'], ['another 400', new ExrError('READ_FAILED', '', { status: 400 }), 'doubtful'], ['400 for keys of ours that have expired', new ExrError('READ_FAILED', '', { status: 400, serverCode: 'ExpiredToken' }), 'transient'], ['414', new ExrError('READ_FAILED', '', { status: 414 }), 'permanent'],
    ['no EXR', new ExrError('NOT_EXR', ''), 'permanent'], ['no ranges', new ExrError('RANGE_UNSUPPORTED', ''), 'transient'], ['closed', new ExrError('CLOSED', ''), 'transient'], ['a bug', new TypeError('x'), 'transient'],
  ])('%s', (_, error, verdict) => expect(verdictOnRead(error)).toBe(verdict));
});
