/** One file that is open in one or more editors. VS Code shares it among the splits of a file and disposes it with the last of them. */
import * as vscode from 'vscode';
import type { Fault, OpenedFile, Session } from '../engine/index.ts';
import type { Canvas } from '../shared/fit.ts';
import type { StructureAnswer } from '../shared/protocol.ts';
import { RpcError, wireError, type HandlerContext, type WireError } from '../shared/rpc.ts';
import { accessFile, nameOf } from './access.ts';
import type { Engine, FileStamp, Platform } from './platform.ts';
import type { HostSettings } from './settings.ts';
import { FileWatch } from './watch.ts';

export interface DocumentOptions {
  readonly platform: Platform;
  readonly settings: () => HostSettings;
  readonly confirm: (uri: vscode.Uri, bytes: number) => Promise<boolean>;
}

/** A little longer than core's judge takes a file for one that is being written. */
const STILL_MS = 62_000;

export class ExrDocument implements vscode.CustomDocument {
  readonly #reloaded = new vscode.EventEmitter<OpenedFile>();
  readonly #failed = new vscode.EventEmitter<WireError>();
  readonly #examined = new vscode.EventEmitter<void>();
  readonly #disposed = new vscode.EventEmitter<void>();
  readonly onDidReload = this.#reloaded.event;
  readonly onDidFail = this.#failed.event;
  readonly onDidExamine = this.#examined.event;
  readonly onDidDispose = this.#disposed.event;
  readonly name: string;
  /** By the wall clock, in milliseconds: when what was done. */
  readonly times: Record<string, number> = { document: Date.now() };
  #session: Promise<Session>;
  #structure: Promise<StructureAnswer> | undefined;
  #watch: FileWatch | undefined;
  #revision = 1;
  #gone = false;
  #later: ReturnType<typeof setTimeout> | undefined;
  #isDisposed = false;
  /** The last answer, deep ones included: for the status bar and the problems. */
  judged: StructureAnswer | null = null;
  current: OpenedFile | null = null;
  /** Chunks that could not be decoded, as far as somebody tried. */
  faults: readonly Fault[] = [];

  constructor(readonly uri: vscode.Uri, readonly options: DocumentOptions) {
    this.name = nameOf(uri);
    this.#session = this.#open(1);
    this.#session.then((session) => this.#begin(session), () => undefined); // ready() says it
  }

