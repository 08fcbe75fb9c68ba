/** The page around the webview's script: nothing but our own files may load. */
import * as vscode from 'vscode';
import type { Given } from '../shared/protocol.ts';

/** The view's script and style. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

/** Read once, for all editors. */
export async function readAssets(extension: vscode.Uri): Promise<PageAssets> {
  const read = async (name: string): Promise<string> => new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.joinPath(extension, 'dist', 'webview', name)));
  const [script, style] = await Promise.all([read('main.js'), read('main.css')]);
  return { script, style };
}

/**
 * They stand in the page itself: each file that a webview loads takes a trip through VS Code's service worker and back to the extension's folder, which
 * over SSH is far away. So does the header where it was read already; it is other people's text, in which no tag can end or begin.
 */
export function pageOf(webview: Pick<vscode.Webview, 'cspSource'>, { script, style }: PageAssets, given: Given | null): string {
  const nonce = makeNonce();
  // Styles that scripts set (zoom, panels' widths) go through CSSOM, which a policy does not concern.
  const policy = [`default-src 'none'`, `script-src 'nonce-${nonce}'`, `style-src 'nonce-${nonce}'`, `img-src ${webview.cspSource} blob: data:`, `font-src ${webview.cspSource}`, `base-uri 'none'`, `form-action 'none'`].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta property="csp-nonce" nonce="${nonce}">
<style nonce="${nonce}">${style.replaceAll('</style', '<\\/style')}</style>
<title>EXR</title>
</head>
<body>
<div id="root"></div>
<script type="application/json" id="given">${givenText(given)}</script>
<script nonce="${nonce}">${script.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')}</script>
</body>
</html>`;
}

/** What is larger comes as a message: it would hold up the page. */
const MOST_GIVEN = 2 ** 20;

function givenText(given: Given | null): string {
  const text = JSON.stringify(given).replaceAll('<', '\\u003c');
  return text.length <= MOST_GIVEN ? text : 'null';
}

function makeNonce(): string {
  return Array.from(globalThis.crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
