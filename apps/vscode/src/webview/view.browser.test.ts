// The view as people use it, in Chromium over the real engine.
import { memorySource, openExr, readPixels } from '@exr/core';
import { afterEach, describe, expect, it } from 'vitest';
import { RpcError } from '../shared/rpc.ts';
import { lastOf } from './state/model.ts';
import { bytesOf, closeAll, decodePng, frame, press, show, until } from './view.spec-util.ts';

afterEach(closeAll);

const text = (root: Element, selector: string): string => root.querySelector(selector)?.textContent ?? '';
const canvasOf = (root: Element): HTMLElement => root.querySelector<HTMLElement>('.canvas-box')!;

describe('a file', () => {
  it('shows its header before its picture', async () => {
    const { root, session } = await show('mixed_layers_zip.exr', { delay: 40, wait: false });
    await until('the header', () => root.querySelector('[data-e2e="header"] [role="treeitem"]'));
    expect(session.store.value.picture.drawn).toBeNull();
    await until('the picture', () => session.store.value.picture.drawn?.what === 'full');
    expect(session.times['header']!).toBeLessThan(session.times['firstImage']!);
    expect(root.querySelector('[data-e2e-picture="full"]')?.getAttribute('data-e2e-layer')).toBe(session.probe()['layer']);
  });

  it('of many kinds opens without a word of complaint', async () => {
    for (const name of ['multipart_3.exr', 'tile_mip_up_piz.exr', 'rip_zip.exr', 'deep_tile_zips.exr', 'yc_piz.exr', 'multiview_stereo.exr', 'attributes_all.exr', 'size_1x1_zip.exr', 'scan_half_rgba_htj2k256.exr', 'uint_half_float_zip.exr', 'long_names.exr']) {
      const { root, session, host, close } = await show(name);
      expect([name, session.store.value.picture.status, session.store.value.failure]).toEqual([name, 'shown', null]);
      expect(root.querySelector('[role="alert"], [data-e2e="notice"]')).toBeNull();
      expect(host.troubles).toEqual([]);
      close();
    }
  });

  it('that is none says what it is, and how to go on', async () => {
    const { root } = await show({ bytes: new TextEncoder().encode('<!doctype html><html><img src=x onerror=alert(1)>'), name: '<b>page</b>.exr' });
    await until('the notice', () => text(root, '[data-e2e="notice"]'));
    expect(text(root, '[data-e2e="notice"]')).toMatch(/HTML|not an OpenEXR/i);
    expect(root.querySelector('b img, img')).toBeNull();
  });

  it('that cannot be had says why, and is asked for again', async () => {
    const { root, session } = await show('mip_zip.exr', { wait: false, failure: ['ready', new RpcError('IO', 'io', 'the server went away')] });
    await until('the message', () => text(root, '.stage-message').includes('the server went away'));
    root.querySelector<HTMLButtonElement>('.stage-actions .button')!.click();
    await until('the picture', () => session.store.value.picture.status === 'shown');
  });

  it('whose pixels fail says so and can be tried again, the header staying', async () => {
    const shown = await show('mixed_layers_zip.exr');
    shown.host.failures.set('image', new RpcError('CORRUPT_DATA', 'format', 'chunk 3 is broken'));
    shown.session.run('nextLayer');
    await until('the message', () => /chunk 3 is broken/i.test(text(shown.root, '.stage-note')));
    expect(shown.root.querySelector('[role="treeitem"]')).not.toBeNull();
    shown.root.querySelector<HTMLButtonElement>('.stage-note .button')!.click();
    await until('the layer', () => shown.session.store.value.picture.drawn?.what === 'full');
  });

  it('that was rendered anew is shown as the old one was', async () => {
    const { host, session } = await show('incomplete_scan_zip.exr');
    session.setView({ exposure: 1.25, zoom: 3, centre: [10, 12], panel: 'structure' });
    await host.open(await bytesOf('scan_half_rgba_zip.exr'), 'incomplete_scan_zip.exr');
    await until('the new file', () => session.store.value.opened?.revision === 2 && session.store.value.picture.drawn?.what === 'full' && session.store.value.structure.status === 'done');
    expect(session.store.value.view).toMatchObject({ exposure: 1.25, zoom: 3, centre: [10, 12], panel: 'structure' });
  });
});

