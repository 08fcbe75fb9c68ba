/** What is drawn over the picture: outlines of the windows, the grid and values of single pixels, the selection. */
import type { Box } from '../../shared/protocol.ts';
import { valueText } from '../format/numbers.ts';
import { intersection, isEmpty, toScreen, type Transform } from './geometry.ts';
import { valueAt } from './half.ts';
import type { Piece } from './renderer.ts';

export interface OverlayScene {
  readonly width: number;
  readonly height: number;
  /** Device pixels for a CSS pixel. */
  readonly ratio: number;
  readonly transform: Transform;
  readonly dataWindow: Box;
  readonly displayWindow: Box;
  readonly windows: boolean;
  readonly selection: Box | null;
  /** A pixel that is inspected by keys or was clicked. */
  readonly pinned: { readonly x: number; readonly y: number } | null;
  /** What can be seen, in pixels of level (0, 0). */
  readonly visible: Box | null;
  /** Pieces with every pixel of level (0, 0), for values in cells; empty for none. */
  readonly exact: readonly Piece[];
  /** Values are written into cells that are at least this large, in CSS pixels. */
  readonly valuesFrom: number;
  readonly colours: OverlayColours;
}

export interface OverlayColours {
  readonly data: string;
  readonly display: string;
  readonly selection: string;
  readonly font: string;
}

const GRID_FROM = 8;
const MOST_CELLS = 3000;

export function drawOverlay(context: CanvasRenderingContext2D, scene: OverlayScene): void {
  const { width, height, ratio, transform, windows, dataWindow, displayWindow, selection, pinned, colours } = scene;
  context.clearRect(0, 0, width, height);
  context.lineWidth = Math.max(1, Math.round(ratio));
  if (scene.visible && transform.scaleY >= GRID_FROM * ratio) drawGrid(context, scene, scene.visible);
  if (scene.visible && Math.min(transform.scaleX, transform.scaleY) >= scene.valuesFrom * ratio) drawValues(context, scene, scene.visible);
  if (windows) {
    const same = (['xMin', 'yMin', 'xMax', 'yMax'] as const).every((key) => dataWindow[key] === displayWindow[key]);
    if (!isEmpty(displayWindow)) outline(context, scene, displayWindow, colours.display, [], same ? null : `display ${sizeText(displayWindow)}`, 'above');
    if (!same) outline(context, scene, dataWindow, colours.data, [5, 4], `data ${sizeText(dataWindow)}`, 'below');
  }
  if (selection) outline(context, scene, selection, colours.selection, [4, 3], sizeText(selection), 'below');
  if (pinned) outline(context, scene, { xMin: pinned.x, yMin: pinned.y, xMax: pinned.x, yMax: pinned.y }, colours.selection, [], null, 'above');
}

export function sizeText({ xMin, yMin, xMax, yMax }: Box): string {
  return `${xMax - xMin + 1} × ${yMax - yMin + 1}`;
}

function outline(context: CanvasRenderingContext2D, { transform, ratio, width, height, colours }: OverlayScene, box: Box, colour: string, dash: readonly number[], label: string | null, side: 'above' | 'below'): void {
  const [left, top] = toScreen(transform, box.xMin, box.yMin).map(Math.round) as [number, number];
  const [right, bottom] = toScreen(transform, box.xMax + 1, box.yMax + 1).map(Math.round) as [number, number];
  const line = context.lineWidth;
  // Just outside of the pixels. Far outside of the canvas dashes would be drawn without end.
  const [x, y] = [Math.max(left, -50) - line / 2, Math.max(top, -50) - line / 2];
  const [w, h] = [Math.min(right, width + 50) + line / 2 - x, Math.min(bottom, height + 50) + line / 2 - y];
  if (w <= 0 || h <= 0) return;
  context.setLineDash([]);
  context.strokeStyle = 'rgb(0 0 0 / 0.45)';
  context.strokeRect(x, y, w, h);
  context.setLineDash(dash.map((each) => each * ratio));
  context.strokeStyle = colour;
  context.strokeRect(x, y, w, h);
  context.setLineDash([]);
  if (label === null) return;
  context.font = `${Math.round(11 * ratio)}px ${colours.font}`;
  const wide = context.measureText(label).width + 8 * ratio;
  const high = 16 * ratio;
  const labelX = Math.min(Math.max(left, 0), Math.max(0, width - wide));
  const labelY = side === 'above' ? top - high - line : bottom + line;
  if (labelY < -high || labelY > height || left > width || right < 0) return;
  const at = Math.min(Math.max(labelY, 0), height - high);
  context.fillStyle = 'rgb(0 0 0 / 0.6)';
  context.fillRect(labelX, at, wide, high);
  context.fillStyle = colour;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  context.fillText(label, labelX + 4 * ratio, at + high / 2 + 0.5);
}

