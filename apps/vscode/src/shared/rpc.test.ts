import { describe, expect, it } from 'vitest';
import { Endpoint, RpcError, type Handlers, type WireMessage } from './rpc.ts';

interface Worker {
  readonly requests: {
    readonly double: { readonly params: { readonly value: number }; readonly result: number };
    readonly fail: { readonly params: null; readonly result: null };
    readonly wait: { readonly params: null; readonly result: null };
  };
  readonly events: { readonly hello: string };
}
interface Asker {
  readonly requests: Record<string, never>;
  readonly events: Record<string, never>;
}

function pair(handlers: Partial<Handlers<Worker>> = {}) {
  const seen: WireMessage[] = [];
  const all: Handlers<Worker> = { double: ({ value }) => value * 2, fail: () => Promise.reject(Object.assign(new Error('part 1, chunk 2: bad'), { code: 'BAD_CHUNK', kind: 'format' })), wait: () => new Promise(() => undefined), ...handlers };
  // Over a structured clone, as the real channel does.
  const asker: Endpoint<Asker, Worker> = new Endpoint<Asker, Worker>((message) => queueMicrotask(() => worker.receive(structuredClone(message))), {});
  const worker: Endpoint<Worker, Asker> = new Endpoint<Worker, Asker>((message) => {
    seen.push(message);
    queueMicrotask(() => asker.receive(structuredClone(message)));
  }, all);
  return { asker, worker, seen };
}

describe('Endpoint', () => {
  it('answers', async () => {
    const { asker } = pair();
    await expect(asker.call('double', { value: 21 })).resolves.toBe(42);
  });

  it('carries an error with its code and kind', async () => {
    const { asker } = pair();
    await expect(asker.call('fail', null)).rejects.toMatchObject({ code: 'BAD_CHUNK', kind: 'format', message: 'part 1, chunk 2: bad' });
  });

  it('refuses a method that is not there, also one of Object.prototype', async () => {
    const { asker } = pair();
    await expect(asker.call('toString' as 'double', { value: 1 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('cancels: the caller is told at once, the handler by its signal', async () => {
    let aborted: (reason: unknown) => void = () => undefined;
    const told = new Promise((resolve) => (aborted = resolve));
    const { asker } = pair({ wait: (_, { signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => (aborted(signal.reason), reject(signal.reason)))) });
    const stop = new AbortController();
    const call = asker.call('wait', null, { signal: stop.signal });
    await Promise.resolve();
    stop.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
    await expect(told).resolves.toBeInstanceOf(RpcError);
  });

  it('passes progress on and events across', async () => {
    const { asker, worker } = pair({ double: async ({ value }, { progress }) => { progress({ done: 1, total: 2 }); await Promise.resolve(); return value; } });
    const steps: unknown[] = [];
    const heard: string[] = [];
    const stop = asker.on('hello', (text) => heard.push(text));
    await asker.call('double', { value: 1 }, { onProgress: (step) => steps.push(step) });
    worker.emit('hello', 'a');
    await new Promise((resolve) => setTimeout(resolve));
    stop();
    worker.emit('hello', 'b');
    await new Promise((resolve) => setTimeout(resolve));
    expect(steps).toEqual([{ done: 1, total: 2 }]);
    expect(heard).toEqual(['a']);
  });

  it('leaves nothing hanging when an end closes', async () => {
    let aborted = false;
    const { asker, worker } = pair({ wait: (_, { signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => ((aborted = true), reject(signal.reason)))) });
    const call = asker.call('wait', null);
    await new Promise((resolve) => setTimeout(resolve));
    worker.close();
    asker.close();
    await expect(call).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(asker.call('double', { value: 1 })).rejects.toMatchObject({ code: 'CLOSED' });
    expect(aborted).toBe(true);
  });

  it('passes over what is no message', () => {
    const { asker } = pair();
    for (const message of [null, 1, 'x', {}, { kind: 'result', id: 99, result: 1 }]) expect(() => asker.receive(message as WireMessage)).not.toThrow();
  });
});
