/** The custom editor: which documents and editors there are, and which one is active. */
import * as vscode from 'vscode';
import { type Canvas, USUAL_CANVAS } from '../shared/fit.ts';
import type { HostSide } from '../shared/protocol.ts';
import { ExrDocument, type DocumentOptions } from './document.ts';
import { ExrEditor } from './editor.ts';
import { pageOf, readAssets, type PageAssets } from './html.ts';
import { Links } from './links.ts';
import { publish } from './problems.ts';
import { StatusBar } from './status-bar.ts';
import type { States } from './states.ts';

export const VIEW_TYPE = 'exr.editor';

/** After the last file was closed, workers are kept so long: whoever looks through frames opens the next at once. */
const WARM_MS = 5000;
/** The page waits so long for the header; it takes longer than that to be there at all. */
const READ_WITHIN_MS = 50;

export interface ProviderOptions extends DocumentOptions {
  readonly extensionUri: vscode.Uri;
  readonly states: States;
  readonly log: (line: string) => void;
  readonly run: (editor: ExrEditor, command: HostSide['requests']['command']['params']['name']) => Promise<void>;
}

export class ExrEditorProvider implements vscode.CustomReadonlyEditorProvider<ExrDocument>, vscode.Disposable {
  readonly links = new Links();
  readonly editors = new Set<ExrEditor>();
  readonly #documents = new Set<ExrDocument>();
  readonly #status = new StatusBar();
  readonly #problems = vscode.languages.createDiagnosticCollection('exr');
  readonly #options: ProviderOptions;
  readonly #tabs: vscode.Disposable;
  active: ExrEditor | null = null;
  #assets: Promise<PageAssets> | null = null;
  #canvas: Canvas = USUAL_CANVAS;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ProviderOptions) {
    this.#options = options;
    this.#tabs = vscode.window.tabGroups.onDidChangeTabs(() => this.#activate());
  }

  openCustomDocument(uri: vscode.Uri): ExrDocument {
    const document = new ExrDocument(uri, this.#options);
    this.#documents.add(document);
    const show = (): void => {
      this.#publish(document);
      this.refresh();
    };
    document.onDidExamine(show);
    document.onDidReload(() => {
      this.refresh();
      this.#examine(document);
    });
    document.onDidDispose(() => {
      this.#documents.delete(document);
      this.#problems.delete(uri);
      // Workers wait for the next file; when there is none for a while they only take memory.
      clearTimeout(this.#idle);
      this.#idle = setTimeout(() => this.#endWorkers(), WARM_MS);
    });
    document.opened().then(() => {
      this.refresh();
      this.#examine(document);
    }, () => undefined); // the editor says it
    return document;
  }

  async resolveCustomEditor(document: ExrDocument, panel: vscode.WebviewPanel): Promise<void> {
    const { extensionUri, log, run, settings, states } = this.#options;
    const resolved = Date.now();
    const key = document.uri.toString();
    panel.webview.options = { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(extensionUri, 'dist', 'webview')] };
    const editor = new ExrEditor(document, panel, { settings, remembered: () => states.get(key), run, trouble: log, canvas: (canvas) => (this.#canvas = canvas) });
    this.editors.add(editor);
    editor.onDidMove((state) => {
      states.set(key, state);
      this.links.moved(editor, state);
      this.refresh();
    });
    panel.onDidChangeViewState(() => this.#activate());
    panel.onDidDispose(() => {
      editor.dispose(); // first: from now on its panel throws whatever it is asked
      this.editors.delete(editor);
      this.links.remove(editor);
      this.#activate();
    });
    this.links.add(editor, key, settings().linkVersions);
    this.#activate();
    this.#assets ??= readAssets(extensionUri);
    this.#assets.catch(() => (this.#assets = null)); // the next editor tries again
    const [assets, given] = await Promise.all([this.#assets, editor.given(READ_WITHIN_MS)]);
    if (!this.editors.has(editor)) return;
    Object.assign(editor.times, { resolved, page: Date.now() });
    panel.webview.html = pageOf(panel.webview, assets, given);
    // While the page gets ready; not before, since both take this thread.
    document.prepare(editor.state?.layer ?? null, this.#canvas);
  }

  #endWorkers(): void {
    if (this.#documents.size === 0) void this.#options.platform.loadEngine().then((engine) => this.#documents.size === 0 && engine.closePool());
  }

  /** Shows anew what depends on the active editor. */
  refresh(): void {
    this.#status.show(this.active);
  }

  settingsChanged(): void {
    for (const editor of this.editors) editor.settingsChanged();
    for (const document of this.#documents) this.#publish(document);
  }

  dispose(): void {
    // Without a file that was closed no worker waits, and the engine may never have been loaded.
    if (this.#idle !== undefined) {
      clearTimeout(this.#idle);
      this.#endWorkers();
    }
    this.#tabs.dispose();
    this.#status.dispose();
    this.#problems.dispose();
  }

  #activate(): void {
    const active = [...this.editors].find(({ active }) => active) ?? this.#inDiff();
    if (active !== this.active) void vscode.commands.executeCommand('setContext', 'exr.active', active !== null);
    this.active = active;
    this.refresh();
  }

  /** Neither side of a diff is said to be active, and its tab is of no kind that the API knows: then the side that is no older version is meant. */
  #inDiff(): ExrEditor | null {
    const { activeTab, viewColumn } = vscode.window.tabGroups.activeTabGroup;
    if (!activeTab || activeTab.input !== undefined) return null;
    const sides = [...this.editors].filter((each) => each.visible && each.viewColumn === viewColumn);
    return sides.find(({ document }) => document.uri.scheme !== 'git') ?? sides.at(-1) ?? null;
  }

  /** Whether the file is whole is looked at without being asked: the quick way. */
  #examine(document: ExrDocument): void {
    const opened = document.current;
    if (!opened) return;
    if (opened.notice !== null || opened.parts.length === 0) return this.#publish(document);
    const context = { signal: new AbortController().signal, progress: () => undefined };
    document.structure(opened.revision, false, context).catch(() => this.#publish(document)); // closed or changed meanwhile, or said by the editor
  }

  #publish(document: ExrDocument): void {
    void this.#options.platform.loadEngine().then((engine) => {
      if (!this.#documents.has(document)) return;
      this.#problems.set(document.uri, publish(this.#options.settings().problems && document.current ? engine.problemsOf(document.current.report, document.judged, document.faults) : []));
    });
  }
}
