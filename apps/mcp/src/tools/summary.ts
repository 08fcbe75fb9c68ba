import { buildReport, type ExrFile, type ExrReport, formatBytes, frameRanges, type PartHeader, type ReportPart, append } from '@exr/core';
import { z } from 'zod';
import { name, number, safe, UNTRUSTED } from '../answer/text.ts';
import { estimateTokens } from '../answer/tokens.ts';
import { layerTexts, partText, pixelTypes } from './describe.ts';
import { targetOf, withFile } from './files.ts';
import { reportLink } from '../resource-uri.ts';
import { defineTool, jsonNumber, manyPathInput, untrusted } from './tool.ts';

/** Text and structured content each stay below this, by an estimate that is seldom too low. */
const MOST = 385;
/** What all names together may be cut to, rounds of it: names of files, parts, layers and software are other people's, and as long as they like. */
const ROUNDS = [1, 0.6, 0.35, 0.2, 0.1, 0.05];

export const summary = defineTool({
  name: 'exr_summary',
  title: 'Summarise an EXR file',
  heavy: false,
  description:
    'Start here for one file: parts with their index, name, type, size, compression, pixel types, layers, colour space, software, timecode; header problems. Reads the header only (fast, whatever the size), so it cannot say whether the pixels are whole: use exr_structure for that, exr_stats for values, exr_preview to look. For a sequence pattern it describes the first frame and says which frames there are. Example: {"path":"sh010/beauty.1001.exr"}',
  input: z.strictObject({ path: manyPathInput }),
  output: z.object({
    path: z.string(), size_bytes: z.number(), written: z.string().nullable().describe('ISO 8601, UTC'), exr_version: z.number().nullable(), frame: z.number().nullable(),
    frames: z.string().optional().describe('Of a sequence: the frames that are there'),
    part_count: z.number(), deep: z.boolean(),
    parts: z.array(z.object({
      index: z.number(), name: z.string().nullable(), view: z.string().optional(), type: z.string(), compression: z.string(), size: z.string().describe('Data window, WIDTHxHEIGHT'),
      origin: z.array(z.number()).optional().describe('Upper left of the data window when not 0,0'), display: z.string().optional().describe('Display window when it differs: WIDTHxHEIGHT+X+Y'),
      pixels: z.string(), channels: z.number(), layers: z.array(z.string()).describe('layer.COMPONENTS; the base layer has no name'),
      tiles: z.string().optional(), levels: z.string().optional(), color_space: z.string().optional(), software: z.string().optional(), timecode: z.string().optional(), frame_rate: jsonNumber.optional(),
    })),
    more_parts: z.number().describe('Parts left out for brevity; exr_attributes with part shows them'),
    problems: z.array(z.string()).describe('What is wrong with the headers'),
    notes: z.array(z.string()).describe('Harmless oddities'),
    note: untrusted,
  }),
  async run({ path }, call) {
    const target = await targetOf(path, undefined, call);
    const first = target.kind === 'file' ? target.file : target.files[0]!;
    return withFile(call, first.path, async (file, { source }) => {
      const report = buildReport(file, { path: first.shown, mtime: source.mtime });
      const frames = target.kind === 'many' ? frameRanges(target.files.flatMap(({ frame }) => (frame === null ? [] : [frame]))).slice(0, 120) : null;
      const fits = ({ text, data }: ReturnType<typeof answerOf>): boolean => estimateTokens(`${text}\n(${UNTRUSTED})`) <= MOST && estimateTokens(JSON.stringify({ ...data, note: UNTRUSTED })) <= MOST;
      let answer = answerOf(file, report, frames, ROUNDS[0]!);
      for (const round of ROUNDS.slice(1)) if (!fits(answer)) answer = answerOf(file, report, frames, round);
      return { ...answer, links: answer.data.more_parts > 0 || report.errors.length > answer.data.problems.length || report.notes.length > answer.data.notes.length ? [reportLink(call.folders, first.path)] : [] };
    });
  },
});

