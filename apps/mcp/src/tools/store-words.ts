/** What search and similar share: filters of the store, and how a row of it is told. */
import { isS3Url, s3Url } from '@exr/core';
import type { ExrRow, ExrStore, StoreFilter, StorePlace } from '@exr/core/store';
import { resolve } from 'node:path';
import { z } from 'zod';
import { ToolError } from '../answer/error.ts';
import { name, safe } from '../answer/text.ts';
import { shownPath } from '../sandbox/folders.ts';
import { locateObject } from '../sandbox/buckets.ts';
import { locate } from '../sandbox/open.ts';
import type { Call } from './tool.ts';

export const filterInput = {
  where: z.string().min(1).max(2000).optional()
    .describe(`Condition on columns such as compression, width, height, size, color_space, software, frame, parts, channels, deep, tiled, error, path, mtime, attribute('NAME'). Example: "compression = 'none' and width >= 4096"`),
  channels: z.array(z.string().min(1).max(200)).max(16).optional().describe('Has channels that match these patterns of * and ?, all of them. Example: ["diffuse.*"]'),
  missing_channels: z.array(z.string().min(1).max(200)).max(16).optional().describe('Has no channel that matches any of these'),
  under: z.string().min(1).max(4096).optional().describe('Only below this folder'),
};

export interface FilterArgs {
  readonly where?: string | undefined;
  readonly channels?: string[] | undefined;
  readonly missing_channels?: string[] | undefined;
  readonly under?: string | undefined;
}

/** The store may know more than this server may show. A folder is looked for under both of its names: `exr index` remembers paths as they were given. */
function placesOf({ folders, buckets }: Pick<Call, 'folders' | 'buckets'>): StorePlace[] {
  const names = new Set(folders.flatMap(({ given, real }) => [given, real]));
  return [...[...names].map((path) => ({ bucket: null, path })), ...buckets.allowed.map(({ bucket, prefix }) => ({ bucket, path: prefix }))];
}

/** What is asked for, within what is allowed. */
export async function filterOf({ where, channels, missing_channels, under }: FilterArgs, call: Call): Promise<StoreFilter> {
  const within = placesOf(call);
  if (under !== undefined && isS3Url(under)) {
    const { bucket, key } = locateObject(call.buckets, under, true);
    return { within, where, channels, missingChannels: missing_channels, bucket, ...(key !== '' && { under: key }) };
  }
  // A folder may be gone and still be in the store: then its path as given.
  const folder = under === undefined ? undefined : await locate(call.folders, under).catch(() => resolve(under));
  return { within, where, channels, missingChannels: missing_channels, under: folder };
}

/** The store of this call; the tools that need one are listed only when there is one. */
export function storeOf(call: Call): ExrStore {
  if (!call.store) throw new ToolError('No store was named when the server was started (--store FILE).');
  return call.store;
}

export const rowOutput = z.object({
  path: z.string().describe('A file, or the pattern of a sequence'), files: z.number(), frames: z.string().optional(), of_files: z.number().optional().describe('Files of the sequence in the store, when not all of them fit'), missing_frames: z.number().optional(), status: z.string(), size: z.string().optional(),
  parts: z.number().optional(), channels: z.number().optional(), mixed: z.record(z.string(), z.array(z.string())).optional().describe('What not all frames have in common: values with their frames'), compression: z.string().optional(), color_space: z.string().optional(), software: z.string().optional(), bytes: z.number(), error: z.string().optional(),
});

export function rowData(row: ExrRow, call: Call): z.input<typeof rowOutput> {
  const text = (value: string | null, max: number): string | undefined => (value === null ? undefined : safe(value, max));
  const sequence = row.files > 1 && row.first_frame !== null;
  const optional = { compression: text(row.compression, 60), color_space: text(row.color_space, 60), software: text(row.software, 60), error: text(row.error, 160) };
  return {
    path: safe(row.bucket === null ? shownPath(call.folders, row.path) : s3Url({ bucket: row.bucket, key: row.path }), 300), files: row.files, ...(sequence && { frames: short(row.frames ?? '') }), ...(row.sequence_files > row.files && { of_files: row.sequence_files }),
    ...(row.missing_frames > 0 && { missing_frames: row.missing_frames }), status: safe(row.status, 20), ...(row.display_width !== null && row.display_height !== null && { size: `${row.display_width}x${row.display_height}` }), ...(row.parts !== null && { parts: row.parts }), ...(row.channels !== null && { channels: row.channels }), ...(row.mixed && { mixed: mixedData(row.mixed) }), bytes: row.size_bytes,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  };
}

const short = (frames: string): string => (frames.length > 120 ? `${frames.slice(0, frames.lastIndexOf(',', 120))},…` : frames);

function mixedData(mixed: NonNullable<ExrRow['mixed']>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(mixed).map(([field, values]) => [field, values.map(({ value, frames }) => `${value === null ? 'not said' : safe(String(value), 60)} in ${short(frames)}`)]));
}

export function rowText(row: z.input<typeof rowOutput>): string {
  const facts = [
    ...(row.frames ? [`${row.files}${row.of_files ? ` of ${row.of_files}` : ''} frames ${row.frames}${row.missing_frames ? ` (${row.missing_frames} missing)` : ''}`] : []), ...(row.size ? [`${row.size} ${row.compression ?? ''}`.trim()] : []),
    `${row.parts ?? 'mixed'} ${row.parts === 1 ? 'part' : 'parts'}, ${row.channels ?? 'mixed'} channels`, ...(row.color_space ? [name(row.color_space)] : []), ...(row.software ? [name(row.software)] : []), ...Object.entries(row.mixed ?? {}).map(([field, values]) => `mixed ${field}: ${values.join(', ')}`), ...(row.error ? [`error: ${row.error}`] : row.status === 'ok' ? [] : [row.status]),
  ];
  return `${name(row.path, 300)}: ${facts.join('; ')}`;
}
