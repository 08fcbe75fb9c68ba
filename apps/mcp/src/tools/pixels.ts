import { type Box2i, type ExrFile, type JsonNumber, jsonNumber as spelled, type PartHeader, plainText, readDeepSamples, readPixels, type SkippedChunk, append } from '@exr/core';
import { z } from 'zod';
import { ToolError } from '../answer/error.ts';
import { name, number, safe } from '../answer/text.ts';
import { checkPart, trueName, withFile } from './files.ts';
import { boxOutput, type Call, defineTool, jsonNumber, partInput, pathInput, regionInput, untrusted } from './tool.ts';

/** Values of one answer: with coordinates and both spellings about five thousand tokens. */
const MOST_VALUES = 300;

export const pixels = defineTool({
  name: 'exr_pixels',
  title: 'Read pixel values',
  heavy: true,
  description:
    `Exact values of a small region or one pixel, channel by channel, row by row; of deep parts the samples of each pixel. At most ${MOST_VALUES} values (pixels times channels); exr_stats measures larger regions and exr_preview shows them. Coordinates are those of the file's data window, as exr_stats reports them. Examples: {"path":"a.exr","region":{"x_min":10,"y_min":20,"x_max":10,"y_max":20}}, {"path":"a.exr","part":1,"channels":["Z"],"region":{"x_min":0,"y_min":0,"x_max":7,"y_max":7}}`,
  input: z.strictObject({
    path: pathInput, part: partInput.describe('Index of the part; default 0'), region: regionInput,
    channels: z.array(z.string().min(1).max(300)).min(1).max(64).optional().describe('Full channel names; default: all of the part'),
    level: z.array(z.number().int().min(0).max(32)).length(2).optional().describe('Mipmap or ripmap level [x, y]; default [0, 0], full resolution'),
  }),
  output: z.object({
    path: z.string(), part: z.number(), level: z.array(z.number()), region: boxOutput.describe('What was read: the part of the region inside the data window'),
    channels: z.array(z.object({ name: z.string(), type: z.string(), rows: z.array(z.array(jsonNumber)).describe('From y_min down, each from x_min on; subsampled channels have fewer') })).optional(),
    deep: z.array(z.object({ x: z.number(), y: z.number(), samples: z.array(z.record(z.string(), jsonNumber)).describe('In stored order') })).optional(),
    more_samples: z.number().optional().describe('Deep samples left out'),
    skipped: z.array(z.string()).describe('Chunks that are missing or broken: their values are NaN (0 for uint)'), note: untrusted,
  }),
  async run({ path, part: index = 0, region, channels, level = [0, 0] }, call) {
    const [x, y] = level as [number, number];
    return withFile(call, path, async (file, { shown }, turn) => {
      checkPart(file, index);
      const part = file.parts[index]!;
      const names = part.channels.map((channel) => channel.name);
      const wanted = channels?.map((each) => trueName(each, names)) ?? names;
      const absent = wanted.find((each) => !names.includes(each));
      if (absent !== undefined) throw new ToolError(`part ${index} has no channel ${name(absent)}; its channels are ${names.slice(0, 40).map((each) => name(each)).join(', ')}${names.length > 40 ? ` and ${names.length - 40} more` : ''}.`);
      if (region.x_max < region.x_min || region.y_max < region.y_min) throw new ToolError('region: x_max and y_max must not be smaller than x_min and y_min.');
      const box = { xMin: region.x_min, yMin: region.y_min, xMax: region.x_max, yMax: region.y_max };
      checkRoom(part, box, wanted.length, x === 0 && y === 0);
      const options = { part: index, level: { x, y }, region: box, channels: wanted, limits: turn.limits, signal: turn.signal };
      const base = { path: shown, part: index, level: [x, y] };
      return part.isDeep ? deepAnswer(file, options, base) : flatAnswer(file, options, base);
    });
  },
});

