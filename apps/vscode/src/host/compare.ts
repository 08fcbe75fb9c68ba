/** Two files side by side, in step. */
import * as vscode from 'vscode';
import { framesBeside } from './frames.ts';
import { browse as browseFor, choose, type Choice, inform } from './say.ts';
import type { Platform } from './platform.ts';
import { VIEW_TYPE, type ExrEditorProvider } from './provider.ts';

/** Asks what to compare a file with: another one that is open, a frame of the same sequence, or any file. */
export async function compareWith(provider: ExrEditorProvider, uri: vscode.Uri | undefined, platform: Platform): Promise<void> {
  const left = uri ?? (await browse('Compare: the first file'));
  if (!left) return;
  const open = [...new Map([...provider.editors].map(({ document }) => [document.uri.toString(), document.uri])).values()].filter((each) => each.toString() !== left.toString());
  const { frames, at } = await framesBeside(left, await platform.loadEngine()).catch(() => ({ frames: [], at: -1 }));
  const near = frames.filter((_, i) => i !== at && Math.abs(i - at) <= 20);
  const items: (Choice & { uri?: vscode.Uri })[] = [
    ...open.map((each) => ({ label: nameIn(each), description: 'open', uri: each })),
    ...near.map((each) => ({ label: each.name, description: `frame ${each.frame}`, uri: each.uri })),
    { label: 'Another file …', icon: 'folder-opened' },
  ];
  const picked = items.length === 1 ? items[0] : await choose(items, { title: `Compare ${nameIn(left)} with` });
  if (!picked) return;
  const right = picked.uri ?? (await browse(`Compare ${nameIn(left)} with`));
  if (right) await compareFiles(provider, [left, right]);
}

/** Opens two files beside each other and links their editors. */
export async function compareFiles(provider: ExrEditorProvider, uris: readonly vscode.Uri[]): Promise<void> {
  const [left, right] = uris;
  if (!left || !right) return void inform('Select two EXR files in the Explorer to compare them.');
  provider.links.expect(left.toString(), right.toString());
  const shown = [...provider.editors].find(({ document, visible }) => visible && document.uri.toString() === left.toString());
  if (!shown) await vscode.commands.executeCommand('vscode.openWith', left, VIEW_TYPE, { viewColumn: vscode.ViewColumn.Active, preview: false });
  await vscode.commands.executeCommand('vscode.openWith', right, VIEW_TYPE, { viewColumn: vscode.ViewColumn.Beside, preview: false });
}

async function browse(title: string): Promise<vscode.Uri | undefined> {
  return (await browseFor({ title, canSelectMany: false, filters: { 'OpenEXR images': ['exr', 'sxr', 'mxr', 'EXR'] } }))?.[0];
}

function nameIn(uri: vscode.Uri): string {
  return vscode.workspace.asRelativePath(uri);
}
