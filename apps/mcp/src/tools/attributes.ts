import { buildReport, type ExrFile, type JsonValue, matchesGlob, readIdManifest, type ReportAttribute, turns } from '@exr/core';
import { z } from 'zod';
import { ToolError } from '../answer/error.ts';
import { page, pageOfMany, pageText } from '../answer/page.ts';
import { name, safe, safeValue, valueText } from '../answer/text.ts';
import { reportLink } from '../resource-uri.ts';
import { checkPart, withFile } from './files.ts';
import { manifestNames } from './manifest.ts';
import { cursorInput, defineTool, nextCursor, partInput, pathInput, untrusted } from './tool.ts';

interface Entry {
  readonly part: number;
  readonly attribute: ReportAttribute;
}

interface Shown {
  readonly part: number;
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly value: JsonValue;
  readonly cut?: true;
}

export const attributes = defineTool({
  name: 'exr_attributes',
  title: 'Read header attributes',
  heavy: false,
  description:
    'Attributes of an EXR file with their exact values: camera, colour (chromaticities), timecode, renderer and pipeline metadata, Cryptomatte and ID manifests. Long values are cut (size says how long they are). ids lists the object names in the manifests instead. Reads the header only. Examples: {"path":"a.exr","match":"*camera*"}, {"path":"a.exr","ids":"*tree*"}',
  input: z.strictObject({
    path: pathInput, part: partInput.describe('Index of the part; default: all parts'),
    match: z.string().min(1).max(200).optional().describe('Only attributes whose name or type matches this pattern of * and ?, any case. Example: "*color*"'),
    max_chars: z.number().int().min(20).max(4000).default(200).describe('Characters shown of one value'),
    ids: z.string().min(1).max(200).optional().describe('List names of Cryptomatte and ID manifests that match this pattern ("*" for all) with their ids'),
    cursor: cursorInput,
  }),
  output: z.object({
    path: z.string(), total: z.number().describe('On all pages'),
    attributes: z.array(z.object({ part: z.number(), name: z.string(), type: z.string(), size: z.number().describe('Bytes in the file'), value: z.unknown(), cut: z.literal(true).optional().describe('The value is longer than shown') })),
    ids: z.array(z.object({ part: z.number(), manifest: z.string(), id: z.string(), name: z.string() })).optional(),
    next_cursor: nextCursor, note: untrusted,
  }),
  async run({ path, part, match, max_chars: most, ids, cursor }, call) {
    return withFile(call, path, async (file, { shown, version }, { signal }) => {
      checkPart(file, part);
      if (ids !== undefined) return listIds(file, shown, { part, ids, cursor, version }, signal);
      const glob = match?.toLowerCase();
      const report = buildReport(file, { path: shown });
      const all = report.parts.filter(({ index }) => part === undefined || index === part).flatMap((each) => each.attributes.map((attribute): Entry => ({ part: each.index, attribute })))
        .filter(({ attribute }) => glob === undefined || matchesGlob(glob, attribute.name.toLowerCase()) || matchesGlob(glob, attribute.type.toLowerCase()));
      const entries = all.map((entry): Shown => {
        const value = safeValue(entry.attribute.value, most);
        return { part: entry.part, name: safe(entry.attribute.name, 120), type: safe(entry.attribute.type, 60), size: entry.attribute.size, value: value.value, ...(value.cut && { cut: true as const }) };
      });
      const several = report.parts.length > 1;
      const page1 = page(entries, { cursor, of: [path, part, match, most, version], cost: (each) => lineOf(each, several, most) + JSON.stringify(each) });
      const lines = [`${name(shown, 300)}: ${all.length} attributes${match === undefined ? '' : ` matching ${name(match)}`}`, ...page1.items.map((each) => lineOf(each, several, most)), pageText(page1, 'attributes')];
      if (all.length === 0 && match !== undefined) lines.push('none matches: leave match out to see all, or put * around the word');
      return {
        text: lines.filter((line) => line !== '').join('\n'), data: { path: shown, total: all.length, attributes: [...page1.items], next_cursor: page1.next, note: '' },
        links: page1.next !== null || page1.items.some(({ cut }) => cut) ? [reportLink(call.folders, path)] : [],
      };
    });
  },
});

function lineOf({ part, name: attribute, type, value, cut, size }: Shown, several: boolean, most: number): string {
  return `${several ? `[${part}] ` : ''}${name(attribute, 120)} (${name(type, 60)}) = ${valueText(value, most)}${cut ? ` (cut: ${size} bytes)` : ''}`;
}

interface NamedId {
  readonly part: number;
  readonly manifest: string;
  readonly id: string;
  readonly name: string;
}

/** Objects by name, from Cryptomatte manifests (JSON in string attributes) and idmanifest attributes. */
async function listIds(file: ExrFile, shown: string, { part, ids, cursor, version }: { part: number | undefined; ids: string; cursor: string | undefined; version: string }, signal: AbortSignal) {
  const glob = ids.toLowerCase();
  const list = pageOfMany<NamedId>({ cursor, of: [shown, part, ids, version], cost: (each) => `${each.id} ${each.name}${JSON.stringify(each)}` });
  let manifests = 0;
  const notes: string[] = [];
  const pause = turns(signal);
  for (const each of file.parts) {
    if (part !== undefined && each.index !== part) continue;
    for (const attribute of each.attributes) {
      const found = namesIn(file, attribute, notes);
      if (!found) continue;
      let names = 0;
      try {
        for (const [object, id] of found) {
          if (++names % 256 === 0) await pause();
          if (matchesGlob(glob, object.toLowerCase())) list.add(() => ({ part: each.index, manifest: safe(attribute.name, 80), id: safe(id, 40), name: safe(object, 120) }));
        }
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        notes.push(names === 0 ? `the manifest ${name(attribute.name)} is not JSON` : `the manifest ${name(attribute.name)} is not JSON after its first ${names} names`);
        if (names === 0) continue;
      }
      manifests++;
    }
  }
  if (manifests === 0) throw new ToolError(`${name(shown, 300)} has no Cryptomatte or ID manifest in its header${notes.length ? ` that can be read: ${notes[0]}` : ''}.`);
  const shownPage = list.page();
  const lines = [
    `${name(shown, 300)}: ${shownPage.total} names matching ${name(ids)} in ${manifests} ${manifests === 1 ? 'manifest' : 'manifests'}`,
    ...shownPage.items.map((each) => `${each.id} ${name(each.name, 120)}`), pageText(shownPage, 'names'), ...notes.slice(0, 3),
  ];
  return { text: lines.filter((line) => line !== '').join('\n'), data: { path: shown, total: shownPage.total, attributes: [], ids: [...shownPage.items], next_cursor: shownPage.next, note: '' } };
}

/** Pairs of name and id; null where the attribute is no manifest. */
function namesIn(file: ExrFile, attribute: ExrFile['parts'][number]['attributes'][number], notes: string[]): Iterable<[string, string]> | null {
  if (attribute.type === 'idmanifest') {
    return [...readIdManifest(attribute, file.limits)].flatMap(({ entries }) => [...entries].map(([id, texts]): [string, string] => [texts.join(' / '), String(id)]));
  }
  if (/^cryptomatte\/.*\/manif_file$/s.test(attribute.name)) notes.push(`the manifest that ${name(attribute.name)} names lies in a file of its own, which is not opened`);
  if (!/^cryptomatte\/.*\/manifest$/s.test(attribute.name)) return null;
  return manifestNames(attribute.type === 'string' ? attribute.raw() : new Uint8Array());
}
