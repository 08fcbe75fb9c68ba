/** The extension in a web worker: vscode.dev and other editors without a machine behind them. */
import type * as vscode from 'vscode';
import { start } from './start.ts';

export function activate(context: vscode.ExtensionContext): void {
  start(context, { loadEngine: () => import('./engine-web.ts'), stat: null, node: null });
}
