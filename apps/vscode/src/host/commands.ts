/** Every command of the palette, of keybindings and of menus. */
import * as vscode from 'vscode';
import { VIEW_COMMANDS } from '../shared/protocol.ts';
import { wireError } from '../shared/rpc.ts';
import type { StatsAnswer } from '../shared/protocol.ts';
import { statsCsv } from '../shared/stats-csv.ts';
import { compareFiles, compareWith } from './compare.ts';
import { saveAs, type ExrEditor } from './editor.ts';
import { choose, during, fail, inform, mention, warn } from './say.ts';
import { framesBeside } from './frames.ts';
import { pickExposure, pickLayer, pickZoom } from './picks.ts';
import type { Platform } from './platform.ts';
import { VIEW_TYPE, type ExrEditorProvider } from './provider.ts';
import type { States } from './states.ts';

export interface CommandOptions {
  readonly provider: ExrEditorProvider;
  readonly platform: Platform;
  readonly states: States;
}

/** Commands that the host does itself, by the name after `exr.`; the other VIEW_COMMANDS go to the view. */
export function hostCommands({ provider, platform, states }: CommandOptions): Readonly<Record<string, (...given: readonly unknown[]) => Promise<unknown> | unknown>> {
  /** Of the active editor, or a word that there is none. */
  const withEditor = (act: (editor: ExrEditor) => Promise<unknown> | unknown) => async (): Promise<unknown> => {
    if (provider.active) return act(provider.active);
    void inform('Open an EXR file first: this command is about the editor that is in front.');
    return undefined;
  };
  const frame = (by: 1 | -1) => withEditor((editor) => goToFrame(editor, by, platform, states));
  return {
    reload: withEditor((editor) => editor.document.reload()),
    verify: withEditor((editor) => verify(editor)),
    showProblems: () => vscode.commands.executeCommand('workbench.actions.view.problems'),
    pickLayer: withEditor(pickLayer),
    pickZoom: withEditor(pickZoom),
    pickExposure: withEditor(pickExposure),
    exportPng: withEditor((editor) => exportPng(editor)),
    exportStatsCsv: withEditor((editor) => exportStatsCsv(editor)),
    copyHeaderJson: withEditor(async (editor) => {
      const [engine, session] = await Promise.all([platform.loadEngine(), editor.document.session()]);
      const text = session.file ? engine.headerJson(session.file, editor.document.name, session.options.mtime()) : JSON.stringify(session.opened.report, null, 2);
      await vscode.env.clipboard.writeText(text);
      mention('The header is in the clipboard, as JSON');
    }),
    nextFrame: frame(1),
    previousFrame: frame(-1),
    compareWith: (uri: unknown) => compareWith(provider, uri instanceof vscode.Uri ? uri : provider.active?.document.uri, platform),
    compareSelected: (_uri: unknown, uris: unknown) => compareFiles(provider, Array.isArray(uris) ? uris.filter((each) => each instanceof vscode.Uri) : []),
    toggleLink: withEditor((editor) => toggleLink(provider, editor)),
    openText: withEditor((editor) => vscode.commands.executeCommand('vscode.openWith', editor.document.uri, 'default')),
    openHex: withEditor((editor) => openHex(editor.document.uri)),
    openSettings: () => vscode.commands.executeCommand('workbench.action.openSettings', '@ext:exr-inspector.exr-vscode'),
  };
}

export function registerCommands(options: CommandOptions): vscode.Disposable[] {
  const own = hostCommands(options);
  const forward = VIEW_COMMANDS.filter((name) => !Object.hasOwn(own, name)).map((name) => vscode.commands.registerCommand(`exr.${name}`, () => options.provider.active?.command(name)));
  return [...forward, ...Object.entries(own).map(([name, act]) => vscode.commands.registerCommand(`exr.${name}`, told(act)))];
}

/** A command that fails says why; nothing is swallowed. */
function told(act: (...given: readonly unknown[]) => Promise<unknown> | unknown): (...given: readonly unknown[]) => Promise<unknown> {
  return async (...given) => {
    try {
      // eslint-disable-next-line no-restricted-syntax -- what VS Code gives a command: a handful
      return await act(...given);
    } catch (error) {
      const { code, message } = wireError(error);
      if (code !== 'CANCELLED' && code !== 'CLOSED') void fail(message);
      return undefined;
    }
  };
}

