// What OpenEXR refuses, what it opens all the same, and what it reads otherwise: verdicts, findings and values from outside.
import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../bytes/index.ts';
import { attribute, exr, required } from '../header/exr-bytes.spec-util.ts';
import { openExr } from '../header/index.ts';
import { inspect } from '../inspect/index.ts';
import { limitsOf } from '../limits.ts';
import { checkReport } from '../report/validate.spec-util.ts';
import { examine, verify } from './index.ts';

const folder = new URL('../../../../test-fixtures/verdicts/', import.meta.url);
const read = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));

interface Expected { readonly file: string; readonly verdict: string; readonly says?: string; readonly stats?: Readonly<Record<string, number>> }
const rows = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as readonly Expected[];

describe.each(rows)('$file', ({ file, verdict, says, stats }) => {
  it.each(['leaders', 'decode'] as const)(`is ${verdict} (%s)`, async (tier) => {
    // As new as a checkout: nothing is in progress where no chunk is missing.
    const report = checkReport(await verify(memorySource(read(file), file), { tier, threads: 1, now: new Date(1000), mtime: () => new Date(0) }));
    expect(report.structure!['verdict']).toBe(verdict);
    if (says) expect(JSON.stringify([report.errors, report.structure, report.notes])).toMatch(new RegExp(says, 'i'));
    expect(report.errors.map(({ code, kind }) => [code, kind])).toEqual(report.errors.map(() => ['NOT_CONFORMING', 'format']));
    expect(report.errors.length > 0).toBe(verdict === 'not conforming');
  });

  it('is measured all the same, with the same errors and notes', async () => {
    const [report, judged] = [checkReport(await inspect(memorySource(read(file), file), { stats: { threads: 1, deep: true } })), await verify(memorySource(read(file), file), { threads: 1 })];
    expect(report.stats!.parts.every(({ partial }) => !partial)).toBe(true);
    for (const [name, mean] of Object.entries(stats ?? {})) expect([name, report.stats!.parts[0]!.channels.find((each) => each.name === name)!.mean]).toEqual([name, mean]);
    expect(report.errors).toEqual(judged.errors);
    const rebuilt = verdict === 'recoverable' ? ['TABLE_REBUILT'] : [];
    expect(report.notes.map(({ code }) => code)).toEqual([...judged.notes.map(({ code }) => code), ...rebuilt]);
  });
});

/** A file for each check, as bytes; whether exrheader of 3.1.5 and of 3.5.3 opens it, and 3.5.3 reads its pixels (Python module and exrcheck). */
interface Peer { readonly name: string; readonly bytes: string; readonly opens31: boolean; readonly opens35: boolean; readonly reads35: boolean }
const peers = JSON.parse(readFileSync(new URL('headers.json', folder), 'utf8')) as { readonly files: readonly Peer[]; readonly worse: Readonly<Record<string, string>> };

describe('beside OpenEXR 3.1.5 and 3.5.3', () => {
  it.each(peers.files)('$name', async ({ name, bytes, opens31, opens35 }) => {
    const report = checkReport(await verify(memorySource(new Uint8Array(inflateSync(Buffer.from(bytes, 'base64'))), `${name}.exr`), { tier: 'decode', threads: 1 }));
    const verdict = String(report.structure!['verdict']);
    const why = peers.worse[name];
    // What either refuses is never "ok"; what both open is, unless the page on conformance says why not.
    if (!opens31 || !opens35) expect(verdict).not.toBe('ok');
    else if (why === undefined) expect([verdict, report.errors, report.structure!['reasons']]).toEqual(['ok', [], expect.anything()]);
    else expect(verdict).not.toBe('ok');
  });
});

it('a plain chunk of a wrong size is found without decoding', async () => {
  const bytes = new Uint8Array(readFileSync(new URL('../scan_half_rgba_none.exr', folder)));
  const { index } = await examine(await openExr(memorySource(bytes, 'plain.exr')));
  const at = index.tables[0]!.offsets[3]!;
  new DataView(bytes.buffer).setInt32(at + 4, new DataView(bytes.buffer).getInt32(at + 4, true) - 2, true);
  const report = await verify(memorySource(bytes, 'plain.exr'), { tier: 'leaders' });
  expect(report.structure).toMatchObject({ verdict: 'corrupt', parts: [{ broken_chunks: 1, problems: [{ chunk: 3, code: 'CORRUPT_DATA', message: expect.stringContaining('uncompressed chunk has') }] }] });
});

it('a chunk beyond a limit is not called corrupt', async () => {
  const bytes = new Uint8Array(readFileSync(new URL('../scan_half_rgba_zip.exr', folder)));
  const report = await verify(memorySource(bytes, 'large.exr'), { tier: 'decode', threads: 1, limits: limitsOf({ chunkBytes: 64 }) });
  expect(report.structure!['verdict']).toBe('unreadable');
  expect(JSON.stringify(report.structure)).toContain('the limit is 64');
});

it('a standard attribute in other capitals is noted, also beside the standard one', async () => {
  const rate = (name: string) => ({ [name]: attribute(name, 'rational', { numerator: 24, denominator: 1 }) });
  const said = async (more: ReturnType<typeof rate>) => (await verify(memorySource(exr(required(more)), 'a.exr'))).notes.map(({ code, message }) => [code, message]);
  expect(await said(rate('FramesPerSecond'))).toEqual([['ATTRIBUTE_SPELLING', 'a.exr: FramesPerSecond: the standard name is framesPerSecond: readers look for that one']]);
  expect(await said({ ...rate('FramesPerSecond'), ...rate('framesPerSecond') })).toEqual([['ATTRIBUTE_SPELLING', 'a.exr: FramesPerSecond: the standard name is framesPerSecond: it is there as well, and readers take that one']]);
  expect(await said(rate('framesPerSecond'))).toEqual([]);
});
