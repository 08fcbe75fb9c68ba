import { type ExrReport, formatBytes, formatCount, plainText, type ReportBox, type ReportChannel, type ReportPart, append, greatest } from '@exr/core';
import { block, type Paint } from './layout.ts';
import { formatValue } from './value.ts';
import { statsLines } from './stats.ts';

export interface RenderOptions {
  readonly paint: Paint;
  /** Columns of the terminal: long values are cut there, with their true length said. */
  readonly columns: number;
  /** Leave out everything but the attributes. */
  readonly attributesOnly?: boolean;
}

/** A report for a person: the file, then each part with what one asks first, its channels by layer, then every attribute. */
export function renderReport(report: ExrReport, options: RenderOptions): string {
  const { paint } = options;
  const lines = [paint.bold(plainText(report.file.path)), `  ${paint.dim(fileFacts(report).join(' · '))}`];
  for (const part of report.parts) append(lines, ['', ...partLines(report, part, options)]);
  for (const error of report.errors) lines.push('', `  ${paint.red('error')} ${plainText(error.message, { max: 2000 })} ${paint.dim(`[${error.code}]`)}`);
  append(lines, noteLines(report, paint));
  return `${lines.join('\n')}\n`;
}

/** What is worth knowing and no error: one line each. */
export function noteLines({ notes }: Pick<ExrReport, 'notes'>, paint: Paint): string[] {
  const shown = notes.slice(0, MOST_NOTES).flatMap((note) => ['', `  ${paint.yellow('note')} ${plainText(note.message, { max: 2000 })} ${paint.dim(`[${note.code}]`)}`]);
  return notes.length > MOST_NOTES ? [...shown, '', `  … ${formatCount(notes.length - MOST_NOTES)} more notes (--format json lists them)`] : shown;
}
const MOST_NOTES = 40;

function fileFacts({ file, parts }: ExrReport): string[] {
  const facts: string[] = [];
  if (file.exr_version !== null) facts.push(`OpenEXR ${file.exr_version}`);
  facts.push(formatBytes(file.size_bytes));
  if (parts.length) facts.push(parts.length === 1 && !file.is_multipart ? 'single part' : `${file.part_count} ${file.part_count === 1 ? 'part' : 'parts'}`);
  if (file.is_deep) facts.push('deep');
  if (file.header_bytes !== null) facts.push(`header ${formatBytes(file.header_bytes)}`);
  if (file.frame_number !== null) facts.push(`frame ${file.frame_number}`);
  if (file.mtime !== null) facts.push(file.mtime.replace('T', ' ').replace(/\.\d+Z$/, ' UTC').replace(/Z$/, ' UTC'));
  return facts;
}

function partLines(report: ExrReport, part: ReportPart, options: RenderOptions): string[] {
  const { paint } = options;
  if (options.attributesOnly) return [title(part, paint), ...attributeLines(part, options)];
  const channels = report.channels.filter((channel) => channel.part_index === part.index);
  const facts: [string, string][] = [
    ['type', part.type],
    ['compression', part.compression],
    ['data window', box(part.data_window)],
    ['display window', box(part.display_window)],
    ['pixel aspect', String(part.pixel_aspect_ratio)],
    ['line order', part.line_order],
  ];
  if (part.tile_width !== null) facts.push(['tiles', `${part.tile_width} × ${part.tile_height}, ${part.level_mode}${part.level_count > 1 ? `, ${part.level_count} levels, ${part.rounding_mode}` : ''}`]);
  if (part.chunk_count !== null) facts.push(['chunks', formatCount(part.chunk_count)]);
  if (part.color_space !== null) facts.push(['colour space', plainText(part.color_space, { max: 200 })]);
  if (part.software !== null) facts.push(['software', plainText(part.software, { max: 200 })]);
  if (part.timecode !== null) facts.push(['timecode', part.timecode]);
  if (part.frame_rate !== null) facts.push(['frame rate', `${part.frame_rate} fps`]);
  const lines = [title(part, paint), ...block(facts, '    ', paint)];
  append(lines, [`    ${paint.dim('channels')} ${formatCount(channels.length)}`, ...block(channelRows(channels), '      ', paint)]);
  append(lines, [`    ${paint.dim('attributes')} ${formatCount(part.attributes.length)}`, ...attributeLines(part, options)]);
  const stats = report.stats?.parts.find((candidate) => candidate.index === part.index);
  if (stats) append(lines, [`    ${paint.dim('statistics')}`, ...statsLines(stats, { paint, indent: '      ' })]);
  return lines;
}

function title(part: ReportPart, paint: Paint): string {
  return `  ${paint.cyan(`part ${part.index}`)}${part.name === null ? '' : ` ${paint.bold(`“${plainText(part.name, { max: 80 })}”`)}`}${part.view === null ? '' : ` view ${plainText(part.view, { max: 80 })}`}`;
}

/** Name, type and value of each attribute but `channels`, which the channels' own rows show. */
function attributeLines(part: ReportPart, { paint, columns }: RenderOptions): string[] {
  const attributes = part.attributes.filter((attribute) => attribute.name !== 'channels');
  const nameWidth = Math.min(36, greatest(attributes, ({ name }) => plainText(name, { max: 40 }).length, 4));
  const typeWidth = Math.min(16, greatest(attributes, ({ type }) => plainText(type, { max: 40 }).length, 4));
  const room = Math.max(24, columns - nameWidth - typeWidth - 11);
  return attributes.map((attribute) => {
    const name = plainText(attribute.name, { max: 200 }).padEnd(nameWidth);
    const type = plainText(attribute.type, { max: 60 }).padEnd(typeWidth);
    return `      ${name}  ${paint.dim(type)}  ${formatValue(attribute, room)}`;
  });
}

/** One row a layer: its type, its name, its components in the order people say them. */
function channelRows(channels: readonly ReportChannel[]): [string, string][] {
  const groups = new Map<string, { type: string; label: string; components: string[] }>();
  for (const channel of channels) {
    const sampling = channel.x_sampling === 1 && channel.y_sampling === 1 ? '' : ` /${channel.x_sampling}×${channel.y_sampling}`;
    const type = `${channel.type}${sampling}`;
    const label = [channel.view, channel.layer].filter(Boolean).join(' ');
    const key = JSON.stringify([type, label]);
    const group = groups.get(key) ?? { type, label, components: [] };
    group.components.push(channel.component);
    groups.set(key, group);
  }
  return [...groups.values()].slice(0, MOST_LAYERS).map(({ type, label, components }): [string, string] => {
    const shown = components.slice(0, 64).sort((a, b) => rank(a) - rank(b)).map((component) => plainText(component, { max: 60 }));
    return [type, `${label ? `${plainText(label, { max: 100 })}  ` : ''}${shown.join(' ')}${components.length > 64 ? ` … ${components.length - 64} more` : ''}`];
  }).concat(groups.size > MOST_LAYERS ? [['', `… ${formatCount(groups.size - MOST_LAYERS)} more layers (--format json shows all)`]] : []);
}
const MOST_LAYERS = 400;
const ORDER = ['R', 'G', 'B', 'A', 'Y', 'RY', 'BY', 'r', 'g', 'b', 'a', 'x', 'y', 'z', 'X', 'Z'];
const rank = (component: string): number => (ORDER.indexOf(component) + 100) % 100;

function box(window: ReportBox): string {
  return `${window.x_max - window.x_min + 1} × ${window.y_max - window.y_min + 1}  (${window.x_min}, ${window.y_min}) … (${window.x_max}, ${window.y_max})`;
}
