/** The frames beside a file. */
import * as vscode from 'vscode';
import type { Engine } from './platform.ts';

/** The files of the sequence that `uri` belongs to, rising; only itself when it is no frame of any. */
export async function framesBeside(uri: vscode.Uri, engine: Engine): Promise<{ readonly frames: readonly { readonly uri: vscode.Uri; readonly frame: number; readonly name: string }[]; readonly at: number }> {
  const folder = vscode.Uri.joinPath(uri, '..');
  const own = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  const found = engine.frameNameOf(own);
  if (!found) return { frames: [], at: -1 };
  const names = (await vscode.workspace.fs.readDirectory(folder)).filter(([name, type]) => (type & vscode.FileType.File) !== 0 && name.startsWith(found.before) && name.endsWith(found.after)).map(([name]) => name);
  const sequence = engine.groupSequences(names).find(({ frames }) => frames.some(({ name }) => name === own));
  const frames = (sequence?.frames ?? []).map(({ name, frame }) => ({ uri: vscode.Uri.joinPath(folder, name), frame, name }));
  return { frames, at: frames.findIndex(({ name }) => name === own) };
}
