/** The page around the webview's script: nothing but our own files may load. */
import * as vscode from 'vscode';

export function pageOf(webview: vscode.Webview, extension: vscode.Uri): string {
  const at = (...path: string[]): string => webview.asWebviewUri(vscode.Uri.joinPath(extension, 'dist', 'webview', ...path)).toString();
  const nonce = makeNonce();
  // Styles that scripts set (zoom, panels' widths) go through CSSOM, which a policy does not concern.
  const policy = [
    `default-src 'none'`, `script-src 'nonce-${nonce}'`, `style-src ${webview.cspSource} 'nonce-${nonce}'`, `img-src ${webview.cspSource} blob: data:`,
    `font-src ${webview.cspSource}`, `base-uri 'none'`, `form-action 'none'`,
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta property="csp-nonce" nonce="${nonce}">
<link rel="stylesheet" nonce="${nonce}" href="${at('main.css')}">
<title>EXR</title>
</head>
<body>
<div id="root"></div>
<script nonce="${nonce}" src="${at('main.js')}"></script>
</body>
</html>`;
}

function makeNonce(): string {
  return Array.from(globalThis.crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