describe('the first sight', () => {
  /** Of the middle of the box: red, green and blue. */
  const middleOf = (canvas: HTMLCanvasElement): number[] => [...canvas.getContext('2d')!.getImageData(canvas.width >> 1, canvas.height >> 1, 1, 1).data.slice(0, 3)];

  it('stands where the picture will be, looks like it, and goes when it is there', async () => {
    const { root, session, viewer, host } = await show('scan_half_rgba_zip.exr', { delay: 60, wait: false });
    const sight = root.querySelector<HTMLCanvasElement>('canvas.sight')!;
    await until('the sight', () => session.times['sight'] !== undefined);
    const place = sight.getBoundingClientRect();
    const colour = middleOf(sight);
    expect(session.store.value.picture).toMatchObject({ status: 'proxy', drawn: null });
    await until('the picture', () => session.store.value.picture.status === 'shown');
    await until('the end of the sight', () => sight.hidden);
    const box = canvasOf(root).getBoundingClientRect();
    const { originX, originY, scaleX } = session.probe()['transform'] as { originX: number; originY: number; scaleX: number };
    const { xMin, yMin, xMax } = session.store.value.opened!.parts[0]!.dataWindow;
    expect([place.left, place.top, place.width].map(Math.round)).toEqual([box.left + originX + xMin * scaleX, box.top + originY + yMin * scaleX, (xMax - xMin + 1) * scaleX].map(Math.round));
    const [x, y] = [xMin + Math.floor((xMax - xMin + 1) / 2), yMin + Math.floor((session.store.value.opened!.parts[0]!.dataWindow.yMax - yMin + 1) / 2)];
    viewer.readScreen(x, y)!.slice(0, 3).forEach((code, i) => expect(Math.abs(code - colour[i]!)).toBeLessThanOrEqual(1));
    expect(host.asked.filter(({ method }) => method === 'image')).toHaveLength(1);
  });

  it('is not asked for where the host would develop another picture than the view', async () => {
    const { host } = await show('scan_half_rgba_zip.exr', { state: { falseColour: true } });
    expect(host.asked.some(({ method }) => method === 'sight')).toBe(false);
  });
});

