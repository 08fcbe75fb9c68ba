/** A small vscode: what the host uses of the API, kept in memory, with what happened written down. */
// Runs in Node and in a browser's worker.
const basename = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const dirname = (path: string): string => path.slice(0, path.lastIndexOf('/'));

type Listener<T> = (value: T) => unknown;
export class EventEmitter<T> {
  #listeners = new Set<Listener<T>>();
  readonly event = (listener: Listener<T>): { dispose(): void } => {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  };
  /** A listener that throws stops no other, and not who fires: VS Code logs it. */
  fire(value: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(value);
      } catch (error) {
        world.unexpected.push(error);
      }
    }
  }
  dispose(): void {
    this.#listeners.clear();
  }
}

export class Uri {
  constructor(readonly scheme: string, readonly authority: string, readonly path: string, readonly query = '') {}
  static file(path: string): Uri {
    return new Uri('file', '', path);
  }
  static parse(text: string): Uri {
    const [, scheme = '', authority = '', path = '', query = ''] = /^([\w-]+):(?:\/\/([^/]*))?([^?]*)\??(.*)$/.exec(text) ?? [];
    return new Uri(scheme, authority, path, query);
  }
  static joinPath(base: Uri, ...parts: string[]): Uri {
    const steps: string[] = [];
    for (const step of [base.path, ...parts].join('/').split('/')) {
      if (step === '..') steps.pop();
      else if (step !== '' && step !== '.') steps.push(step);
    }
    return new Uri(base.scheme, base.authority, `/${steps.join('/')}`, base.query);
  }
  get fsPath(): string {
    return this.path;
  }
  toString(_plain?: boolean): string {
    return `${this.scheme}://${this.authority}${this.path}${this.query ? `?${this.query}` : ''}`;
  }
}

export class FileSystemError extends Error {
  code = 'Unknown';
  static FileNotFound(uri: Uri): FileSystemError {
    return Object.assign(new FileSystemError(`no ${uri.toString()}`), { code: 'FileNotFound' });
  }
}
export class Range {
  constructor(readonly line: number, readonly character: number, readonly endLine: number, readonly endCharacter: number) {}
}
export class Diagnostic {
  source?: string;
  code?: string;
  constructor(readonly range: Range, readonly message: string, readonly severity: number) {}
}
export class ThemeColor {
  constructor(readonly id: string) {}
}
export class RelativePattern {
  constructor(readonly base: Uri, readonly pattern: string) {}
}
export class McpStdioServerDefinition {
  constructor(readonly label: string, readonly command: string, readonly args: string[], readonly env: Record<string, string>, readonly version: string) {}
}
export const DiagnosticSeverity = { Error: 0, Warning: 1, Information: 2, Hint: 3 };
export const FileType = { Unknown: 0, File: 1, Directory: 2, SymbolicLink: 64 };
export const StatusBarAlignment = { Left: 1, Right: 2 };
export const ViewColumn = { Active: -1, Beside: -2, One: 1 };
export const ProgressLocation = { Window: 10, Notification: 15 };

/** What the tests look at and set. `reset` between tests. */
export const world = {
  files: new Map<string, { bytes: Uint8Array; mtime: number }>(),
  configuration: new Map<string, unknown>(),
  commands: new Map<string, (...given: unknown[]) => unknown>(),
  executed: [] as unknown[][],
  said: [] as string[],
  /** Every text that VS Code was given to show, and where. */
  shown: [] as { readonly where: string; readonly text: string }[],
  /** What listeners threw: nothing ever should. */
  unexpected: [] as unknown[],
  statusItems: [] as StatusItem[],
  diagnostics: new Map<string, Diagnostic[]>(),
  watchers: [] as Watcher[],
  clipboard: '',
  picks: [] as ((items: readonly { label: string }[]) => unknown)[],
  inputs: [] as (string | undefined)[],
  answers: [] as (string | undefined)[],
  saveTo: undefined as Uri | undefined,
  openFrom: undefined as Uri | undefined,
  folders: [] as { uri: Uri; name: string; index: number }[],
  trusted: true,
  tab: undefined as { input: unknown } | undefined,
  mcp: null as null | { id: string; provider: { provideMcpServerDefinitions(): McpStdioServerDefinition[] } },
  provider: null as null | unknown,
  configurationChanged: new EventEmitter<{ affectsConfiguration(key: string): boolean }>(),
  reset(): void {
    for (const each of [this.files, this.configuration, this.commands, this.diagnostics]) each.clear();
    for (const each of [this.executed, this.said, this.shown, this.unexpected, this.statusItems, this.watchers, this.picks, this.inputs, this.answers, this.folders]) each.length = 0;
    Object.assign(this, { clipboard: '', saveTo: undefined, openFrom: undefined, trusted: true, tab: undefined, mcp: null, provider: null });
    this.configurationChanged.dispose();
  },
};

