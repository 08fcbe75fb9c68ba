/** The webview's end of the channel: what the host tells goes into the store, what people do goes to the host. */
import type { Box, Given, HostSide, Opened, ViewCommand, WebviewSide } from '../shared/protocol.ts';
import { Endpoint, RpcError, type WireMessage } from '../shared/rpc.ts';
import { statsCsv } from '../shared/stats-csv.ts';
import { DEFAULT_VIEW, SHARED_KEYS, viewStateFrom, type ViewState } from '../shared/view-state.ts';
import { viewAfter } from './state/commands.ts';
import { type Asked, currentLayer, IDLE, INITIAL, lastOf, type Model, type Pointing, titleOf } from './state/model.ts';
import { Store } from './state/store.ts';
import { valuesText } from './format/pixels.ts';

/** What acquireVsCodeApi gives. */
export interface WebviewApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

/** What the picture's part of the page does for the session; there while it is on the page. */
export interface PictureSide {
  capture(scope: 'view' | 'image'): Promise<Uint8Array>;
  probe(): Record<string, unknown>;
  /** What can be seen, in pixels of level (0, 0). */
  visible(): Box | null;
  /** Shows a pixel of level (0, 0) in the middle, near enough to see it. */
  goTo(x: number, y: number): void;
}

const STATE_EVERY = 60;

export class Session {
  readonly store = new Store<Model>(INITIAL);
  readonly pointing = new Store<Pointing>({ at: null, values: [], exact: null });
  readonly host: Endpoint<WebviewSide, HostSide>;
  /** Milliseconds since the page began: when what was seen. */
  readonly times: Record<string, number> = {};
  picture: PictureSide | null = null;
  /** Something is to be seen where the picture's planes are not yet. */
  isSighted = false;
  readonly #api: WebviewApi;
  #hasAsked = false;
  #sending: ReturnType<typeof setTimeout> | null = null;
  #stopStats: AbortController | null = null;
  #stopStructure: AbortController | null = null;