describe('the picture', () => {
  it('is not drawn again while nothing changes', async () => {
    const { viewer, session } = await show('mixed_layers_zip.exr');
    await until('the structure', () => session.store.value.structure.status === 'done');
    session.setView({ zoom: 2, centre: [20, 20] });
    const rested = async (): Promise<number> => {
      await new Promise((resolve) => setTimeout(resolve, 400));
      return viewer.renderer.frames;
    };
    const frames = await rested();
    expect(await rested()).toBe(frames);
  });

  it('marks NaN, hatches what is missing, and leaves both off when told', async () => {
    const nan = await show('half_naninf_zip.exr', { state: { windows: false } });
    const place = { x: 0, y: 0 };
    expect(nan.viewer.readScreen(place.x, place.y)!.slice(0, 3)).toEqual([255, 0, 255]);
    press('m', {}, canvasOf(nan.root));
    expect(nan.viewer.readScreen(place.x, place.y)!.slice(0, 3)).not.toEqual([255, 0, 255]);
    nan.close();
    const cut = await show('incomplete_scan_zip.exr');
    const hatch = [[40, 40, 48], [96, 88, 40]];
    expect(hatch).toContainEqual(cut.viewer.readScreen(10, 60)!.slice(0, 3));
    expect(hatch).not.toContainEqual(cut.viewer.readScreen(10, 5)!.slice(0, 3));
  });

  it('follows keys: exposure, layers, zoom, solo, the sheet', async () => {
    const { root, session, host, viewer } = await show('mixed_layers_zip.exr');
    const canvas = canvasOf(root);
    const before = viewer.readScreen(40, 30)!;
    press('E', { shiftKey: true }, canvas);
    press('E', { shiftKey: true }, canvas);
    expect(session.store.value.view.exposure).toBe(-1);
    expect(viewer.readScreen(40, 30)![1]).toBeLessThan(before[1]!);
    await until('the host to know', () => host.states.at(-1)?.exposure === -1);
    press('R', { shiftKey: true }, canvas);
    const [red, green, blue] = viewer.readScreen(40, 30)!;
    expect([green, blue]).toEqual([red, red]);
    const layer = session.probe()['layer'];
    press(']', {}, canvas);
    expect(session.probe()['layer']).not.toBe(layer);
    press('0', {}, canvas);
    await frame();
    expect(session.store.value.zoom).toBe(1);
    press('?', { shiftKey: true }, canvas);
    await until('the sheet', () => root.querySelector('dialog[open]'));
    expect(text(root, '[data-e2e="help"]')).toContain('Exposure up');
    press('?', {}, root.querySelector('dialog')!);
    await until('it to close', () => !root.querySelector('dialog[open]'));
  });

  it('keeps its keys from VS Code, and leaves it its own', async () => {
    const { root } = await show('mip_zip.exr');
    const reached: string[] = [];
    const listener = (event: KeyboardEvent): void => void reached.push(event.key);
    window.addEventListener('keydown', listener);
    press('e', {}, canvasOf(root));
    press('p', { ctrlKey: true }, canvasOf(root));
    window.removeEventListener('keydown', listener);
    expect(reached).toEqual(['p']);
  });

  it('moves by wheel, drag and keys, and stays where a drag began', async () => {
    const { root, session, viewer } = await show('scan_half_rgba_zip.exr');
    const canvas = canvasOf(root);
    const box = canvas.getBoundingClientRect();
    const [x, y] = [box.left + 300, box.top + 200];
    const fit = session.store.value.zoom;
    canvas.dispatchEvent(new WheelEvent('wheel', { deltaY: -120, clientX: x, clientY: y, bubbles: true, cancelable: true }));
    expect(session.store.value.view.zoom).toBeGreaterThan(fit);
    const origin = (): number => (viewer.probe()['transform'] as { originX: number }).originX;
    const from = origin();
    const pointer = (type: string, dx: number): boolean => canvas.dispatchEvent(new PointerEvent(type, { pointerId: 1, button: 0, buttons: 1, clientX: x + dx, clientY: y, bubbles: true, cancelable: true }));
    canvas.setPointerCapture = () => undefined;
    pointer('pointerdown', 0);
    pointer('pointermove', 40);
    pointer('pointermove', 60);
    pointer('pointerup', 60);
    expect(Math.abs(origin() - from - 60)).toBeLessThanOrEqual(1);
    press('ArrowLeft', {}, canvas);
    expect(origin()).toBeGreaterThan(from + 100);
    press('f', {}, canvas);
    await frame();
    expect(session.store.value.view.zoom).toBe('fit');
  });

  it('follows editors in step without answering them', async () => {
    const { host, session } = await show('mixed_layers_zip.exr');
    await frame();
    const sent = host.states.length;
    host.endpoint.emit('linked', true);
    host.endpoint.emit('follow', { exposure: 2, zoom: 4, centre: [5, 6], panel: 'statistics' } as never);
    await until('it to follow', () => session.store.value.view.exposure === 2);
    expect(session.store.value.view).toMatchObject({ zoom: 4, centre: [5, 6], panel: 'header' });
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(host.states.length).toBe(sent);
  });

  it('comes back after the graphics card took its memory away', async () => {
    const { session, viewer } = await show('scan_half_rgba_zip.exr');
    const before = viewer.readScreen(20, 20);
    const losing = viewer.renderer.gl.getExtension('WEBGL_lose_context')!;
    losing.loseContext();
    await until('the loss', () => viewer.pieces.shown === null);
    await new Promise((resolve) => setTimeout(resolve, 50));
    losing.restoreContext();
    await until('the picture', () => session.store.value.picture.drawn?.what === 'full' && !viewer.renderer.isLost && viewer.pieces.shown !== null);
    expect(viewer.readScreen(20, 20)).toEqual(before);
  });

  it('is not needed for the header: without WebGL2 the rest works', async () => {
    const getContext = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function without(this: HTMLCanvasElement, ...given: [string]) {
      return given[0] === 'webgl2' ? null : (getContext as (...each: unknown[]) => unknown).call(this, ...given);
    } as typeof getContext;
    try {
      const { root } = await show('mip_zip.exr');
      await until('the message', () => text(root, '.stage-message').includes('WebGL2'));
      await until('the header', () => root.querySelector('[role="treeitem"]'));
    } finally {
      HTMLCanvasElement.prototype.getContext = getContext;
    }
  });

  it('asks no longer for what is no longer looked at', async () => {
    const { host, session } = await show('mixed_layers_zip.exr', { delay: 30 });
    const images = host.asked.filter(({ method }) => method === 'image').length;
    for (let i = 0; i < 4; i++) session.run('nextLayer');
    await until('the last layer', () => session.store.value.picture.drawn?.layer === session.probe()['layer'] && session.store.value.picture.drawn?.what === 'full');
    expect(host.asked.filter(({ method }) => method === 'image').length - images).toBeLessThanOrEqual(4);
  });

  it('is captured as it is seen', async () => {
    const { host, viewer } = await show('scan_half_rgba_zip.exr');
    const { png } = await host.endpoint.call('capture', { scope: 'view' });
    const { width, height } = await decodePng(png);
    // Of the whole canvas, also where frames were so slow that it is drawn with fewer pixels for the moment.
    expect(viewer.probe()['canvas']).toMatchObject({ width, height });
    const probe = (await host.endpoint.call('probe', {})) as { toScreen: readonly number[] };
    expect(probe.toScreen).toHaveLength(3);
  });
});