/** Writes down what is shown, whatever it is made of. */
function see(where: string, what: unknown): void {
  if (typeof what === 'string') world.shown.push({ where, text: what });
  else if (typeof what === 'object' && what !== null) for (const [key, each] of Object.entries(what)) if (!['choice', 'filters', 'defaultUri'].includes(key)) see(`${where}.${key}`, each);
}

export class StatusItem {
  #text = '';
  #tooltip = '';
  get text(): string {
    return this.#text;
  }
  set text(text: string) {
    see('statusBar', text);
    this.#text = text;
  }
  get tooltip(): string {
    return this.#tooltip;
  }
  set tooltip(text: string) {
    for (const line of text.split('\n')) see('tooltip', line);
    this.#tooltip = text;
  }
  command = '';
  name = '';
  visible = false;
  backgroundColor: ThemeColor | undefined;
  accessibilityInformation: unknown;
  constructor(readonly id: string) {
    world.statusItems.push(this);
  }
  show(): void {
    this.visible = true;
  }
  hide(): void {
    this.visible = false;
  }
  dispose(): void {
    this.visible = false;
  }
}

export class Watcher {
  readonly change = new EventEmitter<Uri>();
  readonly onDidChange = this.change.event;
  readonly onDidCreate = this.change.event;
  readonly onDidDelete = this.change.event;
  disposed = false;
  constructor(readonly pattern: RelativePattern) {
    world.watchers.push(this);
  }
  dispose(): void {
    this.disposed = true;
  }
}

function fileAt(uri: Uri) {
  const found = world.files.get(uri.toString());
  if (!found) throw FileSystemError.FileNotFound(uri);
  return found;
}

export const workspace = {
  get workspaceFolders() {
    return world.folders;
  },
  get isTrusted() {
    return world.trusted;
  },
  getConfiguration: (section: string) => ({ get: (key: string) => world.configuration.get(`${section}.${key}`) }),
  getWorkspaceFolder: (uri: Uri) => world.folders.find((folder) => uri.path.startsWith(folder.uri.path)),
  asRelativePath: (uri: Uri) => uri.path.slice(uri.path.lastIndexOf('/') + 1),
  createFileSystemWatcher: (pattern: RelativePattern) => new Watcher(pattern),
  onDidChangeConfiguration: world.configurationChanged.event,
  onDidChangeWorkspaceFolders: new EventEmitter<void>().event,
  onDidGrantWorkspaceTrust: new EventEmitter<void>().event,
  fs: {
    stat: async (uri: Uri) => {
      const { bytes, mtime } = fileAt(uri);
      return { type: FileType.File, size: bytes.length, mtime, ctime: mtime };
    },
    readFile: async (uri: Uri) => fileAt(uri).bytes,
    writeFile: async (uri: Uri, bytes: Uint8Array) => void world.files.set(uri.toString(), { bytes, mtime: Date.now() }),
    readDirectory: async (uri: Uri) => [...world.files.keys()].map((each) => Uri.parse(each)).filter((each) => dirname(each.path) === uri.path.replace(/\/$/, '')).map((each): [string, number] => [basename(each.path), FileType.File]),
  },
};

export const window = {
  tabGroups: { get activeTabGroup() { return { activeTab: world.tab, viewColumn: 1 }; }, onDidChangeTabs: new EventEmitter<void>().event },
  createStatusBarItem: (id: string) => new StatusItem(id),
  createOutputChannel: () => ({ error: (line: string) => (see('log', line), void world.said.push(line)), dispose: () => undefined }),
  registerCustomEditorProvider: (_type: string, provider: unknown) => {
    world.provider = provider;
    return { dispose: () => undefined };
  },
  showInformationMessage: async (text: string, ...more: unknown[]) => (see('notification', [text, ...more]), world.said.push(text), world.answers.shift()),
  showWarningMessage: async (text: string, ...more: unknown[]) => (see('notification', [text, ...more]), world.said.push(text), world.answers.shift()),
  showErrorMessage: async (text: string, ...more: unknown[]) => (see('notification', [text, ...more]), world.said.push(text), world.answers.shift()),
  setStatusBarMessage: (text: string) => (see('statusBar', text), void world.said.push(text)),
  showQuickPick: async (items: readonly { label: string }[], options?: unknown) => (see('pick', [items, options]), world.picks.shift()?.(items)),
  showInputBox: async () => world.inputs.shift(),
  showSaveDialog: async () => world.saveTo,
  showOpenDialog: async (options?: unknown) => (see('dialog', options), world.openFrom ? [world.openFrom] : undefined),
  withProgress: async (options: unknown, work: (progress: { report(step: unknown): void }, token: { onCancellationRequested: Listener<unknown> }) => Promise<unknown>) => (see('progress', options), work({ report: (step) => see('progress', step) }, { onCancellationRequested: () => undefined })),
};

