import { mapInOrder, missingText, plainText, type ReportNote, type ReportPartStructure, type ReportStructure, verify } from '@exr/core';
import { z } from 'zod';
import { page, pageText } from '../answer/page.ts';
import { name, safe, withoutName } from '../answer/text.ts';
import { resourceUri } from '../resource-uri.ts';
import { type FrameRef, isFileFault, reasonOf, targetOf, withSource } from './files.ts';
import { type Answer, type Call, cursorInput, defineTool, framesInput, manyPathInput, nextCursor, untrusted } from './tool.ts';

const TIERS = ['table', 'leaders', 'decode'] as const;
/** Files whose tables are read at once. */
const AT_ONCE = 8;

export const structure = defineTool({
  name: 'exr_structure',
  title: 'Check whether EXR files are whole',
  heavy: true,
  description:
    'Is the frame whole? A verdict (ok, incomplete, in progress, recoverable (only the table is wrong), not conforming (OpenEXR refuses or misreads the header), truncated, corrupt, not an EXR, unreadable) with reasons, and for each part the scan lines or tiles that are missing or broken. For a sequence or folder: how many files have which verdict, and every file that is not ok. check "table" reads the offset tables only, "leaders" (default) also each chunk\'s leader, "decode" decodes every chunk (slow, finds damaged data). Examples: {"path":"a.exr"}, {"path":"sh010/beauty.####.exr","check":"table"}',
  input: z.strictObject({ path: manyPathInput, frames: framesInput, check: z.enum(TIERS).default('leaders').describe('How hard to look'), cursor: cursorInput }),
  output: z.object({
    path: z.string(), verdict: z.string().describe('Of the file; of several files the worst'), reasons: z.array(z.string()),
    notes: z.array(z.string()).optional(),
    parts: z.array(z.object({
      index: z.number(), chunks: z.number().describe('That there should be'), present: z.number(), complete: z.boolean(), broken_chunks: z.number(),
      missing: z.array(z.string()).describe('"lines 512-575" or "tiles (2,0)-(4,0)" (tile coordinates; "of level x,y" below full resolution)'), missing_ranges: z.number().describe('How many ranges there are in all'),
      broken: z.array(z.string()), problems: z.array(z.string()),
    })).optional(),
    counts: z.record(z.string(), z.number()).optional().describe('Several files: how many have each verdict'),
    files: z.array(z.object({ path: z.string(), frame: z.number().nullable(), verdict: z.string(), reason: z.string(), missing: z.string().optional() })).optional().describe('Several files: those that are not ok'),
    next_cursor: nextCursor, note: untrusted,
  }),
  async run({ path, frames, check, cursor }, call) {
    const target = await targetOf(path, frames, call);
    return target.kind === 'file' ? one(target.file, check, cursor, call) : several(target.shown, target.files, { path, frames, check, cursor }, call);
  },
});

type Tier = (typeof TIERS)[number];

function look(file: FrameRef, tier: Tier, call: Call, onProgress: (part: number) => void): Promise<ReportStructure & { readonly notes: readonly ReportNote[] }> {
  return withSource(tier === 'decode' ? call : { ...call, gate: call.light }, file.path, async ({ source, whole }, turn) => {
    const report = await verify(source, {
      path: file.shown, mtime: () => source.mtime, limits: turn.limits, signal: turn.signal, tier, ...(whole && { recent: 0 }),
      onProgress: ({ chunks, totalChunks }) => onProgress(totalChunks === 0 ? 1 : chunks / totalChunks),
    });
    return { ...(report.structure ?? { verdict: 'unreadable', reasons: report.errors.map(({ message }) => message), parts: [] }), notes: report.notes };
  });
}

async function one(file: FrameRef, tier: Tier, cursor: string | undefined, call: Call) {
  const found = await look(file, tier, call, (part) => call.progress.report(part * 100, 100));
  const verdict = String(found['verdict']);
  const reasons = ((found['reasons'] ?? []) as readonly string[]).slice(0, 6).map((reason) => safe(withoutName(reason, name(file.shown, 300)), 300));
  const notes = found.notes.slice(0, 6).map(({ code, message }) => safe(`${code}: ${withoutName(message, name(file.shown, 300))}`, 300));
  const parts = found.parts.map((part) => partOf(part, file.shown));
  const shown = page(parts, { cursor, of: [file.path, tier, found['file_bytes'], parts.length], cost: (part) => partText(part) + JSON.stringify(part), tokens: 4800 });
  const lines = [`${name(file.shown, 300)}: ${verdict}${tier === 'table' ? ' (by its offset tables)' : tier === 'decode' ? ' (every chunk decoded)' : ''}`, ...reasons.map((reason) => `- ${reason}`), ...notes.map((note) => `- note: ${note}`), ...shown.items.map(partText), pageText(shown, 'parts')];
  return {
    text: lines.filter((line) => line !== '').join('\n'), data: { path: file.shown, verdict, reasons, notes, parts: [...shown.items], next_cursor: shown.next, note: '' },
    links: verdict === 'ok' || verdict === 'not an EXR' ? [] : [{ uri: resourceUri('preview', file.shown), name: 'preview', mimeType: 'image/png', description: 'A picture with the missing regions hatched' }],
  } satisfies Answer;
}

