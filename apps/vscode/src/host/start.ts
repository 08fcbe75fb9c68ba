/** Puts the parts together, in whichever host we run. Nothing here waits, and nothing of core is loaded: that is for the first file. */
import * as vscode from 'vscode';
import { hostCommands, registerCommands } from './commands.ts';
import { registerMcp } from './mcp.ts';
import type { Platform } from './platform.ts';
import { ExrEditorProvider, VIEW_TYPE } from './provider.ts';
import { ask, logTo } from './say.ts';
import { readSettings } from './settings.ts';
import { States } from './states.ts';

/** What the webview, which shows other people's files, may ask for. */
const FOR_THE_VIEW: readonly string[] = ['openText', 'openHex', 'compareWith', 'showProblems', 'openSettings'];

export function start(context: vscode.ExtensionContext, platform: Platform): void {
  const log = vscode.window.createOutputChannel('EXR Inspector', { log: true });
  const states = new States(context.workspaceState);
  let settings = readSettings();
  const provider: ExrEditorProvider = new ExrEditorProvider({
    platform, states, extensionUri: context.extensionUri, settings: () => settings, log: logTo(log), confirm,
    run: async (_editor, name) => {
      if (FOR_THE_VIEW.includes(name)) await hostCommands({ provider, platform, states })[name]!();
    },
  });
  context.subscriptions.push(
    log, provider, { dispose: () => states.flush() },
    vscode.window.registerCustomEditorProvider(VIEW_TYPE, provider, { supportsMultipleEditorsPerDocument: true }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration('exr')) return;
      settings = readSettings();
      provider.settingsChanged();
    }),
  );
  for (const one of [...registerCommands({ provider, platform, states }), ...registerMcp(context, platform, () => settings)]) context.subscriptions.push(one);
}

async function confirm(uri: vscode.Uri, bytes: number): Promise<boolean> {
  const load = 'Load it';
  const detail = `Where it lies (${uri.scheme}) files can only be read as a whole. It will be held in memory until it is closed.`;
  return (await ask(`Load ${Math.round(bytes / 2 ** 20)} MB of ${vscode.workspace.asRelativePath(uri)}?`, detail, load)) === load;
}