function drawGrid(context: CanvasRenderingContext2D, { transform, ratio }: OverlayScene, visible: Box): void {
  const strength = Math.min(0.35, (transform.scaleY / ratio - GRID_FROM) / 60 + 0.06);
  context.strokeStyle = `rgb(128 128 128 / ${strength})`;
  context.lineWidth = 1;
  context.beginPath();
  const [left, top] = toScreen(transform, visible.xMin, visible.yMin);
  const [right, bottom] = toScreen(transform, visible.xMax + 1, visible.yMax + 1);
  for (let x = visible.xMin; x <= visible.xMax + 1; x++) {
    const at = Math.round(toScreen(transform, x, 0)[0]) + 0.5;
    context.moveTo(at, top);
    context.lineTo(at, bottom);
  }
  for (let y = visible.yMin; y <= visible.yMax + 1; y++) {
    const at = Math.round(toScreen(transform, 0, y)[1]) + 0.5;
    context.moveTo(left, at);
    context.lineTo(right, at);
  }
  context.stroke();
  context.lineWidth = Math.max(1, Math.round(ratio));
}

const COMPONENT_COLOURS: Readonly<Record<string, string>> = { R: '#ffb3ab', G: '#a6eba6', B: '#accbff', A: '#ffffff' };

function drawValues(context: CanvasRenderingContext2D, { transform, exact, ratio, colours }: OverlayScene, visible: Box): void {
  if ((visible.xMax - visible.xMin + 1) * (visible.yMax - visible.yMin + 1) > MOST_CELLS) return;
  const [cellX, cellY] = [transform.scaleX, transform.scaleY];
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (const { answer } of exact) {
    const lines = answer.planes.length;
    const size = Math.floor(Math.min((cellY * 0.72) / lines / 1.25, cellX / 5.6, 13 * ratio));
    if (size < 6 * ratio) continue;
    context.font = `${size}px ${colours.font}`;
    const box = intersection(answer.region, visible);
    if (!box) continue;
    const step = size * 1.25;
    for (let y = box.yMin; y <= box.yMax; y++) {
      for (let x = box.xMin; x <= box.xMax; x++) {
        const i = (y - answer.region.yMin) * answer.width + (x - answer.region.xMin);
        const [centreX, centreY] = toScreen(transform, x + 0.5, y + 0.5);
        const texts = answer.planes.map((plane) => valueText(valueAt(plane, i), 4));
        // A plate no larger than the numbers: the pixel's own colour stays in sight around it.
        const wide = Math.min(cellX * 0.94, texts.reduce((most, text) => Math.max(most, text.length), 0) * size * 0.62 + size * 0.5);
        context.fillStyle = 'rgb(0 0 0 / 0.5)';
        context.fillRect(Math.round(centreX - wide / 2), Math.round(centreY - (lines * step) / 2 - size * 0.1), Math.round(wide), Math.round(lines * step + size * 0.2));
        texts.forEach((text, line) => {
          const at = centreY + (line - (lines - 1) / 2) * step;
          const name = answer.names[line] ?? 'A';
          context.fillStyle = lines === 1 ? '#ffffff' : (COMPONENT_COLOURS[name.slice(name.lastIndexOf('.') + 1).toUpperCase()] ?? '#ffffff');
          context.fillText(text, centreX, at, cellX * 0.88);
        });
      }
    }
  }
}