  /** The file as it is now; rejects when it could not be opened at all. */
  async opened(): Promise<OpenedFile> {
    return (await this.#session).opened;
  }

  /** Begins with the picture that a view on such a canvas asks for first. */
  prepare(layer: string | null, canvas: Canvas): void {
    this.#session.then((session) => session.prepare(layer, canvas), () => undefined); // the view says it
  }

  /** The session that `revision` is about. Rejects with STALE when the file was opened anew since. */
  async session(revision?: number): Promise<Session> {
    const session = await this.#session;
    if (revision !== undefined && session.opened.revision !== revision) throw new RpcError('STALE', 'usage', `${this.name} was opened anew`);
    return session;
  }

  /** Runs a question and looks at the file again when it turns out to have changed. */
  async ask<Answer>(revision: number, question: (session: Session) => Promise<Answer> | Answer): Promise<Answer> {
    try {
      const session = await this.session(revision);
      const answer = await question(session);
      if (session.faults.length > this.faults.length && session.opened.revision === this.#revision) {
        this.faults = session.faults;
        this.#examined.fire();
      }
      return answer;
    } catch (error) {
      if (wireError(error).code === 'SOURCE_CHANGED') this.#watch?.poke();
      throw error;
    }
  }

  /** The quick look is shared; a deep one is made each time. */
  async structure(revision: number, deep: boolean, context: HandlerContext): Promise<StructureAnswer> {
    const answer = await this.ask(revision, (session) => {
      if (deep) return session.structure({ deep }, context);
      this.#structure ??= session.structure({}, { signal: new AbortController().signal });
      this.#structure.catch(() => (this.#structure = undefined));
      return this.#structure;
    });
    if (answer.revision === this.#revision && (deep || this.judged?.revision !== answer.revision)) {
      this.judged = answer;
      this.#lookLater(answer);
      this.#examined.fire();
    }
    return answer;
  }

  /** A file that is not written to any more is not rendering any more, and nothing would tell. */
  #lookLater({ rendering }: StructureAnswer): void {
    clearTimeout(this.#later);
    if (rendering && !this.#isDisposed) this.#later = setTimeout(() => void this.reload(), STILL_MS);
  }

  /** Opens the file anew, whether or not it seems to have changed. */
  async reload(): Promise<void> {
    const before = await this.#session.catch(() => null);
    if (this.#isDisposed) return;
    const next = this.#open(this.#revision + 1);
    let session: Session;
    try {
      session = await next;
    } catch (error) {
      this.#failed.fire(wireError(error));
      return;
    }
    if (this.#isDisposed) return void session.close();
    // A writer begins by emptying the file: what is on screen stays until there is something better.
    if (session.opened.notice !== null && before?.file) {
      this.#failed.fire({ code: session.opened.report.errors[0]?.code ?? 'NOT_EXR', kind: 'format', message: session.opened.notice });
      await session.close();
      return;
    }
    clearTimeout(this.#later);
    this.#revision++;
    this.#session = next;
    this.#structure = undefined;
    this.#gone = false;
    this.current = session.opened;
    this.faults = [];
    this.judged = null;
    this.#watchFrom(session);
    this.#reloaded.fire(session.opened);
    await before?.close();
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#later);
    this.#watch?.dispose();
    this.#session.then((session) => session.close(), () => undefined);
    this.#disposed.fire();
    for (const emitter of [this.#reloaded, this.#failed, this.#examined, this.#disposed]) emitter.dispose();
  }

  async #open(revision: number): Promise<Session> {
    const { platform, settings, confirm } = this.options;
    const engine: Engine = await platform.loadEngine();
    const { wholeFileBytes, threads, limits } = settings();
    const { source, mtime, quick } = await accessFile(this.uri, engine, { wholeFileBytes, confirm });
    return engine.openSession(source, { name: this.name, revision, mtime, tier: quick ? 'leaders' : 'table', threads, limits });
  }

  #begin(session: Session): void {
    if (this.#isDisposed) return void session.close();
    this.times['read'] = Date.now();
    this.current = session.opened;
    this.#watchFrom(session);
  }

  #watchFrom(session: Session): void {
    this.#watch?.dispose();
    const look = this.#look();
    if (!look) return;
    const time = session.options.mtime();
    const stamp = time ? { mtime: time.getTime(), size: session.opened.report.file.size_bytes } : null;
    this.#watch = new FileWatch(stamp, {
      look,
      onChange: () => void this.reload(),
      onGone: () => {
        this.#gone = true;
        this.#failed.fire({ code: 'READ_FAILED', kind: 'io', message: `${this.name}: the file was deleted or moved away. It is shown again when it comes back.` });
      },
      subscribe: (tell) => watchUri(this.uri, tell),
      pollMilliseconds: this.uri.scheme === 'file' ? this.options.settings().pollMilliseconds : 0,
    });
  }

  get isGone(): boolean {
    return this.#gone;
  }

  /** How to look at the file; null where versions do not change. */
  #look(): (() => Promise<FileStamp>) | null {
    const { uri } = this;
    const { stat } = this.options.platform;
    if (uri.scheme === 'file' && stat) return () => stat(uri.fsPath);
    if (uri.scheme === 'git' || uri.scheme === 'http' || uri.scheme === 'https') return null;
    return () => Promise.resolve(vscode.workspace.fs.stat(uri));
  }
}

/** Works outside the workspace too. What a glob would read as more than a letter is any letter, and the URI decides. */
function watchUri(uri: vscode.Uri, tell: () => void): vscode.Disposable {
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(vscode.Uri.joinPath(uri, '..'), name.replace(/[[\]{}*?!,\\]/g, '?')));
  const mine = (other: vscode.Uri): void => {
    if (other.toString() === uri.toString()) tell();
  };
  watcher.onDidChange(mine);
  watcher.onDidCreate(mine);
  watcher.onDidDelete(mine);
  return watcher;
}
