/**
 * Requests and answers over a channel that only posts messages. Both ends use it: the extension host and the webview. A request always ends:
 * with its result, with the other end's error, with a cancellation, or because the channel closed. Nothing hangs.
 */

/** What goes over the wire. Typed arrays in results travel as they are (VS Code copies them binary since 1.57). */
export type WireMessage =
  | { readonly kind: 'request'; readonly id: number; readonly method: string; readonly params: unknown }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'progress'; readonly id: number; readonly progress: Progress }
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: WireError }
  | { readonly kind: 'event'; readonly name: string; readonly data: unknown };

/** An error as data: `code` is an ExrError's, CANCELLED, or INTERNAL for what nobody foresaw. */
export interface WireError {
  readonly code: string;
  /** Who acts: format, unsupported, limit, io, usage (core's ExrErrorKind), or internal. */
  readonly kind: string;
  readonly message: string;
}

/** `done` of `total` units (chunks), rising. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** Methods and events of one direction: what the other end may ask of this one. */
export interface Side {
  readonly requests: { readonly [method: string]: { readonly params: unknown; readonly result: unknown } };
  readonly events: { readonly [name: string]: unknown };
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export interface HandlerContext {
  /** Aborted when the caller cancels or the channel closes. */
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
}

export type Handlers<S extends Side> = {
  readonly [M in keyof S['requests']]: (params: S['requests'][M]['params'], context: HandlerContext) => Promise<S['requests'][M]['result']> | S['requests'][M]['result'];
};

/** The error that a failed call rejects with. */
export class RpcError extends Error {
  constructor(
    readonly code: string,
    readonly kind: string,
    message: string,
  ) {
    super(message);
    this.name = 'RpcError';
  }
}

/** Any error as data; an ExrError is known by its `code` and `kind`, so that two bundled copies of core understand each other. */
export function wireError(error: unknown): WireError {
  if (error instanceof Error) {
    const { code, kind } = error as { code?: unknown; kind?: unknown };
    if (typeof code === 'string' && typeof kind === 'string') return { code, kind, message: error.message };
    if (error.name === 'AbortError') return { code: 'CANCELLED', kind: 'usage', message: 'cancelled' };
    return { code: 'INTERNAL', kind: 'internal', message: error.message };
  }
  return { code: 'INTERNAL', kind: 'internal', message: String(error) };
}

/** One end of a channel. `Mine` is what this end answers and which events it sends; `Theirs` the same of the other end. */
export class Endpoint<Mine extends Side, Theirs extends Side> {
  readonly #post: (message: WireMessage) => void;
  readonly #handlers: Handlers<Mine>;
  readonly #calls = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void; onProgress: CallOptions['onProgress'] }>();
  readonly #running = new Map<number, AbortController>();
  readonly #listeners = new Map<string, Set<(data: never) => void>>();
  #next = 1;
  #closed = false;

  constructor(post: (message: WireMessage) => void, handlers: Handlers<Mine>) {
    this.#post = post;
    this.#handlers = handlers;
  }

  /** Asks the other end. Rejects with an RpcError, or with `signal.reason` once aborted. */
  call<M extends keyof Theirs['requests'] & string>(method: M, params: Theirs['requests'][M]['params'], { signal, onProgress }: CallOptions = {}): Promise<Theirs['requests'][M]['result']> {
    if (this.#closed) return Promise.reject(new RpcError('CLOSED', 'usage', `${method}: the editor is closed`));
    if (signal?.aborted) return Promise.reject(signal.reason);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        if (!this.#calls.delete(id)) return;
        this.#post({ kind: 'cancel', id });
        reject(signal?.reason);
      };
      const settle = (end: () => void): void => {
        signal?.removeEventListener('abort', onAbort);
        end();
      };
      this.#calls.set(id, { resolve: (value) => settle(() => resolve(value)), reject: (error) => settle(() => reject(error)), onProgress });
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#post({ kind: 'request', id, method, params });
    });
  }

  /** Tells the other end something that has no answer. */
  emit<N extends keyof Mine['events'] & string>(name: N, data: Mine['events'][N]): void {
    if (!this.#closed) this.#post({ kind: 'event', name, data });
  }

  /** Listens to the other end's events; the returned function stops. */
  on<N extends keyof Theirs['events'] & string>(name: N, listener: (data: Theirs['events'][N]) => void): () => void {
    const set = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, set);
    set.add(listener as (data: never) => void);
    return () => set.delete(listener as (data: never) => void);
  }

  /** Whatever came over the wire. What is no message of ours is passed over. */
  receive(message: WireMessage): void {
    if (this.#closed || typeof message !== 'object' || message === null) return;
    switch (message.kind) {
      case 'request':
        void this.#answer(message.id, message.method, message.params);
        return;
      case 'cancel':
        this.#running.get(message.id)?.abort(new RpcError('CANCELLED', 'usage', 'cancelled'));
        return;
      case 'progress':
        this.#calls.get(message.id)?.onProgress?.(message.progress);
        return;
      case 'result':
        this.#take(message.id)?.resolve(message.result);
        return;
      case 'error':
        this.#take(message.id)?.reject(new RpcError(message.error.code, message.error.kind, message.error.message));
        return;
      case 'event':
        for (const listener of [...(this.#listeners.get(message.name) ?? [])]) listener(message.data as never);
    }
  }

  /** Ends everything under way, on both sides of this end: calls reject with CLOSED, handlers' signals abort. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const reason = new RpcError('CLOSED', 'usage', 'the editor was closed');
    for (const call of this.#calls.values()) call.reject(reason);
    for (const running of this.#running.values()) running.abort(reason);
    this.#calls.clear();
    this.#running.clear();
    this.#listeners.clear();
  }

  #take(id: number) {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    return call;
  }

  async #answer(id: number, method: string, params: unknown): Promise<void> {
    const stop = new AbortController();
    this.#running.set(id, stop);
    const reply = (message: WireMessage): void => {
      if (!this.#closed) this.#post(message);
    };
    try {
      const handler = Object.hasOwn(this.#handlers, method) ? this.#handlers[method as keyof Mine['requests']] : undefined;
      if (!handler) throw new RpcError('INVALID_ARGUMENT', 'usage', `no method ${JSON.stringify(method)}`);
      const result = await handler(params as never, { signal: stop.signal, progress: (progress) => reply({ kind: 'progress', id, progress }) });
      reply({ kind: 'result', id, result });
    } catch (error) {
      reply({ kind: 'error', id, error: wireError(error) });
    } finally {
      this.#running.delete(id);
    }
  }
}
