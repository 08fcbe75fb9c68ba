/** The store's tools: index, search, similar. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIXTURES, startServer, type TestClient, textOf } from './client.spec-util.ts';

let base: string;
let server: TestClient;
beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'exr-mcp-'));
  mkdirSync(join(base, 'data/shot'), { recursive: true });
  mkdirSync(join(base, 'secret'));
  for (const name of ['mixed_layers_zip', 'mixed_layers_piz', 'multipart_3', 'deep_scan_zips']) copyFileSync(join(FIXTURES, `${name}.exr`), join(base, `data/${name}.exr`));
  for (const frame of [1001, 1002, 1004]) copyFileSync(join(FIXTURES, 'scan_half_rgba_none.exr'), join(base, `data/shot/a.${frame}.exr`));
  copyFileSync(join(FIXTURES, 'damaged/t0_png.exr'), join(base, 'data/broken.exr'));
  copyFileSync(join(FIXTURES, 'rip_zip.exr'), join(base, 'secret/s.exr'));
  symlinkSync('../secret/s.exr', join(base, 'data/out.exr'));
  server = await startServer([join(base, 'data'), '--store', join(base, 'store.duckdb')]);
});
afterAll(async () => {
  await server.close();
  rmSync(base, { recursive: true, force: true });
});

it('are listed after the others, and only when there is a store', async () => {
  const { tools } = await server.client.listTools();
  expect(tools.slice(8).map(({ name, annotations }) => [name, annotations?.readOnlyHint])).toEqual([['exr_search', true], ['exr_similar', true], ['exr_index', false]]);
  expect(existsSync(join(base, 'store.duckdb'))).toBe(false);
  expect(await server.refusal('exr_search', {})).toMatch(/index/);
});

describe('after indexing', () => {
  beforeAll(async () => {
    expect(await server.data('exr_index', { folder: '.' })).toMatchObject({ seen: 8, inserted: 8, failed: 1, limit_hit: null });
  });
  it('indexing again opens nothing that did not change, and notices what went', async () => {
    expect(await server.data('exr_index', { folder: '.' })).toMatchObject({ seen: 8, inserted: 0, unchanged: 8, removed: 0 });
    rmSync(join(base, 'data/deep_scan_zips.exr'));
    expect(await server.data('exr_index', { folder: '.' })).toMatchObject({ seen: 7, removed: 1 });
  });
  it('search by condition and channels; sequences in one row; paths that other tools take', async () => {
    const { rows } = await server.data('exr_search', { where: "compression = 'none'" });
    expect(rows).toMatchObject([{ path: 'shot/a.####.exr', files: 3, frames: '1001-1002,1004', missing_frames: 1, compression: 'none' }]);
    expect(await server.data('exr_structure', { path: rows[0].path })).toMatchObject({ counts: { ok: 3 } });
    expect((await server.data('exr_search', { where: "compression = 'none'", sequences: false })).rows).toHaveLength(3);
    expect((await server.data('exr_search', { channels: ['diffuse.*'] })).rows.map(({ path }: { path: string }) => path).sort()).toEqual(['mixed_layers_piz.exr', 'mixed_layers_zip.exr']);
    expect((await server.data('exr_search', { under: 'shot' })).total).toBe(1);
    expect((await server.data('exr_search', { where: "error = 'NOT_EXR'" })).rows).toMatchObject([{ path: 'broken.exr', status: 'error' }]);
  });
  it('a condition that cannot be read says why', async () => {
    expect(await server.refusal('exr_search', { where: 'color = red' })).toMatch(/color/);
    expect(await server.refusal('exr_search', { where: "width > 1; DROP TABLE files" })).toMatch(/cannot read/);
    expect((await server.data('exr_search', {})).total).toBeGreaterThan(3);
  });
  it('similar by file and by description, with reasons', async () => {
    const { matches } = await server.data('exr_similar', { path: 'mixed_layers_zip.exr' });
    expect(matches[0]).toMatchObject({ row: { path: 'mixed_layers_piz.exr' } });
    expect(matches[0].similarity).toBeGreaterThan(0.7);
    expect(matches[0].apart.join()).toContain('piz');
    expect(matches.map(({ row }: { row: { path: string } }) => row.path)).not.toContain('mixed_layers_zip.exr');
    const described = await server.call('exr_similar', { description: 'diffuse and N and depth, zip' });
    expect((described.structuredContent as { matches: { row: { path: string } }[] }).matches[0]!.row.path).toBe('mixed_layers_zip.exr');
    expect(textOf(described)).toContain('understood');
    expect(await server.refusal('exr_similar', {})).toContain('one of the two');
  });
  it('does not leave the allowed folders', async () => {
    for (const folder of ['../secret', join(base, 'secret'), '/', 'out.exr']) expect(await server.refusal('exr_index', { folder }), folder).toMatch(/^"/);
    expect((await server.data('exr_search', { sequences: false })).rows.map(({ path }: { path: string }) => path)).not.toContain('out.exr');
    expect(await server.refusal('exr_similar', { path: join(base, 'secret/s.exr') })).toContain('not inside');
  });
  it('shows of a store that knows more only what lies in the allowed folders', async () => {
    const whole = await startServer([base, '--store', join(base, 'store.duckdb')]);
    try {
      await whole.data('exr_index', { folder: '.' });
      expect((await whole.data('exr_search', { where: "compression = 'zip'", sequences: false })).rows.map(({ path }: { path: string }) => path)).toContain('secret/s.exr');
    } finally {
      await whole.close();
    }
    for (const asked of [{}, { under: join(base, 'secret') }, { under: '/' }, { where: "path like '%secret%' or width > 0" }]) {
      expect(textOf(await server.call('exr_search', { ...asked, sequences: false })), JSON.stringify(asked)).not.toMatch(/secret|s\.exr/);
    }
    expect(textOf(await server.call('exr_similar', { description: 'ripmap zip', limit: 30 }))).not.toContain('s.exr');
  });
  it('no tool, resource, prompt or completion tells of what the store knows elsewhere', async () => {
    const path = 'mixed_layers_zip.exr';
    const [hidden, elsewhere] = [join(base, 'secret/s.exr'), join(base, 'secret')];
    const region = { x_min: 0, y_min: 0, x_max: 1, y_max: 1 };
    const asked: Record<string, Record<string, unknown>[]> = {
      exr_find: [{}, { folder: elsewhere }], exr_summary: [{ path }, { path: hidden }], exr_attributes: [{ path }, { path: hidden }], exr_structure: [{ path }, { path: hidden }], exr_stats: [{ path }, { path: hidden }], exr_preview: [{ path }, { path: hidden }],
      exr_compare: [{ before: path, after: hidden }, { before: path, after: path }], exr_pixels: [{ path, region }, { path: hidden, region }], exr_search: [{}, { sequences: false }, { under: elsewhere }, { where: 'width > 0' }],
      exr_similar: [{ path, limit: 30 }, { description: 'rip zip', limit: 30 }, { path: hidden }], exr_index: [{ folder: '.' }, { folder: elsewhere }],
    };
    const { tools } = await server.client.listTools();
    // A tool that is new has to be asked here too.
    expect(Object.keys(asked).sort()).toEqual(tools.map(({ name }) => name).sort());
    const quoted = (args: unknown, text: string): string => Object.values(args as object).reduce<string>((left, value) => left.replaceAll(String(value), ''), text);
    for (const [name, all] of Object.entries(asked)) {
      for (const args of all) expect(quoted(args, JSON.stringify(await server.call(name, args))), `${name} ${JSON.stringify(args)}`).not.toMatch(/secret|\bs\.exr/);
    }
    const said: unknown[] = [await server.client.listResources(), await server.client.listResourceTemplates(), await server.client.listPrompts()];
    for (const kind of ['header', 'report', 'preview']) said.push(await server.client.readResource({ uri: `exr://${kind}/${path}` }), quoted([hidden], String(await server.client.readResource({ uri: `exr://${kind}/${hidden}` }).catch((error: Error) => error.message))));
    for (const { uri } of (await server.client.listResources()).resources) said.push(await server.client.readResource({ uri }));
    for (const value of ['', 's', 'secret/']) said.push((await server.client.complete({ ref: { type: 'ref/resource', uri: 'exr://header/{+path}' }, argument: { name: 'path', value } })).completion.values);
    for (const each of said) expect(JSON.stringify(each)).not.toMatch(/secret|\bs\.exr/);
  });
});
