import { embedDescription, inspect } from '@exr/core';
import { fileIdOf, type Match } from '@exr/core/store';
import { z } from 'zod';
import { ToolError } from '../answer/error.ts';
import { page } from '../answer/page.ts';
import { name, safe } from '../answer/text.ts';
import { withSource } from './files.ts';
import { filterInput, filterOf, rowData, rowOutput, rowText, storeOf } from './store-words.ts';
import { type Call, defineTool, pathInput, untrusted } from './tool.ts';

export const similar = defineTool({
  name: 'exr_similar',
  title: 'Find files made like this one',
  heavy: false,
  description:
    'Finds indexed files and sequences that were made the way a file was (layers, compression, resolution, colour space, software), or that fit a description, and says what they share and what sets them apart. It compares headers, not pictures. Give path or description, not both. Examples: {"path":"a.exr"}, {"description":"cryptomatte and N and Z at 4K in DWAA"}',
  input: z.strictObject({
    path: pathInput.optional(), description: z.string().min(1).max(500).optional().describe('Words for layers, compression, resolution, software'),
    by: z.enum(['metadata', 'channels']).default('metadata').describe('Everything that the header says, or only which channels there are'),
    limit: z.number().int().min(1).max(30).default(10), ...filterInput,
  }),
  output: z.object({
    understood: z.array(z.string()).optional().describe('How the description was read'), not_understood: z.array(z.string()).optional().describe('Words of it that say nothing here'),
    matches: z.array(z.object({ similarity: z.number().describe('Cosine; 1 = made the same way'), row: rowOutput, alike: z.array(z.string()), apart: z.array(z.string()).describe('- only the asked file has it, + only the match') })),
    note: untrusted,
  }),
  async run({ path, description, by, limit, ...filter }, call) {
    if ((path === undefined) === (description === undefined)) throw new ToolError('Give path or description, one of the two.');
    const asked = path === undefined ? { to: description!, exceptId: undefined } : await reportOf(path, call);
    const found = await storeOf(call).similar({ ...(await filterOf(filter, call)), to: asked.to, by, limit, exceptId: asked.exceptId }, { signal: call.signal });
    const shown = page(found.map((match) => matchData(match, call)), { cursor: undefined, of: [], cost: (match) => matchText(match) + JSON.stringify(match) }).items;
    const read = description === undefined ? undefined : embedDescription(description, await storeOf(call).vocabulary({ within: (await filterOf(filter, call)).within }, { signal: call.signal }));
    const words = (some: readonly string[]): string[] => some.slice(0, 20).map((each) => safe(each, 80));
    const understood = read && words(read.understood);
    const unknown = read && read.unknown.length > 0 ? words(read.unknown) : undefined;
    const lines = [`${shown.length} matches for ${path === undefined ? `the description (understood: ${understood!.join(', ') || 'nothing'}${unknown ? `; not understood: ${unknown.join(', ')}` : ''})` : name(path, 300)}`, ...shown.map(matchText)];
    if (found.length === 0) lines.push('nothing matches: loosen the filter, or index a folder with exr_index');
    return { text: lines.join('\n'), data: { ...(understood && { understood }), ...(unknown && { not_understood: unknown }), matches: [...shown], note: '' } };
  },
});

function reportOf(path: string, call: Call) {
  return withSource(call, path, async ({ source, shown, location }, turn) => {
    const report = await inspect(source, { path: shown, mtime: () => source.mtime, limits: turn.limits, signal: turn.signal });
    if (report.parts.length === 0) throw new ToolError(`${name(shown, 300)}: ${safe(report.errors[0]?.message ?? 'it has no parts', 300)}`);
    return { to: report, exceptId: fileIdOf(location) };
  });
}

function matchData({ row, similarity, together, apart }: Match, call: Call) {
  const words = (some: Match['apart']): string[] => some.slice(0, 6).map(({ text, only }) => `${only === 'a' ? '-' : only === 'b' ? '+' : ''}${safe(text, 60)}`);
  return { similarity: Math.round(similarity * 1e4) / 1e4, row: rowData(row, call), alike: words(together), apart: words(apart) };
}

function matchText({ similarity, row, alike, apart }: ReturnType<typeof matchData>): string {
  return `${similarity.toFixed(2)} ${rowText(row)}${alike.length ? `; alike: ${alike.join(', ')}` : ''}${apart.length ? `; apart: ${apart.join(', ')}` : ''}`;
}
