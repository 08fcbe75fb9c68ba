import { type Change, diffReports, type DiffPart, type ExrReport, inspect } from '@exr/core';
import { z } from 'zod';
import { page, pageText } from '../answer/page.ts';
import { name, number, safe, safeValue, valueText } from '../answer/text.ts';
import { withSource } from './files.ts';
import { type Call, cursorInput, defineTool, nextCursor, pathInput, untrusted } from './tool.ts';

interface Difference {
  readonly part: string;
  readonly kind: 'part' | 'field' | 'attribute' | 'channel' | 'stats';
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Attributes that differ between any two renders and say nothing. */
const VOLATILE = ['capDate'];

export const compare = defineTool({
  name: 'exr_compare',
  title: 'Compare two EXR files',
  heavy: true,
  description:
    'What differs between two files (versions, frames, renders): parts and channels (AOVs) that only one has, windows, compression, colour space, attributes, and the statistics of channels that both have. Packed size, path and time of writing are not differences. stats false compares headers only (fast). tolerance ignores small numeric changes, e.g. 0.001 = 0.1 %. Example: {"before":"v001/a.exr","after":"v002/a.exr"}',
  input: z.strictObject({
    before: pathInput, after: pathInput, stats: z.boolean().default(true).describe('Also compare pixel statistics (decodes both files)'),
    tolerance: z.number().min(0).max(1).default(0).describe('Relative difference of two statistics that still counts as the same'),
    cursor: cursorInput,
  }),
  output: z.object({
    before: z.string(), after: z.string(), same: z.boolean(), compared_stats: z.boolean(), total: z.number(),
    differences: z.array(z.object({
      part: z.string(), kind: z.enum(['part', 'field', 'attribute', 'channel', 'stats']), name: z.string(),
      before: z.unknown().describe('null: only the second file has it'), after: z.unknown().describe('null: only the first file has it'),
    })),
    problems: z.array(z.string()).describe('What kept one of the files from being read wholly'),
    next_cursor: nextCursor, note: untrusted,
  }),
  async run({ before, after, stats, tolerance, cursor }, call) {
    const [first, second] = [await reportOf(before, stats, call, 0), await reportOf(after, stats, call, 100)];
    const diff = diffReports(first, second, { tolerance, ignore: VOLATILE });
    const all = diff.parts.flatMap(differencesOf);
    const problems = [first, second].flatMap(({ errors }) => errors.slice(0, 3).map((error) => safe(error.message, 240)));
    const shown = page(all, { cursor, of: [before, after, stats, tolerance, first.file.header_hash, second.file.header_hash, all.length], cost: (each) => lineOf(each) + JSON.stringify(each) });
    const verdict = problems.length > 0 && diff.same ? 'no difference in what could be read' : diff.same ? `no difference${diff.compared_stats ? ', statistics included' : ' in the headers'}` : `${all.length} differences${stats && !diff.compared_stats ? ' (headers only: the statistics could not be compared)' : ''}`;
    const lines = [`${name(first.file.path, 300)} → ${name(second.file.path, 300)}: ${verdict}`, ...shown.items.map(lineOf), pageText(shown, 'differences'), ...problems.map((problem) => `problem: ${problem}`)];
    return {
      text: lines.filter((line) => line !== '').join('\n'),
      data: { before: first.file.path, after: second.file.path, same: diff.same && problems.length === 0, compared_stats: diff.compared_stats, total: all.length, differences: shown.items.map((each) => ({ ...each })), problems, next_cursor: shown.next, note: '' },
    };
  },
});

function reportOf(path: string, stats: boolean, call: Call, base: number): Promise<ExrReport> {
  return withSource(call, path, ({ source, shown }, turn) => inspect(source, {
    path: shown, mtime: () => source.mtime, limits: turn.limits, signal: turn.signal,
    ...(stats && { stats: { deep: true, onProgress: ({ chunks, totalChunks }) => call.progress.report(base + (totalChunks === 0 ? 100 : (chunks / totalChunks) * 100), 200) } }),
  }));
}

function differencesOf(part: DiffPart): Difference[] {
  const label = safe(part.name ?? String(part.before ?? part.after), 80);
  if (part.before === null || part.after === null) return [{ part: label, kind: 'part', name: label, before: part.before === null ? null : `part ${part.before}`, after: part.after === null ? null : `part ${part.after}` }];
  const of = (kind: Difference['kind'], changes: readonly Change[]): Difference[] => changes.map((change) => ({ part: label, kind, name: safe(change.name, 120), before: plain(kind, change.before), after: plain(kind, change.after) }));
  return [...of('channel', part.channels), ...of('field', part.fields), ...of('attribute', part.attributes), ...of('stats', part.stats)];
}

/** Attributes are compared with their types; shown alone where that says enough. */
function plain(kind: Difference['kind'], value: Change['before']): unknown {
  if (value === undefined) return null;
  const inner = kind === 'attribute' && typeof value === 'object' && value !== null && 'value' in value ? (value as { value: Change['before'] }).value : value;
  return safeValue(inner, 160).value;
}

function lineOf({ part, kind, name: what, before, after }: Difference): string {
  const text = (value: unknown): string => (typeof value === 'number' && kind === 'stats' ? number(value) : valueText(value as never, 160));
  const place = `[${name(part)}] ${kind} ${name(what, 120)}`;
  if (before === null) return `${place}: only in the second${kind === 'part' ? '' : ` (${text(after)})`}`;
  if (after === null) return `${place}: only in the first${kind === 'part' ? '' : ` (${text(before)})`}`;
  return `${place}: ${text(before)} → ${text(after)}`;
}
