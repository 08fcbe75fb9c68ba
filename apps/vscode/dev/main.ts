/**
 * The view in a page of its own, over the real engine: `npx vite --config apps/vscode/dev/vite.config.mjs`, then `?file=mixed_layers_zip.exr&theme=light`. Files are those
 * of test-fixtures, or of the folder EXR_FILES. `state` is a view state as JSON.
 */
import { FakeHost } from '../src/webview/fake-host.spec-util.ts';

const query = new URLSearchParams(location.search);
const name = query.get('file') ?? 'mixed_layers_zip.exr';
document.body.className = { dark: 'vscode-dark', light: 'vscode-light', contrast: 'vscode-high-contrast' }[query.get('theme') ?? 'dark'] ?? 'vscode-dark';

const response = await fetch(`/file/${name}`);
if (!response.ok) throw new Error(`${name}: ${response.status}`);
const host = new FakeHost({
  delay: Number(query.get('delay') ?? 0), state: JSON.parse(query.get('state') ?? 'null') as null, settings: JSON.parse(query.get('settings') ?? '{}') as object,
  mtime: query.has('fresh') ? new Date() : null,
});
await host.open(new Uint8Array(await response.arrayBuffer()), name.split('/').at(-1)!);
const api = host.api((data) => window.dispatchEvent(new MessageEvent('message', { data })));
Object.assign(globalThis, { acquireVsCodeApi: () => api, host });
await import('../src/webview/main.tsx');
