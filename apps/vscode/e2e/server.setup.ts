/** Before all tests: the workspace folder is made anew, the VSIX is installed into a server of its own, and everything is stopped afterwards. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { install, start } from './code-server.mjs';
import { makeWorkspace } from './inputs.mjs';

declare module 'vitest' {
  export interface ProvidedContext {
    url: string;
    workspace: string;
    serverPid: number;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const vsix = process.env['EXR_VSIX'];
  if (!vsix) throw new Error('EXR_VSIX must name the packaged extension: start the suite with `npm run e2e:vscode`');
  const home = mkdtempSync(join(tmpdir(), 'exr-e2e-'));
  const workspace = join(home, 'shots');
  await install((text: string) => console.error(text));
  makeWorkspace(workspace, (text: string) => console.error(text));
  const server = await start({ home: join(home, 'server'), vsix: [vsix, emptyEditor(home)] });
  project.provide('url', server.url);
  project.provide('workspace', workspace);
  project.provide('serverPid', server.pid);
  return async () => {
    await server.stop();
    if (!process.env['EXR_E2E_KEEP']) rmSync(home, { recursive: true, force: true });
  };
}

/** Packages the editor that shows one word. */
function emptyEditor(home: string): string {
  const path = join(home, 'empty-editor.vsix');
  execFileSync(process.execPath, [join(import.meta.dirname, '../../../node_modules/@vscode/vsce/vsce'), 'package', '--no-dependencies', '--allow-missing-repository', '--skip-license', '--out', path], { cwd: join(import.meta.dirname, 'empty-editor'), stdio: 'ignore' });
  return path;
}