  /** `given`: what the page carried. */
  constructor(api: WebviewApi, given: Given | null = null) {
    this.#api = api;
    this.host = new Endpoint<WebviewSide, HostSide>((message) => api.postMessage(message), {
      capture: async ({ scope }) => ({ png: await this.#pictureSide().capture(scope) }),
      probe: () => this.probe(),
    });
    const { host, store } = this;
    host.on('reloaded', (opened) => this.#take(opened));
    host.on('failed', (failure) => store.set({ failure }));
    host.on('settings', (settings) => {
      const { opened } = store.value;
      if (opened) store.set({ opened: { ...opened, settings } });
    });
    host.on('follow', (state) => {
      const shared = Object.fromEntries(SHARED_KEYS.filter((key) => key in state).map((key) => [key, state[key]]));
      store.set({ view: viewStateFrom(shared, store.value.view) });
      this.#keep();
    });
    host.on('linked', (linked) => store.set({ linked }));
    host.on('viewCommand', ({ name }) => this.run(name));
    if (given) this.#begin(given);
  }

  receive(message: unknown): void {
    this.host.receive(message as WireMessage);
  }

  /** Asks for the file. Failures end up in the store. */
  async start(): Promise<void> {
    try {
      this.#begin(await this.host.call('ready', {}));
      this.#hasAsked = true;
    } catch (error) {
      this.store.set({ failure: failureOf(error) });
    }
  }

  #begin({ opened, state, times = {} }: Given): void {
    for (const [name, time] of Object.entries(times)) this.times[`host.${name}`] ??= time - performance.timeOrigin;
    if (this.store.value.opened === null) {
      const base = { ...DEFAULT_VIEW, toneMap: opened.settings.toneMap };
      this.store.set({ view: viewStateFrom(this.#api.getState() ?? state, base) });
    }
    this.#take(opened);
  }

  setView(patch: Partial<ViewState>): void {
    const { view } = this.store.value;
    if ((Object.keys(patch) as (keyof ViewState)[]).every((key) => Object.is(view[key], patch[key]))) return;
    this.store.set({ view: { ...view, ...patch } });
    if (this.#sending !== null) return;
    this.#sending = setTimeout(() => {
      this.#sending = null;
      this.#keep();
      this.host.emit('state', this.store.value.view);
    }, STATE_EVERY);
  }

  run(command: ViewCommand): void {
    const { store } = this;
    const before = store.value.view;
    this.setView(viewAfter(command, before, { opened: store.value.opened, zoom: store.value.zoom }));
    if (command === 'help') store.set({ help: !store.value.help });
    else if (command === 'reload') void this.start();
    else if (command === 'exportPng') void this.#doing('The picture was saved.', () => this.#exportPng());
    else if (command === 'exportStatsCsv') void this.#doing('The statistics were saved.', () => this.#exportStats());
    else if (command === 'copyValues') void this.#doing('The values were copied.', () => this.#copyValues());
    else if (command === 'findLayer' || command === 'findAttribute') focusSearch();
    else {
      const said = spoken(before, store.value);
      if (said) this.say(said);
    }
  }

  /** Tells a screen reader, and shows it for a moment. */
  say(said: string): void {
    this.store.set({ said: '' });
    this.store.set({ said });
  }

  askStructure(deep = false): void {
    const { opened } = this.store.value;
    if (!opened) return;
    this.#stopStructure?.abort(new RpcError('CANCELLED', 'usage', 'asked anew'));
    const stop = (this.#stopStructure = new AbortController());
    void this.#ask('structure', (onProgress) => this.host.call('structure', { revision: opened.revision, deep }, { signal: stop.signal, onProgress }));
  }

  askStats(part: number, region: Box | null): void {
    const { opened } = this.store.value;
    if (!opened) return;
    this.cancelStats();
    const stop = (this.#stopStats = new AbortController());
    void this.#ask('stats', async (onProgress) => ({
      ...(await this.host.call('stats', { revision: opened.revision, part, region: region ?? undefined }, { signal: stop.signal, onProgress })), region,
    }));
  }

  cancelStats(): void {
    this.#stopStats?.abort(new RpcError('CANCELLED', 'usage', 'cancelled'));
    this.#stopStats = null;
  }

  copy(text: string, what: string): void {
    void this.#doing(`${what} copied.`, async () => void (await this.host.call('copyText', { text })));
  }

  goTo(x: number, y: number): void {
    this.picture?.goTo(x, y);
    this.say(`At ${x}, ${y}`);
  }

  /** For tests. */
  probe(): Record<string, unknown> {
    const { opened, view, picture, failure, noPicture, structure, stats, selection, zoom } = this.store.value;
    return {
      revision: opened?.revision ?? null, state: view, status: picture, picture: null, failure, noPicture, zoom, selection, structure: structure.status, stats: stats.status,
      layer: currentLayer(this.store.value)?.id ?? null, pointing: this.pointing.value, times: this.times, ...this.picture?.probe(),
    };
  }

  /** A newer file, or the first: what was measured of the old one goes, how it is looked at stays. */
  #take(opened: Opened): void {
    const { opened: old } = this.store.value;
    if (old && opened.revision < old.revision) return;
    const isNew = old?.revision !== opened.revision;
    if (isNew) this.cancelStats();
    this.store.set({ opened, failure: null, ...(isNew && { stats: IDLE, structure: IDLE, selection: null }) });
    if (isNew) {
      // What the page carried may be older than the page: VS Code shows it again when its tab comes to the front.
      if (old && this.#hasAsked) this.say('The file changed and was read again.');
      this.askStructure();
    }
  }

  async #ask<K extends 'structure' | 'stats'>(key: K, call: (onProgress: (progress: { done: number; total: number }) => void) => Promise<unknown>): Promise<void> {
    const { store } = this;
    const before = lastOf(store.value[key] as Asked<unknown>);
    let mine = { status: 'running', progress: null, before } as Model[K];
    const put = (next: Model[K]): boolean => {
      if (store.value[key] !== mine) return false;
      mine = next;
      store.set({ [key]: next } as Partial<Model>);
      return true;
    };
    store.set({ [key]: mine } as Partial<Model>);
    try {
      const answer = await call((progress) => put({ status: 'running', progress, before } as Model[K]));
      put({ status: 'done', answer } as Model[K]);
    } catch (error) {
      const { message, code } = failureOf(error);
      put((code === 'CANCELLED' ? (before ? { status: 'done', answer: before } : IDLE) : { status: 'failed', message, before }) as Model[K]);
    }
  }

  async #doing(done: string, what: () => Promise<unknown>): Promise<void> {
    try {
      if ((await what()) !== false) this.say(done);
    } catch (error) {
      this.say(failureOf(error).message);
    }
  }

  async #exportPng(): Promise<boolean> {
    const data = await this.#pictureSide().capture('image');
    return this.host.call('save', { suggested: this.#fileName('png'), data });
  }

  async #exportStats(): Promise<boolean> {
    const answer = lastOf(this.store.value.stats);
    if (!answer) throw new Error('There are no statistics yet: measure first, in the statistics panel.');
    return this.host.call('save', { suggested: this.#fileName('csv'), data: statsCsv([answer]) });
  }

  async #copyValues(): Promise<void> {
    const text = valuesText(this.pointing.value);
    if (!text) throw new Error('Point at a pixel first: its values are copied.');
    await this.host.call('copyText', { text });
  }

  #fileName(extension: string): string {
    const name = (this.store.value.opened?.name ?? 'picture').replace(/\.[^.]*$/, '');
    const layer = currentLayer(this.store.value);
    return `${name}${layer?.layer && extension === 'png' ? `.${layer.layer.replace(/[^\w.-]+/g, '_')}` : ''}.${extension}`;
  }

  #pictureSide(): PictureSide {
    if (!this.picture) throw new Error(this.store.value.noPicture ?? 'There is no picture to export.');
    return this.picture;
  }

