import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openPath } from '../node.ts';
import { inspect } from '../inspect/index.ts';
import type { ExrReport } from '../report/index.ts';
import { diffReports } from './index.ts';

const fixture = async (name: string, stats = true): Promise<ExrReport> => {
  const { file, close } = await openPath(fileURLToPath(new URL(`../../../../test-fixtures/${name}.exr`, import.meta.url)));
  try {
    return await inspect(file.source, stats ? { stats: { deep: true } } : {});
  } finally {
    await close();
  }
};

describe('diffReports', () => {
  it('finds nothing between a file and itself', async () => {
    const report = await fixture('multipart_3');
    expect(diffReports(report, structuredClone(report))).toEqual({ same: true, compared_stats: true, parts: [] });
  });
  it('sees that one pixel content was packed by two lossless codecs', async () => {
    const diff = diffReports(await fixture('scan_half_rgba_zip'), await fixture('scan_half_rgba_piz'), { ignore: ['capDate'] });
    expect(diff.parts).toHaveLength(1);
    expect(diff.parts[0]).toMatchObject({ fields: [{ name: 'compression', before: 'zip', after: 'piz' }], channels: [], stats: [] });
  });
  it('names channels that only one has, and statistics that moved', async () => {
    const diff = diffReports(await fixture('mixed_layers_zip'), await fixture('scan_half_rgba_zip'));
    const [part] = diff.parts;
    expect(part!.channels).toContainEqual({ name: 'diffuse.R', before: 'half' });
    expect(part!.channels.some(({ name }) => name === 'R')).toBe(false);
    const lossy = diffReports(await fixture('scan_half_rgba_zip'), await fixture('scan_half_rgba_dwaa'));
    expect(lossy.parts[0]!.stats.some(({ name }) => name === 'R.mean')).toBe(true);
    expect(diffReports(await fixture('scan_half_rgba_zip'), await fixture('scan_half_rgba_dwaa'), { tolerance: 1, ignore: ['capDate', 'dwaCompressionLevel'] }).parts[0]!.stats.filter(({ name }) => name.endsWith('.mean'))).toEqual([]);
  });
  it('compares headers alone when one side was not measured', async () => {
    expect(diffReports(await fixture('scan_half_rgba_zip', false), await fixture('scan_half_rgba_none'), { ignore: ['capDate'] })).toMatchObject({ compared_stats: false, parts: [{ stats: [] }] });
  });
  it('pairs parts by name, and says which are new', async () => {
    const report = await fixture('multipart_3', false);
    const turned: ExrReport = { ...report, parts: [...report.parts].slice(1).reverse() };
    const diff = diffReports(report, turned);
    expect(diff.parts.map(({ before, after, name }) => [before, after, name])).toEqual([[0, null, report.parts[0]!.name]]);
    expect(diffReports(turned, report).parts).toMatchObject([{ before: null, after: 0 }]);
  });
  it('takes a changed type for a change', async () => {
    const report = await fixture('attributes_all', false);
    const other = structuredClone(report) as { parts: { attributes: { name: string; type: string; value: unknown }[] }[] } & ExrReport;
    const owner = other.parts[0]!.attributes.find(({ name }) => name === 'owner')!;
    owner.type = 'text';
    expect(diffReports(report, other).parts[0]!.attributes).toEqual([{ name: 'owner', before: { type: 'string', value: 'someone' }, after: { type: 'text', value: 'someone' } }]);
  });
});
