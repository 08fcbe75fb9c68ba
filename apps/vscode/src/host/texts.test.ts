import { describe, expect, it } from 'vitest';
import { calm, open, openBytes, bytesOf } from '../engine/fixtures.spec-util.ts';
import { problemsOf } from '../engine/index.ts';
import type { StatsAnswer } from '../shared/protocol.ts';
import { DEFAULT_VIEW } from '../shared/view-state.ts';
import { statsCsv } from '../shared/stats-csv.ts';
import { exposureText, statusTexts } from './status-text.ts';

describe('the status bar', () => {
  it('says what is looked at', async () => {
    const { opened } = await open('multiview_stereo.exr');
    const left = opened.layers.find(({ view }) => view === 'left')!;
    expect(statusTexts(opened, { ...DEFAULT_VIEW, layer: left.id, exposure: -0.5, zoom: 0.25 }, null)).toMatchObject({
      layer: expect.stringMatching(/^left \/ /) as string, exposure: '−0.5 EV', zoom: '25 %', verdict: null,
    });
    expect(exposureText(1.5)).toBe('+1.5 EV');
  });
  it('gives the size of the level that is shown', async () => {
    const { opened } = await open('mip_zip.exr');
    const { window } = opened.parts[0]!.levels[2]!;
    expect(statusTexts(opened, { ...DEFAULT_VIEW, level: { x: 2, y: 2 } }, null).size).toContain(`${window.xMax - window.xMin + 1} × ${window.yMax - window.yMin + 1} `);
  });
  it('does not call whole what could not be decoded', async () => {
    const { opened } = await open('scan_half_rgba_zip.exr');
    const judged = { judgement: { verdict: 'ok', reasons: [] }, rendering: false } as never;
    expect(statusTexts(opened, null, judged).verdict).toMatchObject({ icon: 'check', text: 'whole', level: 'fine' });
    expect(statusTexts(opened, null, judged, [{ code: 'CORRUPT_DATA', message: 'chunk 3 is broken' }]).verdict).toMatchObject({ icon: 'error', text: 'corrupt', tip: 'chunk 3 is broken', level: 'error' });
  });
  it('has little to say of what is no EXR', async () => {
    const { opened } = await openBytes(new Uint8Array(3));
    expect(statusTexts(opened, null, null)).toEqual({ size: '3 B', layer: null, zoom: null, exposure: null, verdict: null });
  });
});

describe('problems', () => {
  it.each([
    ['incomplete_tiles_zip.exr', 'MISSING_CHUNKS', /tiles/], ['damaged/t6_truncated.exr', 'TRUNCATED', /./], ['damaged/t7_leader_size.exr', 'BAD_CHUNK', /./],
    ['damaged/t1_header_cut.exr', 'TRUNCATED', /./], ['damaged/t10_trailing.exr', 'TRAILING_BYTES', /belong to nothing/], ['damaged/t0_png.exr', 'NOT_EXR', /PNG/],
    ['damaged/t2_missing_attribute.exr', 'MISSING_ATTRIBUTE', /./],
  ])('%s: %s', async (name, code, words) => {
    const bytes = bytesOf(new URL(`../../../../test-fixtures/${name}`, import.meta.url).pathname);
    const session = await openBytes(bytes, name);
    const structure = session.file ? await session.structure({}, calm()) : null;
    const found = problemsOf(session.opened.report, structure);
    expect(found.map((each) => each.code)).toContain(code);
    expect(found.find((each) => each.code === code)!.message).toMatch(words);
    expect(new Set(found.map(({ message }) => message)).size).toBe(found.length);
    expect(found.filter(({ message }) => message.startsWith(name))).toEqual([]); // the panel names the file
  });
  it.each([
    ['no-pixel-aspect.exr', 'ok', 'information', 'ATTRIBUTE_ASSUMED'], ['unsorted-channels.exr', 'not conforming', 'error', 'NOT_CONFORMING'],
    ['zero-offset-tables.exr', 'recoverable', 'warning', 'BAD_OFFSET_TABLE'], ['python-module-level0-only.exr', 'incomplete', 'error', 'MISSING_CHUNKS'],
  ])('%s is %s: %s %s', async (name, verdict, severity, code) => {
    const session = await openBytes(bytesOf(new URL(`../../../../test-fixtures/verdicts/${name}`, import.meta.url).pathname), name, new Date());
    const structure = await session.structure({}, calm());
    expect(structure.judgement.verdict).toBe(verdict);
    expect(problemsOf(session.opened.report, structure)).toMatchObject([{ severity, code }]);
  });
  it('of a whole file are none, and of one that is being written no errors', async () => {
    const whole = await open('scan_half_rgba_zip.exr');
    expect(problemsOf(whole.opened.report, await whole.structure({}, calm()))).toEqual([]);
    const young = await openBytes(bytesOf('incomplete_scan_zip.exr'), 'young.exr', new Date());
    expect(problemsOf(young.opened.report, await young.structure({}, calm())).map(({ severity }) => severity)).toEqual(['information']);
  });
});

describe('statistics as CSV', () => {
  it('quotes what must be, and takes a name for no formula', () => {
    const channel = { name: '=cmd|"x",y', count: 2, nan: 0, pos_inf: 0, neg_inf: 0, zero: 0, negative: 1, subnormal: 0, min: -1, max: 'Infinity', mean: 0.5, stddev: null, p01: null, p05: null, p50: 0.5, p95: null, p99: null };
    const text = statsCsv([{ revision: 1, part: 0, partial: false, skipped: 0, channels: [channel] } as unknown as StatsAnswer]);
    const [head, row] = text.split('\r\n');
    expect(head).toBe('part,channel,partial,count,nan,pos_inf,neg_inf,zero,negative,subnormal,min,max,mean,stddev,p01,p05,p50,p95,p99');
    expect(row).toBe('0,"\'=cmd|""x"",y",false,2,0,0,0,0,1,0,-1,Infinity,0.5,,,,0.5,,');
  });
});
