/** Registers our MCP server with VS Code's chat: it may look at the folders of the workspace, and at nothing else. */
import * as vscode from 'vscode';
import type { Platform } from './platform.ts';
import type { HostSettings } from './settings.ts';

export function registerMcp(context: vscode.ExtensionContext, platform: Platform, settings: () => HostSettings): vscode.Disposable[] {
  const { node } = platform;
  // Editors made from older versions of VS Code know no such thing.
  const register = (vscode as Partial<Pick<typeof vscode, 'lm'>>).lm?.registerMcpServerDefinitionProvider as typeof vscode.lm.registerMcpServerDefinitionProvider | undefined;
  if (!node || !register) return [];
  const changed = new vscode.EventEmitter<void>();
  const tell = (): void => changed.fire();
  return [
    changed,
    vscode.workspace.onDidChangeWorkspaceFolders(tell),
    vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration('exr.mcp') && tell()),
    vscode.workspace.onDidGrantWorkspaceTrust(tell),
    register.call(vscode.lm, 'exr.mcp', {
      onDidChangeMcpServerDefinitions: changed.event,
      provideMcpServerDefinitions: () => {
        const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file').map(({ uri }) => uri.fsPath);
        if (!settings().mcp || !vscode.workspace.isTrusted || folders.length === 0) return [];
        const program = vscode.Uri.joinPath(context.extensionUri, 'dist', 'mcp', 'exr-mcp.mjs').fsPath;
        return [new vscode.McpStdioServerDefinition('EXR Inspector', node.command, [program, ...folders], { ...node.env }, String((context.extension.packageJSON as { version?: unknown }).version ?? ''))];
      },
    }),
  ];
}