  #keep(): void {
    this.#api.setState(this.store.value.view);
  }
}

export function failureOf(error: unknown): { message: string; code: string } {
  if (error instanceof RpcError) return { message: error.message, code: error.code };
  return { message: error instanceof Error ? error.message : String(error), code: 'INTERNAL' };
}

/** The search field of the panel that was just opened. */
function focusSearch(): void {
  requestAnimationFrame(() => requestAnimationFrame(() => document.querySelector<HTMLInputElement>('[data-search]')?.focus()));
}

function upperFirst(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** What a command changed, in words. */
function spoken(before: ViewState, { view, opened }: Model): string | null {
  if (view.layer !== before.layer) {
    const layer = currentLayer({ view, opened });
    return layer ? `${layer.layer && layer.kind !== 'samples' ? `Layer ${layer.layer}` : upperFirst(titleOf(layer))}${layer.view ? `, view ${layer.view}` : ''}` : null;
  }
  if (view.exposure !== before.exposure) return `Exposure ${view.exposure}`;
  if (view.gamma !== before.gamma) return `Gamma ${view.gamma}`;
  if (view.toneMap !== before.toneMap) return `Tone map ${view.toneMap}`;
  if (view.normalise !== before.normalise) return `Normalise ${view.normalise}`;
  if (view.solo !== before.solo) return view.solo === 'none' ? 'All channels' : `${view.solo[0]!.toUpperCase()}${view.solo.slice(1)} alone`;
  if (view.falseColour !== before.falseColour) return `False colour ${view.falseColour ? 'on' : 'off'}`;
  if (view.marks !== before.marks) return 'Marks changed';
  if (view.level !== before.level) return `Level ${view.level.x}, ${view.level.y}`;
  return null;
}