export const languages = {
  createDiagnosticCollection: () => ({
    set: (uri: Uri, some: Diagnostic[]) => (see('problem', some.map(({ message }) => message)), void world.diagnostics.set(uri.toString(), some)),
    delete: (uri: Uri) => void world.diagnostics.delete(uri.toString()),
    dispose: () => world.diagnostics.clear(),
  }),
};
export const commands = {
  registerCommand: (id: string, act: (...given: unknown[]) => unknown) => {
    if (world.commands.has(id)) throw new Error(`command ${id} is there already`);
    world.commands.set(id, act);
    return { dispose: () => world.commands.delete(id) };
  },
  executeCommand: async (id: string, ...given: unknown[]) => {
    world.executed.push([id, ...given]);
    return world.commands.get(id)?.(...given);
  },
};
export const env = { clipboard: { writeText: async (text: string) => void (world.clipboard = text) } };
export const extensions = { getExtension: () => undefined };
export const lm = {
  registerMcpServerDefinitionProvider: (id: string, provider: never) => {
    world.mcp = { id, provider };
    return { dispose: () => undefined };
  },
};

/** A webview panel whose other end the test holds. Once disposed it throws at whatever it is asked, as VS Code's does: while it tells of it too. */
export class Panel {
  readonly toHost = new EventEmitter<unknown>();
  readonly toView = new EventEmitter<unknown>();
  readonly viewState = new EventEmitter<void>();
  readonly closed = new EventEmitter<void>();
  readonly onDidChangeViewState = this.viewState.event;
  readonly onDidDispose = this.closed.event;
  #disposed = false;
  readonly #state = { active: true, visible: true, viewColumn: 1 };
  readonly #webview: Webview;

  constructor() {
    this.#webview = new Webview(this.toHost, this.toView, () => this.#check());
  }
  get active(): boolean {
    return this.#check().#state.active;
  }
  set active(yes: boolean) {
    this.#state.active = yes;
  }
  get visible(): boolean {
    return this.#check().#state.visible;
  }
  set visible(yes: boolean) {
    this.#state.visible = yes;
  }
  get viewColumn(): number {
    return this.#check().#state.viewColumn;
  }
  set viewColumn(column: number) {
    this.#state.viewColumn = column;
  }
  get webview(): Webview {
    return this.#check().#webview;
  }
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.closed.fire();
    for (const each of [this.toHost, this.toView, this.viewState, this.closed]) each.dispose();
  }
  #check(): this {
    if (this.#disposed) throw new Error('Webview is disposed');
    return this;
  }
}

class Webview {
  #options: { localResourceRoots?: Uri[]; enableScripts?: boolean } = {};
  #html = '';
  readonly cspSource = 'https://webview.test';
  readonly onDidReceiveMessage: EventEmitter<unknown>['event'];
  constructor(toHost: EventEmitter<unknown>, readonly toView: EventEmitter<unknown>, readonly check: () => void) {
    this.onDidReceiveMessage = toHost.event;
  }
  get options() {
    this.check();
    return this.#options;
  }
  set options(options) {
    this.check();
    this.#options = options;
  }
  get html(): string {
    this.check();
    return this.#html;
  }
  set html(html: string) {
    this.check();
    this.#html = html;
  }
  asWebviewUri(uri: Uri): string {
    this.check();
    return `https://webview.test${uri.path}`;
  }
  /** Over a structured clone, as VS Code does it. */
  async postMessage(message: unknown): Promise<boolean> {
    this.check();
    const copy = structuredClone(message);
    queueMicrotask(() => this.toView.fire(copy));
    return true;
  }
}
