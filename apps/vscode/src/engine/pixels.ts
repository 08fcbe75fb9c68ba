/** Values under the cursor: as they stand in the file, deep samples front to back. */
import { clipRegion, ExrError, readDeepSamples, readPixels, readProxyPlanes, type ExrFile } from '@exr/core';
import type { PixelsAnswer, PixelsParams } from '../shared/protocol.ts';
import type { ImageRun } from './image.ts';

const MOST_PIXELS = 4096;
const MOST_SAMPLES = 200;

/** Throws INVALID_ARGUMENT for what the file does not have and for more than 4,096 pixels. */
export async function readValues(file: ExrFile, { part, level, region: asked, channels }: Omit<PixelsParams, 'revision'>, run: ImageRun): Promise<PixelsAnswer> {
  const { name } = file.source;
  const header = file.parts[part];
  const window = run.index.grids[part]?.level(level.x, level.y)?.window;
  if (!header) throw new ExrError('INVALID_ARGUMENT', `${name}: part ${part}, expected 0 to ${file.parts.length - 1}`, { source: name });
  if (run.index.unreadable[part]) throw run.index.unreadable[part];
  if (!window) throw new ExrError('INVALID_ARGUMENT', `${name}: part ${part} has no level ${level.x},${level.y}`, { source: name, part });
  const region = clipRegion(window, asked, name);
  const [width, height] = [region.xMax - region.xMin + 1, region.yMax - region.yMin + 1];
  if (width * height > MOST_PIXELS) throw new ExrError('INVALID_ARGUMENT', `${name}: values of ${width * height} pixels, expected ${MOST_PIXELS} at most`, { source: name, part });
  const where = { ...run, part, level, region };
  if (!header.isDeep) {
    const { planes } = await readPixels(file, { ...where, channels });
    return { region, channels: planes.map(({ name: channel, pixelType: type, width: across, height: down, data: values }) => ({ name: channel, type, width: across, height: down, values })), deep: null };
  }
  const names = channels ?? header.channels.map((channel) => channel.name);
  const { planes } = await readProxyPlanes(file, { ...where, picture: { kind: 'rgb', names, alpha: null }, size: MOST_PIXELS, every: true });
  const flat = planes.map((values, i) => ({ name: names[i]!, type: header.channels.find((channel) => channel.name === names[i])!.pixelType, width, height, values }));
  return { region, channels: flat, deep: width * height === 1 ? await samplesOf(file, where) : null };
}

async function samplesOf(file: ExrFile, where: Parameters<typeof readDeepSamples>[1]): Promise<NonNullable<PixelsAnswer['deep']>> {
  const { counts, channels } = await readDeepSamples(file, where);
  const count = counts[0]!;
  const depth = channels.find(({ name }) => name === 'Z')?.data;
  const order = Array.from({ length: count }, (_, i) => i);
  // A stable sort: samples at one depth stay as they are stored, and NaNs stay where they are.
  if (depth) order.sort((a, b) => depth[a]! - depth[b]! || 0);
  return { count, samples: order.slice(0, MOST_SAMPLES).map((i) => Object.fromEntries(channels.map(({ name, data }) => [name, data[i]!]))) };
}
