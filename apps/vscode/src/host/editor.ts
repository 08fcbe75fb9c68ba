/** One editor: a webview, what it asks, and how its view stands. */
import * as vscode from 'vscode';
import type { OpenedFile } from '../engine/index.ts';
import { type Canvas, canvasFrom } from '../shared/fit.ts';
import type { Given, HostSide, Opened, ViewCommand, WebviewSide } from '../shared/protocol.ts';
import { neutral } from '../shared/neutral.ts';
import { Endpoint, type Handlers, type WireMessage } from '../shared/rpc.ts';
import { viewStateFrom, type ViewState } from '../shared/view-state.ts';
import type { ExrDocument } from './document.ts';
import { saveTo } from './say.ts';
import type { HostSettings } from './settings.ts';

export interface EditorOptions {
  readonly settings: () => HostSettings;
  /** How the file was looked at last. */
  readonly remembered: () => ViewState | null;
  readonly run: (editor: ExrEditor, command: HostSide['requests']['command']['params']['name']) => Promise<void>;
  readonly trouble: (message: string) => void;
  /** Told how large the picture's part of the page is. */
  readonly canvas: (canvas: Canvas) => void;
}

export class ExrEditor implements vscode.Disposable {
  readonly endpoint: Endpoint<HostSide, WebviewSide>;
  readonly #moved = new vscode.EventEmitter<ViewState>();
  readonly onDidMove = this.#moved.event;
  readonly #subscriptions: vscode.Disposable[] = [];
  readonly #options: EditorOptions;
  /** As the view said last, or as it was left; null: as it comes. */
  state: ViewState | null;
  #disposed = false;
  /** The webview has asked for the file: what is sent before that would be lost. */
  #ready = false;
  #linked = false;
  /** By the wall clock, in milliseconds: when what was done. */
  readonly times: Record<string, number> = {};

  constructor(readonly document: ExrDocument, readonly panel: vscode.WebviewPanel, options: EditorOptions) {
    this.#options = options;
    this.state = options.remembered();
    this.endpoint = new Endpoint<HostSide, WebviewSide>((message) => this.#post(message), this.#handlers());
    this.endpoint.on('state', (state) => {
      this.state = viewStateFrom(state);
      this.#moved.fire(this.state);
    });
    this.endpoint.on('trouble', ({ message }) => options.trouble(`${document.name}: ${String(message)}`));
    this.#subscriptions.push(
      this.#moved,
      panel.webview.onDidReceiveMessage((message: WireMessage) => this.endpoint.receive(message)),
      document.onDidReload((opened) => this.endpoint.emit('reloaded', this.#withSettings(opened))),
      document.onDidFail(({ message, code }) => this.endpoint.emit('failed', { message, code })),
    );
  }

  get path(): string {
    return this.document.uri.path;
  }

  /** A panel that was closed answers no question: VS Code throws, also while it tells of the closing. */
  get visible(): boolean {
    return !this.#disposed && this.panel.visible;
  }

  get active(): boolean {
    return !this.#disposed && this.panel.active;
  }

  get viewColumn(): vscode.ViewColumn | undefined {
    return this.#disposed ? undefined : this.panel.viewColumn;
  }

  /** What the view begins with, when the file is open within `patience` milliseconds. */
  async given(patience: number): Promise<Given | null> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), patience)));
    try {
      return await Promise.race([this.#begin(), late]);
    } catch {
      return null; // said when the view asks
    } finally {
      clearTimeout(timer);
    }
  }

  async #begin(): Promise<Given> {
    const opened = this.#withSettings(await this.document.opened());
    return { opened, state: this.state, times: { ...this.document.times, ...this.times } };
  }

  command(name: ViewCommand): void {
    this.endpoint.emit('viewCommand', { name });
  }

  follow(state: Partial<ViewState>): void {
    if (this.#ready) this.endpoint.emit('follow', state);
    else this.state = viewStateFrom(state, this.state ?? undefined);
  }

  linked(yes: boolean): void {
    this.#linked = yes;
    if (this.#ready) this.endpoint.emit('linked', yes);
  }

  settingsChanged(): void {
    this.endpoint.emit('settings', this.#options.settings().view);
  }

  dispose(): void {
    this.#disposed = true;
    this.endpoint.close();
    for (const each of this.#subscriptions) each.dispose();
  }

  #post(message: WireMessage): void {
    if (!this.#disposed) void Promise.resolve(this.panel.webview.postMessage(message)).catch(() => undefined); // the panel was closed meanwhile
  }

  #withSettings(opened: OpenedFile): Opened {
    return { ...opened, settings: this.#options.settings().view };
  }

  #handlers(): Handlers<HostSide> {
    const { document } = this;
    return {
      ready: async () => {
        this.times['asked'] ??= Date.now();
        const begin = await this.#begin();
        this.#ready = true;
        if (this.#linked) this.endpoint.emit('linked', true);
        return begin;
      },
      sight: (params, context) => {
        this.#options.canvas(canvasFrom(params.canvas));
        return document.ask(params.revision, (session) => session.sight(params, context));
      },
      structure: ({ revision, deep }, context) => document.structure(revision, deep === true, context),
      image: (params, context) => document.ask(params.revision, (session) => session.image(params, context)),
      pixels: (params, context) => document.ask(params.revision, (session) => session.pixels(params, context)),
      stats: (params, context) => document.ask(params.revision, (session) => session.stats(params, context)),
      thumbnail: (params, context) => document.ask(params.revision, (session) => session.thumbnail(params, context)),
      attribute: (params) => document.ask(params.revision, (session) => session.attribute(params)),
      copyText: async ({ text }) => {
        await vscode.env.clipboard.writeText(text);
        return null;
      },
      save: ({ suggested, data }) => saveAs(document.uri, suggested, data),
      command: async ({ name }) => {
        await this.#options.run(this, name);
        return null;
      },
    };
  }
}

/** Asks where, beside the file, and writes there; false when the user thought better of it. */
export async function saveAs(beside: vscode.Uri, suggested: string, data: Uint8Array | string): Promise<boolean> {
  const name = neutral(suggested.replace(/[/\\:*?"<>|]/g, '_'), 200);
  const ending = /\.(\w+)$/.exec(name)?.[1];
  const folder = beside.scheme === 'file' || vscode.workspace.getWorkspaceFolder(beside) ? vscode.Uri.joinPath(beside, '..') : vscode.workspace.workspaceFolders?.[0]?.uri;
  const target = await saveTo({
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, name) }),
    ...(ending && { filters: { [ending.toUpperCase()]: [ending] } }),
  });
  if (!target) return false;
  await vscode.workspace.fs.writeFile(target, typeof data === 'string' ? new TextEncoder().encode(data) : data);
  return true;
}