/** `round`: the share of their usual length that names are cut to. */
function answerOf(file: ExrFile, report: ExrReport, frames: string | null, round: number) {
  const most = (characters: number): number => Math.max(4, Math.floor(characters * round));
  const problems = report.errors.slice(0, round < 0.2 ? 1 : 3).map((error) => safe(`${error.code}: ${error.message}`, most(160)));
  const notes = report.notes.slice(0, round < 0.2 ? 1 : 2).map((note) => safe(`${note.code}: ${note.message}`, most(160)));
  const layers = round === 1 ? 10 : round > 0.2 ? 3 : 1;
  const head = headOf(report, frames, most);
  const data = { ...head.data, parts: [] as PartSummary[], more_parts: 0, problems, notes };
  const lines = [head.text];
  const room = { text: MOST - estimateTokens(`${head.text}\n(${UNTRUSTED})`) - estimateTokens([...problems, ...notes].join('\nproblem: ')) - 15, data: MOST - estimateTokens(JSON.stringify({ ...data, note: UNTRUSTED })) };
  for (const [i, part] of report.parts.entries()) {
    const full = partSummary(part, file.parts[i]!, layers, most);
    // A first part with too much to say says less; a later one is only counted.
    const one = i === 0 && (estimateTokens(full.text) > room.text || estimateTokens(JSON.stringify(full.data)) > room.data) ? partSummary(part, file.parts[i]!, Math.min(layers, 3), most) : full;
    room.text -= estimateTokens(one.text);
    room.data -= estimateTokens(JSON.stringify(one.data));
    if (i > 0 && (room.text < 0 || room.data < 0)) {
      data.more_parts = report.parts.length - i;
      lines.push(`… and ${data.more_parts} more parts`);
      break;
    }
    lines.push(one.text);
    data.parts.push(one.data);
  }
  append(lines, [...problems.map((problem) => `problem: ${problem}`), ...notes.map((note) => `note: ${note}`)]);
  return { text: lines.join('\n'), data: { ...data, note: '' } };
}

type Most = (characters: number) => number;

interface PartSummary {
  index: number; name: string | null; view?: string; type: string; compression: string; size: string; origin?: number[]; display?: string; pixels: string; channels: number; layers: string[];
  tiles?: string; levels?: string; color_space?: string; software?: string; timecode?: string; frame_rate?: ReportPart['pixel_aspect_ratio'];
}

function headOf({ file, parts }: ExrReport, frames: string | null, most: Most) {
  const path = safe(file.path, most(300));
  const data = {
    path, size_bytes: file.size_bytes, written: file.mtime, exr_version: file.exr_version, frame: file.frame_number, ...(frames !== null && { frames }), part_count: parts.length, deep: file.is_deep,
  };
  const facts = [formatBytes(file.size_bytes), parts.length === 1 ? '1 part' : `${parts.length} parts`, ...(file.is_deep ? ['deep'] : []), ...(frames !== null ? [`frames ${frames}, this is the first`] : file.frame_number !== null ? [`frame ${file.frame_number}`] : []), ...(file.mtime ? [`written ${file.mtime.slice(0, 19)}Z`] : [])];
  return { data, text: `${name(path, 400)}: OpenEXR ${file.exr_version ?? '?'}, ${facts.join(', ')}` };
}

function partSummary(report: ReportPart, part: PartHeader, mostLayers: number, most: Most): { data: PartSummary; text: string } {
  const { data_window: data, display_window: display } = report;
  const [width, height] = [display.x_max - display.x_min + 1, display.y_max - display.y_min + 1];
  const differs = data.x_min !== display.x_min || data.y_min !== display.y_min || report.width !== width || report.height !== height;
  const layers = layerTexts(part, mostLayers, most);
  const result: PartSummary = {
    index: report.index, name: report.name === null ? null : safe(report.name, most(80)), ...(report.view !== null && { view: safe(report.view, most(40)) }), type: report.type, compression: report.compression, size: `${report.width}x${report.height}`,
    ...((data.x_min !== 0 || data.y_min !== 0) && { origin: [data.x_min, data.y_min] }), ...(differs && { display: `${width}x${height}+${display.x_min}+${display.y_min}` }),
    pixels: pixelTypes(part.channels), channels: part.channels.length, layers,
    ...(report.tile_width !== null && { tiles: `${report.tile_width}x${report.tile_height}` }), ...(report.level_count > 1 && { levels: `${report.level_count} ${report.level_mode}` }),
    ...(report.color_space !== null && { color_space: safe(report.color_space, most(60)) }), ...(report.software !== null && { software: safe(report.software, most(60)) }),
    ...(report.timecode !== null && { timecode: report.timecode }), ...(report.frame_rate !== null && { frame_rate: report.frame_rate }),
  };
  const facts = [
    `${result.type} ${result.compression} ${result.size}${result.origin ? ` at ${result.origin.join(',')}` : ''}${result.display ? ` (display ${result.display})` : ''} ${result.pixels}`,
    `${result.channels} channels: ${layers.join(', ')}`,
    ...(result.view ? [`view ${name(result.view)}`] : []), ...(result.tiles ? [`tiles ${result.tiles}`] : []), ...(result.levels ? [`${result.levels}`] : []),
    ...(result.color_space ? [`colour space ${name(result.color_space)}`] : []), ...(result.software ? [`by ${name(result.software)}`] : []),
    ...(result.timecode ? [`timecode ${result.timecode}`] : []), ...(result.frame_rate !== undefined ? [`${number(result.frame_rate)} fps`] : []),
  ];
  return { data: result, text: `${partText({ ...report, name: result.name }, 200)}: ${facts.join('; ')}` };
}
