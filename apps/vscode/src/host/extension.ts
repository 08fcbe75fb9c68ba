/** The extension in Node: on a desktop, or beside the files on a remote machine. */
import { stat } from 'node:fs/promises';
import type * as vscode from 'vscode';
import type { Platform } from './platform.ts';
import { start } from './start.ts';

const platform: Platform = {
  // A bundle of its own: see build.mjs.
  loadEngine: () => import('./engine-node.ts'),
  stat: async (path) => {
    const { mtime, size } = await stat(path);
    return { mtime: mtime.getTime(), size };
  },
  // On a desktop the program that runs us is Electron, which is Node when it is told so.
  node: { command: process.execPath, env: { ELECTRON_RUN_AS_NODE: '1' } },
};

export function activate(context: vscode.ExtensionContext): void {
  start(context, platform);
}
