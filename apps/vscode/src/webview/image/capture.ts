/** The developed picture as a PNG: as it is on the screen, or the whole of it at the file's own size. */
import type { HostSide, WebviewSide } from '../../shared/protocol.ts';
import type { Endpoint } from '../../shared/rpc.ts';
import { heightOf, intersection, levelMap, shownBox, widthOf } from './geometry.ts';
import { type Subject } from './pieces.ts';
import { type Look, Renderer } from './renderer.ts';

/** A canvas of this many pixels takes 800 MB with its PNG. */
const MOST_PIXELS = 100e6;
const TILE = 2048;

/** What was drawn just now. */
export function captureView(renderer: Renderer): Promise<Uint8Array> {
  const { width, height } = renderer.canvas;
  const { canvas, context } = sheet(width, height);
  context.putImageData(new ImageData(renderer.readPixels(0, 0, width, height), width, height), 0, 0);
  return pngOf(canvas);
}

/** Level (0, 0), or the level looked at, tile by tile in a context of its own. What `exr preview` shows: the display window where there are data. */
export async function captureImage(subject: Subject, look: Look, host: Endpoint<WebviewSide, HostSide>): Promise<Uint8Array> {
  const { revision, layer, part, channel, level, window } = subject;
  const isFull = level.x === 0 && level.y === 0;
  const shown = isFull ? shownBox(part) : window;
  const [width, height] = [widthOf(shown), heightOf(shown)];
  if (width * height > MOST_PIXELS || Math.max(width, height) > 32767) throw new Error(`A picture of ${width} × ${height} pixels is too large to export here; exr preview on the command line can.`);
  const { canvas, context } = sheet(width, height);
  context.fillRect(0, 0, width, height);
  const tile = document.createElement('canvas');
  const renderer = new Renderer(tile);
  const map = isFull ? levelMap(part.dataWindow, window) : { offsetX: 0, offsetY: 0, scaleX: 1, scaleY: 1 };
  for (let top = shown.yMin; top <= shown.yMax; top += TILE) {
    for (let left = shown.xMin; left <= shown.xMax; left += TILE) {
      const region = intersection(window, { xMin: left, yMin: top, xMax: Math.min(shown.xMax, left + TILE - 1), yMax: Math.min(shown.yMax, top + TILE - 1) });
      if (!region) continue;
      const answer = await host.call('image', { revision, layer: layer.id, level, region, maxSize: TILE, channel });
      renderer.resize(widthOf(region), heightOf(region));
      const piece = renderer.upload('tile', level, 1, answer);
      renderer.draw({ pieces: [piece], look, transform: { scaleX: 1, scaleY: 1, originX: -region.xMin, originY: -region.yMin }, map, surround: [0, 0, 0] });
      context.putImageData(new ImageData(renderer.readPixels(0, 0, tile.width, tile.height), tile.width, tile.height), region.xMin - shown.xMin, region.yMin - shown.yMin);
      renderer.free(piece);
    }
  }
  renderer.gl.getExtension('WEBGL_lose_context')?.loseContext();
  return pngOf(canvas);
}

function sheet(width: number, height: number): { canvas: HTMLCanvasElement; context: CanvasRenderingContext2D } {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new Error('There is no memory for the picture.');
  return { canvas, context };
}

async function pngOf(canvas: HTMLCanvasElement): Promise<Uint8Array> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('The PNG could not be made: the picture is too large for this editor.');
  return new Uint8Array(await blob.arrayBuffer());
}
