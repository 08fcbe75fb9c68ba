/** Where the webview begins. */
import { render } from 'preact';
import { App } from './app.tsx';
import type { Given } from '../shared/protocol.ts';
import { Session, type WebviewApi } from './session.ts';
import './styles/main.css';

declare function acquireVsCodeApi(): WebviewApi;

const began = performance.now();
const given = JSON.parse(document.getElementById('given')?.textContent ?? 'null') as Given | null;
const session = new Session(acquireVsCodeApi(), given);
session.times['start'] = began;
window.addEventListener('message', (event) => session.receive(event.data));
for (const name of ['error', 'unhandledrejection'] as const) {
  window.addEventListener(name, (event) => {
    const cause: unknown = event instanceof ErrorEvent ? event.error : (event as PromiseRejectionEvent).reason;
    const message = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause ?? (event as ErrorEvent).message);
    // Chromium says this of every layout that takes two rounds; nothing is wrong.
    if (message.includes('ResizeObserver loop')) return;
    session.host.emit('trouble', { message });
    session.say(`Something went wrong in this view: ${cause instanceof Error ? cause.message : message}`);
  });
}
render(<App session={session} />, document.getElementById('root') ?? document.body);
void session.start();
/** For tests that drive the page. */
Object.assign(globalThis, { exrProbe: () => session.probe() });
