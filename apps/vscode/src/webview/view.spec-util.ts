/** The whole view in a test's page, over the real engine. */
import { h, render } from 'preact';
import '../../dev/themes.css';
import { App } from './app.tsx';
import { FakeHost, type FakeHostOptions } from './fake-host.spec-util.ts';
import type { Viewer } from './image/viewer.ts';
import { Session } from './session.ts';
import './styles/main.css';

export async function bytesOf(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(`/file/${name}`);
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

export interface Shown {
  readonly host: FakeHost;
  readonly session: Session;
  readonly root: HTMLElement;
  readonly viewer: Viewer;
  close(): void;
}

const open = new Set<() => void>();

/** Opens a fixture and waits until its picture is shown, or says that there is none. */
export async function show(name: string | { readonly bytes: Uint8Array; readonly name: string }, options: FakeHostOptions & { readonly wait?: boolean } = {}): Promise<Shown> {
  const host = new FakeHost(options);
  await (typeof name === 'string' ? host.open(await bytesOf(name), name) : host.open(name.bytes, name.name));
  document.body.className = 'vscode-dark';
  const root = document.createElement('div');
  root.id = 'root';
  Object.assign(root.style, { position: 'fixed', inset: '0' });
  document.body.append(root);
  const session: Session = new Session(host.api((message) => session.receive(message)));
  render(h(App, { session }), root);
  const close = (): void => {
    render(null, root);
    root.remove();
    open.delete(close);
  };
  open.add(close);
  void session.start();
  await until('the view', () => session.picture !== null || session.store.value.noPicture !== null);
  if (options.wait !== false) await until('the picture', () => ['shown', 'failed'].includes(session.store.value.picture.status) || session.store.value.opened?.layers.length === 0 || session.store.value.noPicture !== null);
  return { host, session, root, viewer: session.picture as Viewer, close };
}

/** Between tests. */
export function closeAll(): void {
  for (const close of [...open]) close();
}

export async function until(what: string, suits: () => unknown, timeout = 60_000): Promise<void> {
  const end = performance.now() + timeout;
  while (!suits()) {
    if (performance.now() > end) throw new Error(`waited for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The next frame has been drawn. */
export async function frame(): Promise<void> {
  for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
}

export async function decodePng(png: Uint8Array): Promise<{ width: number; height: number; data: Uint8ClampedArray }> {
  const bitmap = await createImageBitmap(new Blob([png as Uint8Array<ArrayBuffer>], { type: 'image/png' }), { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
  context.drawImage(bitmap, 0, 0);
  return { width: bitmap.width, height: bitmap.height, data: context.getImageData(0, 0, bitmap.width, bitmap.height).data };
}

/** Mean and largest difference of red, green and blue, in 8-bit codes. */
export function difference(ours: ArrayLike<number>, theirs: ArrayLike<number>): { mean: number; max: number } {
  let [sum, max, count] = [0, 0, 0];
  for (let i = 0; i < ours.length; i++) {
    if (i % 4 === 3) continue;
    const by = Math.abs(ours[i]! - theirs[i]!);
    sum += by;
    count++;
    if (by > max) max = by;
  }
  return { mean: sum / count, max };
}

export function press(key: string, more: KeyboardEventInit = {}, target: Element = document.activeElement ?? document.body): void {
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
}