describe('the panels', () => {
  it('walk and copy the header by keys', async () => {
    const { root, host } = await show('attributes_all.exr');
    const focused = (): HTMLElement => root.querySelector<HTMLElement>('[role="treeitem"][tabindex="0"]')!;
    focused().focus();
    press('End');
    await frame();
    expect(document.activeElement?.textContent).toContain('worldToCamera');
    press('ArrowRight');
    await frame();
    press('ArrowDown');
    await frame();
    expect(document.activeElement?.textContent).toMatch(/row 1.*1 {2}0 {2}0 {2}0/);
    press('c', { ctrlKey: true });
    await until('the copy', () => host.copied.length > 0);
    expect(host.copied[0]).toBe('1  0  0  0');
  });

  it('find an attribute', async () => {
    const { root } = await show('attributes_all.exr');
    press('/', {}, canvasOf(root));
    await until('the field', () => document.activeElement?.hasAttribute('data-search'));
    const field = document.activeElement as HTMLInputElement;
    field.value = 'framesPer';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    await until('the row', () => [...root.querySelectorAll('[role="treeitem"]')].length === 3);
    expect(text(root, '[data-e2e="header"]')).toContain('24000/1001');
  });

  it('tell the pixel under the pointer as the file has it', async () => {
    const name = 'uint_half_float_zip.exr';
    const { root, viewer, session } = await show(name);
    const file = await openExr(memorySource(await bytesOf(name), name));
    const at = { x: 11, y: 7 };
    viewer.goTo(at.x, at.y);
    await until('the values', () => session.pointing.value.exact !== null);
    await frame();
    const { planes } = await readPixels(file, { part: 0, region: { xMin: at.x, yMin: at.y, xMax: at.x, yMax: at.y } });
    for (const plane of planes) {
      const said = Number(text(root, `[data-e2e="inspector"] [data-channel="${plane.name}"]`).replace('−', '-').replace('+Inf', 'Infinity'));
      expect(said).toBe(plane.pixelType === 'uint' ? plane.data[0] : Number(plane.data[0]!.toPrecision(plane.pixelType === 'half' ? 5 : 7)));
    }
  });

  it('list a deep pixel’s samples', async () => {
    const { root, viewer, session } = await show('deep_scan_zips.exr');
    let at = { x: 5, y: 5 };
    for (; session.pointing.value.exact?.deep?.count === undefined || session.pointing.value.exact.deep.count < 2; at = { x: at.x + 1, y: at.y }) {
      viewer.goTo(at.x, at.y);
      await until('the samples', () => session.pointing.value.exact !== null);
    }
    root.querySelector<HTMLButtonElement>('.inspector .icon-button')!.click();
    await until('the table', () => root.querySelectorAll('.deep-samples tbody tr').length === session.pointing.value.exact!.deep!.count);
  });

  it('measure, go to the first NaN, and export', async () => {
    const { root, host, session } = await show('half_naninf_zip.exr', { state: { panel: 'statistics' } });
    await until('the table', () => root.querySelector('[data-e2e="statistics"] tbody tr'));
    const channel = lastOf(session.store.value.stats)!.channels.find(({ nan }) => nan > 0)!;
    root.querySelector<HTMLButtonElement>(`[data-e2e="statistics"] tr[data-channel="${channel.name}"] .link.is-error`)!.click();
    await frame();
    expect(session.store.value.zoom).toBeGreaterThanOrEqual(24);
    const first = channel.first_nonfinite.find(({ value }) => value === 'NaN');
    expect(session.pointing.value.at).toEqual({ x: first!.x, y: first!.y });
    session.run('exportStatsCsv');
    await until('the file', () => host.saved.length > 0);
    expect(host.saved[0]).toMatchObject({ suggested: 'half_naninf_zip.csv' });
    expect(host.saved[0]!.data).toMatch(/^part,channel,partial,count,nan/);
  });

  it('measure a region that was selected', async () => {
    const { host, session } = await show('scan_half_rgba_zip.exr', { state: { panel: 'statistics' } });
    const region = { xMin: 3, yMin: 15, xMax: 6, yMax: 19 };
    session.askStats(0, region);
    await until('the numbers', () => session.store.value.stats.status !== 'running');
    expect(session.store.value.stats).toMatchObject({ status: 'done', answer: { region } });
    expect(lastOf(session.store.value.stats)!.channels[0]!.count).toBe(20);
    expect(host.asked.at(-1)).toMatchObject({ method: 'stats' });
  });

  it('say what is missing and go there', async () => {
    const { root, session } = await show('incomplete_scan_zip.exr', { state: { panel: 'structure' } });
    await until('the verdict', () => text(root, '.verdict').includes('missing'));
    expect(text(root, '.badge.is-verdict')).toContain('incomplete');
    root.querySelector<HTMLButtonElement>('.places .link')!.click();
    await frame();
    expect(session.pointing.value.at!.y).toBeGreaterThan(18);
  });

  it('show layers with pictures, and one channel of a layer alone', async () => {
    const { root, session, viewer } = await show('mixed_layers_zip.exr', { state: { panel: 'layers' } });
    await until('a thumbnail', () => root.querySelector('.layer-picture canvas.is-there'));
    const rows = root.querySelectorAll<HTMLElement>('[role="option"]');
    expect(rows.length).toBe(session.store.value.opened!.layers.length);
    [...root.querySelectorAll<HTMLButtonElement>('[role="option"][aria-selected="true"] .chip')].find((chip) => chip.textContent === 'G')!.click();
    await until('the channel', () => session.store.value.picture.drawn?.what === 'full' && session.store.value.view.channel === 'G' && viewer.pieces.shown?.channel === 'G');
    const [red, green, blue] = viewer.readScreen(40, 30)!;
    expect([red, blue]).toEqual([green, green]);
  });
});

describe('for everyone', () => {
  it('every control has a name', async () => {
    const { root } = await show('mixed_layers_zip.exr', { state: { panel: 'statistics' } });
    await until('the table', () => root.querySelector('[data-e2e="statistics"] tbody tr'));
    root.querySelector<HTMLButtonElement>('.popover .icon-button')!.click();
    await until('the sheet', () => root.querySelector('.popover-sheet'));
    const nameless = [...root.querySelectorAll<HTMLElement>('button, input, select, [role="tree"], [role="slider"]')].filter((each) => !each.getAttribute('aria-label') && !each.textContent?.trim() && !(each as HTMLInputElement).labels?.length);
    expect(nameless.map((each) => each.outerHTML)).toEqual([]);
  });

  it('in 400 pixels nothing is wider than the page', async () => {
    const { root } = await show('mixed_layers_zip.exr');
    Object.assign(root.style, { inset: '0 auto 0 0', width: '400px' });
    await frame();
    await frame();
    const wide = [...root.querySelectorAll<HTMLElement>('.toolbar *, .side, .inspector')].filter((each) => each.getBoundingClientRect().right > 400.5 && each.getClientRects().length > 0);
    expect(wide.map(({ className }) => String(className))).toEqual([]);
  });
});