async function verify({ document }: ExrEditor): Promise<void> {
  const { revision } = await document.opened();
  const answer = await during({ location: vscode.ProgressLocation.Notification, title: `Decoding every chunk of ${document.name.slice(document.name.lastIndexOf('/') + 1)}`, cancellable: true }, async (report, token) => {
    const stop = new AbortController();
    token.onCancellationRequested(() => stop.abort(Object.assign(new Error('cancelled'), { name: 'AbortError' })));
    let shown = 0;
    return document.structure(revision, true, { signal: stop.signal, progress: ({ done, total }) => {
      const percent = total > 0 ? (100 * done) / total : 0;
      report({ increment: percent - shown, message: `${done} of ${total} chunks` });
      shown = percent;
    } });
  });
  const { verdict, reasons } = answer.judgement;
  if (verdict === 'ok') void inform('Every chunk is there and can be decoded.');
  else if ((await warn(`${verdict}: ${reasons[0] ?? ''}`, 'Show problems')) !== undefined) await vscode.commands.executeCommand('workbench.actions.view.problems');
}

async function exportPng(editor: ExrEditor): Promise<void> {
  const items = [{ label: 'The picture, at the size of the file', scope: 'image' as const }, { label: 'The view, as it is on the screen', scope: 'view' as const }];
  const picked = await choose(items, { title: 'Export as PNG', placeHolder: 'Developed as you see it: exposure, tone map, marks' });
  if (!picked) return;
  const { png } = await during({ location: vscode.ProgressLocation.Window, title: 'Making a PNG' }, () => editor.endpoint.call('capture', { scope: picked.scope }));
  await saveAs(editor.document.uri, `${stemOf(editor.document.uri)}.png`, png);
}

async function exportStatsCsv({ document, state }: ExrEditor): Promise<void> {
  const opened = await document.opened();
  if (opened.parts.length === 0) throw new Error(opened.notice ?? `${document.name} has no parts`);
  const asked = opened.layers.find(({ id }) => id === (state?.layer ?? opened.firstLayer))?.part ?? 0;
  let parts: readonly number[] = [asked];
  if (opened.parts.length > 1) {
    const items = [{ label: `Part ${asked}${nameAfter(opened.parts[asked]?.name)}`, parts: [asked] }, { label: `All ${opened.parts.length} parts`, parts: opened.parts.map(({ index }) => index) }];
    const picked = await choose(items, { title: 'Statistics as CSV' });
    if (!picked) return;
    ({ parts } = picked);
  }
  const answers = await during({ location: vscode.ProgressLocation.Notification, title: 'Measuring every pixel', cancellable: true }, async (report, token) => {
    const stop = new AbortController();
    token.onCancellationRequested(() => stop.abort(Object.assign(new Error('cancelled'), { name: 'AbortError' })));
    const found: StatsAnswer[] = [];
    for (const part of parts) {
      let shown = 0;
      found.push(await document.ask(opened.revision, (session) => session.stats({ revision: opened.revision, part }, { signal: stop.signal, progress: ({ done, total }) => {
        const share = (100 * done) / Math.max(1, total) / parts.length;
        report({ increment: share - shown });
        shown = share;
      } })));
    }
    return found;
  });
  await saveAs(document.uri, `${stemOf(document.uri)}.stats.csv`, statsCsv(answers));
}

function toggleLink({ editors, links }: ExrEditorProvider, editor: ExrEditor): void {
  const others = [...editors].filter((each) => each !== editor && each.visible);
  if (!links.isLinked(editor) && others.length === 0) {
    void inform('There is no other EXR editor in sight to keep in step with: open a second one beside this one first.');
    return;
  }
  mention(links.toggle(editor, others) ? 'The editors move in step' : 'The editor moves by itself');
}

async function goToFrame(editor: ExrEditor, by: 1 | -1, platform: Platform, states: States): Promise<void> {
  const { uri } = editor.document;
  const { frames, at } = await framesBeside(uri, await platform.loadEngine());
  const next = frames[at + by];
  if (at < 0 || frames.length < 2) return void inform(`${stemOf(uri)} is not a frame of a sequence: no other file here differs from it in its number alone.`);
  if (!next) return void mention(by > 0 ? 'This is the last frame' : 'This is the first frame');
  // The next frame is looked at as this one is.
  if (editor.state) states.set(next.uri.toString(), editor.state);
  await vscode.commands.executeCommand('vscode.openWith', next.uri, VIEW_TYPE, { ...(editor.viewColumn !== undefined && { viewColumn: editor.viewColumn }), preview: true });
}

async function openHex(uri: vscode.Uri): Promise<void> {
  if (vscode.extensions.getExtension('ms-vscode.hexeditor')) return void (await vscode.commands.executeCommand('vscode.openWith', uri, 'hexEditor.hexedit'));
  const show = 'Show the extension';
  const answer = await inform('Bytes are shown by Microsoft\'s extension "Hex Editor", which is not installed.', show);
  if (answer === show) await vscode.commands.executeCommand('workbench.extensions.search', 'ms-vscode.hexeditor');
}

function stemOf(uri: vscode.Uri): string {
  return uri.path.slice(uri.path.lastIndexOf('/') + 1).replace(/\.\w+$/, '');
}

function nameAfter(name: string | null | undefined): string {
  return name ? ` (${name})` : '';
}
