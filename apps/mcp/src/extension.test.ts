/** The desktop extension and the one-file bundle. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clientOf, FIXTURES, SERVER, startServer } from './client.spec-util.ts';
import { readConfig } from './config/config.ts';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'exr-mcp-'))));
afterAll(() => rmSync(folder, { recursive: true }));

/** Files of an archive, by its central directory. */
function unzip(bytes: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const end = bytes.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const [packed, name, local] = [bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 28), bytes.readUInt32LE(at + 42)];
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    files.set(bytes.toString('utf8', at + 46, at + 46 + name), inflateRawSync(bytes.subarray(start, start + packed)));
    at += 46 + name;
  }
  return files;
}

interface Manifest {
  readonly version: string;
  readonly server: { readonly entry_point: string; readonly mcp_config: { readonly args: string[]; readonly env: Record<string, string> } };
  readonly tools: { readonly name: string; readonly description: string }[];
  readonly user_config: Record<string, { readonly default: unknown; readonly sensitive?: boolean }>;
}
const extension = (): Map<string, Buffer> => unzip(readFileSync(join(SERVER, '../exr-inspector.mcpb')));
const manifestIn = (files: Map<string, Buffer>): Manifest => JSON.parse(files.get('manifest.json')!.toString()) as Manifest;

it('the extension holds the server and a manifest that lists its tools', async () => {
  const files = extension();
  expect([...files.keys()]).toEqual(['manifest.json', 'server/exr-mcp.mjs', 'LICENSE']);
  expect(files.get('server/exr-mcp.mjs')!.equals(readFileSync(SERVER))).toBe(true);
  const manifest = manifestIn(files);
  const server = await startServer();
  const { tools } = await server.client.listTools();
  expect(manifest.tools).toEqual(tools.map(({ name, title }) => ({ name, description: title })));
  expect(server.client.getServerVersion()?.version).toBe(manifest.version);
  const { args, env } = manifest.server.mcp_config;
  for (const argument of [...args, ...Object.values(env)]) for (const [, key] of argument.matchAll(/\$\{user_config\.(\w+)\}/g)) expect(manifest.user_config).toHaveProperty(key!);
  await server.close();
  expect(Object.entries(manifest.user_config).filter(([, { sensitive }]) => sensitive).map(([key]) => key)).toEqual(['s3_access_key', 's3_secret_key']);
});

it('the extension starts with folders alone: what its user left empty is not set', () => {
  const { server: { mcp_config: { env } }, user_config: asked } = manifestIn(extension());
  const filled = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value.replace(/\$\{user_config\.(\w+)\}/g, (_, key: string) => String(asked[key]!.default))]));
  expect(Object.values(filled)).toEqual(['', '', '', '']);
  expect(readConfig(['/renders'], filled)).toMatchObject({ folders: ['/renders'], buckets: [] });
  expect(readConfig(['/renders'], { ...filled, EXR_MCP_BUCKETS: 's3://a/b s3://c' })).toMatchObject({ buckets: ['s3://a/b', 's3://c'] });
});

it('the bundle works alone, far from the repository', async () => {
  const alone = join(folder, 'exr-mcp.mjs');
  copyFileSync(SERVER, alone);
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [alone, FIXTURES], cwd: folder, env: { PATH: process.env['PATH'] ?? '' } }));
  const server = clientOf(client);
  expect(await server.data('exr_stats', { path: 'mip_dwaa.exr' })).toMatchObject({ partial: false });
  expect((await server.call('exr_preview', { path: 'multipart_3.exr' })).content[0]).toMatchObject({ type: 'image' });
  await server.close();
});

it('starts and ends as a program should', () => {
  const run = (...args: string[]): { status: number; stdout: string; stderr: string } => {
    try {
      return { status: 0, stdout: execFileSync(process.execPath, [SERVER, ...args], { encoding: 'utf8', input: '', stdio: 'pipe' }), stderr: '' };
    } catch (error) {
      return error as { status: number; stdout: string; stderr: string };
    }
  };
  expect(run('--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(run('--help').stdout).toContain('usage');
  expect(run()).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('no folder') });
  expect(run(join(folder, 'absent'))).toMatchObject({ status: 2, stderr: expect.stringContaining('no such folder') });
  writeFileSync(join(folder, 'file'), '');
  expect(run(join(folder, 'file'))).toMatchObject({ status: 2, stderr: expect.stringContaining('not a folder') });
  expect(run(FIXTURES)).toMatchObject({ status: 0, stdout: '' }); // standard input ended: goodbye
});