/** Refuses before anything is decoded. */
function checkRoom({ dataWindow: data, index }: PartHeader, box: Box2i, channels: number, full: boolean): void {
  const inside = { xMin: Math.max(box.xMin, data.xMin), yMin: Math.max(box.yMin, data.yMin), xMax: Math.min(box.xMax, data.xMax), yMax: Math.min(box.yMax, data.yMax) };
  if (full && (inside.xMax < inside.xMin || inside.yMax < inside.yMin)) throw new ToolError(`The region lies outside the data window of part ${index}, which is (${data.xMin}, ${data.yMin}) to (${data.xMax}, ${data.yMax}).`);
  const seen = full ? inside : box;
  const [width, height] = [seen.xMax - seen.xMin + 1, seen.yMax - seen.yMin + 1];
  const values = width * height * channels;
  if (values > MOST_VALUES) throw new ToolError(`${width} x ${height} pixels of ${channels} channels are ${values} values, at most ${MOST_VALUES}: name fewer channels or a smaller region, or use exr_stats with this region.`);
}

interface Base {
  readonly path: string;
  readonly part: number;
  readonly level: number[];
}
type Options = { part: number; level: { x: number; y: number }; region: Box2i; channels: string[]; limits: Call['limits']; signal: AbortSignal };

async function flatAnswer(file: ExrFile, options: Options, base: Base) {
  const { region, planes, skipped } = await readPixels(file, options);
  const lost = skippedTexts(skipped);
  const channels = planes.map(({ name: channel, pixelType, width, height, data }) => ({
    name: safe(channel, 80), type: pixelType, rows: Array.from({ length: height }, (_, row) => Array.from(data.subarray(row * width, (row + 1) * width), spelled)),
  }));
  const one = region.xMin === region.xMax && region.yMin === region.yMax;
  const lines = [`${name(base.path, 300)}: part ${base.part}${levelText(base.level)}, (${region.xMin},${region.yMin}) to (${region.xMax},${region.yMax})`];
  for (const channel of channels) {
    if (one) lines.push(`${name(channel.name)} ${valuesText(channel.rows.flat())}`);
    else append(lines, [`${name(channel.name)}:`, ...channel.rows.map(valuesText)]);
  }
  return { text: [...lines, ...lost.map((text) => `skipped: ${text}`)].join('\n'), data: { ...base, region: boxOf(region), channels, skipped: lost, note: '' } };
}

async function deepAnswer(file: ExrFile, options: Options, base: Base) {
  const { region, width, counts, starts, channels, skipped } = await readDeepSamples(file, options);
  const lost = skippedTexts(skipped);
  const deep: { x: number; y: number; samples: Record<string, JsonNumber>[] }[] = [];
  let [room, more] = [Math.max(1, Math.floor(MOST_VALUES / Math.max(1, channels.length))), 0];
  for (let pixel = 0; pixel < counts.length; pixel++) {
    const samples: Record<string, JsonNumber>[] = [];
    for (let i = 0; i < counts[pixel]!; i++) {
      if (room === 0) more++;
      else {
        samples.push(Object.fromEntries(channels.map((channel) => [safe(channel.name, 40), spelled(channel.data[starts[pixel]! + i]!)])));
        room--;
      }
    }
    deep.push({ x: region.xMin + (pixel % width), y: region.yMin + Math.floor(pixel / width), samples });
  }
  const sampleText = (sample: Record<string, JsonNumber>): string => Object.entries(sample).map(([key, each]) => `${name(key)} ${number(each)}`).join(' ');
  const lines = [`${name(base.path, 300)}: deep part ${base.part}${levelText(base.level)}, samples in stored order`, ...deep.map(({ x, y, samples }) => `(${x},${y}): ${samples.length === 0 ? 'none' : samples.map(sampleText).join(' | ')}`), ...(more > 0 ? [`${more} more samples: ask for a smaller region`] : [])];
  return { text: [...lines, ...lost.map((text) => `skipped: ${text}`)].join('\n'), data: { ...base, region: boxOf(region), deep, ...(more > 0 && { more_samples: more }), skipped: lost, note: '' } };
}

function valuesText(values: readonly JsonNumber[]): string {
  return values.map((each) => number(each)).join(' ');
}

function levelText([x, y]: readonly number[]): string {
  return x || y ? ` level ${x},${y}` : '';
}

function boxOf({ xMin, yMin, xMax, yMax }: Box2i) {
  return { x_min: xMin, y_min: yMin, x_max: xMax, y_max: yMax };
}

function skippedTexts(skipped: readonly SkippedChunk[]): string[] {
  return skipped.slice(0, 6).map(({ message }) => plainText(message, { max: 200 }));
}