const MOST_RANGES = 24;

function partOf(part: ReportPartStructure, shown: string) {
  const missing = ranges(part);
  const broken = ranges({ missing_lines: part['broken_lines'], missing_tiles: part['broken_tiles'] } as typeof part);
  const problems = (part['problems'] as readonly { readonly message: string }[] | undefined) ?? [];
  return {
    index: part.index, chunks: part.chunks, present: part.present, complete: part.complete, broken_chunks: Number(part['broken_chunks'] ?? 0),
    missing: missing.slice(0, MOST_RANGES), missing_ranges: missing.length, broken: broken.slice(0, MOST_RANGES), problems: problems.slice(0, 5).map(({ message }) => safe(withoutName(message, name(shown, 300)), 240)),
  };
}

/** One text a range. */
function ranges({ missing_lines: lines = [], missing_tiles: tiles = [] }: Partial<ReportPartStructure>): string[] {
  if (lines.length > 0) return lines.map(({ y_min: from, y_max: to }) => (from === to ? `line ${from}` : `lines ${from}-${to}`));
  return tiles.map(({ level: [x, y], x_min, y_min, x_max, y_max }) => `${x_min === x_max && y_min === y_max ? `tile (${x_min},${y_min})` : `tiles (${x_min},${y_min})-(${x_max},${y_max})`}${x === 0 && y === 0 ? '' : ` of level ${x},${y}`}`);
}

function partText({ index, chunks, present, missing, missing_ranges: all, broken, broken_chunks: wrong }: ReturnType<typeof partOf>): string {
  const some = (list: readonly string[], count: number): string => `${list.join(', ')}${count > list.length ? ` and ${count - list.length} more` : ''}`;
  return `part ${index}: ${present} of ${chunks} chunks${missing.length ? `; missing ${some(missing, all)}` : ''}${wrong > 0 ? `; ${wrong} broken: ${some(broken, broken.length)}` : ''}`;
}

/** The worst first. */
const RANK = ['unreadable', 'not an EXR', 'corrupt', 'truncated', 'incomplete', 'not conforming', 'in progress', 'recoverable', 'ok'];

async function several(shown: string, files: readonly FrameRef[], args: { path: string; frames: string | undefined; check: Tier; cursor: string | undefined }, call: Call) {
  const counts: Record<string, number> = {};
  const bad: { path: string; frame: number | null; verdict: string; reason: string; missing?: string }[] = [];
  let done = 0;
  const results = mapInOrder(files, args.check === 'decode' ? 1 : AT_ONCE, async (file) => {
    try {
      return { file, found: await look(file, args.check, call, () => undefined) };
    } catch (error) {
      if (!isFileFault(error, call.signal)) throw error;
      return { file, found: { verdict: 'unreadable', reasons: [reasonOf(error)], parts: [] } as ReportStructure };
    }
  });
  for await (const { file, found } of results) {
    call.signal.throwIfAborted();
    call.progress.report(++done, files.length, `${done} of ${files.length} files`);
    const verdict = String(found['verdict']);
    counts[verdict] = (counts[verdict] ?? 0) + 1;
    if (verdict === 'ok') continue;
    const lacking = found.parts.find((part) => part.missing_lines.length + part.missing_tiles.length > 0);
    bad.push({
      path: file.shown, frame: file.frame, verdict, reason: safe(withoutName(((found['reasons'] ?? []) as readonly string[])[0] ?? '', name(file.shown, 300)), 160),
      ...(lacking && { missing: plainText(`${found.parts.length > 1 ? `part ${lacking.index}: ` : ''}${missingText(lacking)}`, { max: 160 }) }),
    });
  }
  const verdict = RANK.find((each) => counts[each] !== undefined) ?? 'ok';
  const lineOf = (each: (typeof bad)[number]): string => `${name(each.path, 300)}: ${each.verdict}${each.missing ? `, missing ${each.missing}` : `: ${each.reason}`}`;
  const listed = page(bad, { cursor: args.cursor, of: [args.path, args.frames, args.check, files.length, bad.length], cost: (each) => lineOf(each) + JSON.stringify(each) });
  const tally = Object.entries(counts).map(([each, count]) => `${count} ${each}`);
  const lines = [`${name(shown, 300)}: ${files.length} files: ${tally.join(', ')}`, ...listed.items.map(lineOf), pageText(listed, 'files that are not ok')];
  return { text: lines.filter((line) => line !== '').join('\n'), data: { path: shown, verdict, reasons: tally, counts, files: [...listed.items], next_cursor: listed.next, note: '' } } satisfies Answer;
}
