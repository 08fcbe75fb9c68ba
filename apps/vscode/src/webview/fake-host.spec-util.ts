/** A host in the page: the real engine over a file in memory, and what VS Code would do remembered for tests to look at. */
import { memorySource } from '@exr/core';
import { openSession, type Session as FileSession } from '../engine/index.ts';
import { USUAL_CANVAS } from '../shared/fit.ts';
import type { HostSide, Opened, Settings, WebviewSide } from '../shared/protocol.ts';
import { Endpoint, RpcError, type WireMessage } from '../shared/rpc.ts';
import type { ViewState } from '../shared/view-state.ts';
import type { WebviewApi } from './session.ts';

export const SETTINGS: Settings = { exposureStep: 0.5, background: 'theme', toneMap: 'none', pixelValuesFrom: 48, maxFullPixels: 2 ** 24 };

export interface FakeHostOptions {
  readonly settings?: Partial<Settings>;
  readonly state?: Partial<ViewState> | null;
  /** Milliseconds that every request waits. */
  readonly delay?: number;
  readonly mtime?: Date | null;
  /** The first request of a method that fails, and with what. */
  readonly failure?: readonly [string, RpcError];
}

export class FakeHost {
  readonly endpoint: Endpoint<HostSide, WebviewSide>;
  /** Requests in order, by method. */
  readonly asked: { readonly method: string; readonly params: unknown }[] = [];
  readonly copied: string[] = [];
  readonly saved: { readonly suggested: string; readonly data: Uint8Array | string }[] = [];
  readonly states: ViewState[] = [];
  readonly troubles: string[] = [];
  readonly commands: string[] = [];
  /** Set by a test: the next request of this method fails with it. */
  readonly failures = new Map<string, RpcError>();
  settings: Settings;
  #file: FileSession | null = null;
  #revision = 0;
  #kept: unknown;
  #toPage: (message: unknown) => void = () => undefined;
  readonly #options: FakeHostOptions;

  constructor(options: FakeHostOptions = {}) {
    this.#options = options;
    this.settings = { ...SETTINGS, ...options.settings };
    if (options.failure) this.failures.set(...options.failure);
    // As postMessage does: the other side gets a copy, later.
    this.endpoint = new Endpoint<HostSide, WebviewSide>((message) => this.#deliver(message), this.#handlers());
    this.endpoint.on('state', (state) => void this.states.push(state));
    this.endpoint.on('trouble', ({ message }) => void this.troubles.push(message));
  }

  /** Opens a file, or another in its place as when it was rendered anew. */
  async open(bytes: Uint8Array, name: string): Promise<Opened> {
    await this.#file?.close();
    const mtime = this.#options.mtime ?? null;
    this.#file = await openSession(memorySource(bytes, name), { name, revision: ++this.#revision, mtime: () => mtime, tier: 'leaders', threads: 1 });
    this.#file.prepare(null, USUAL_CANVAS);
    const opened = { ...this.#file.opened, settings: this.settings };
    if (this.#revision > 1) this.endpoint.emit('reloaded', opened);
    return opened;
  }

  /** What the webview is given as acquireVsCodeApi's result; `receive` gets what the host posts. */
  api(receive: (message: unknown) => void): WebviewApi {
    this.#toPage = receive;
    return {
      postMessage: (message) => void setTimeout(() => this.endpoint.receive(structuredClone(message) as WireMessage)),
      getState: () => this.#kept,
      setState: (state) => {
        this.#kept = structuredClone(state);
      },
    };
  }

  #deliver(message: WireMessage): void {
    const copy = structuredClone(message);
    setTimeout(() => this.#toPage(copy), this.#options.delay ?? 0);
  }

  #handlers() {
    const asking = <M extends keyof HostSide['requests'] & string>(method: M, answer: (params: HostSide['requests'][M]['params'], context: { signal: AbortSignal; progress: (progress: { done: number; total: number }) => void }) => Promise<HostSide['requests'][M]['result']> | HostSide['requests'][M]['result']) =>
      async (params: HostSide['requests'][M]['params'], context: { signal: AbortSignal; progress: (progress: { done: number; total: number }) => void }) => {
        this.asked.push({ method, params });
        const failure = this.failures.get(method);
        if (failure) {
          this.failures.delete(method);
          throw failure;
        }
        return answer(params, context);
      };
    const file = (): FileSession => {
      if (!this.#file) throw new RpcError('CLOSED', 'usage', 'no file was opened');
      return this.#file;
    };
    return {
      ready: asking('ready', () => ({ opened: { ...file().opened, settings: this.settings }, state: this.#options.state ?? null })),
      sight: asking('sight', (params, context) => file().sight(params, context)),
      structure: asking('structure', (params, context) => file().structure(params, context)),
      image: asking('image', (params, context) => file().image(params, context)),
      pixels: asking('pixels', (params, context) => file().pixels(params, context)),
      stats: asking('stats', (params, context) => file().stats(params, context)),
      thumbnail: asking('thumbnail', (params, context) => file().thumbnail(params, context)),
      attribute: asking('attribute', (params) => file().attribute(params)),
      copyText: asking('copyText', ({ text }) => {
        this.copied.push(text);
        return null;
      }),
      save: asking('save', (given) => {
        this.saved.push(given);
        return true;
      }),
      command: asking('command', ({ name }) => {
        this.commands.push(name);
        return null;
      }),
    };
  }
}
