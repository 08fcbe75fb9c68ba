import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ConfigError, HELP, isLoopback, readConfig } from './config.ts';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'exr-mcp-'))));
afterAll(() => rmSync(folder, { recursive: true }));

it('puts folders together, and lets arguments win over the environment and that over the file', () => {
  const file = join(folder, 'config.json');
  writeFileSync(file, JSON.stringify({ folders: ['shots', '/abs'], store: 'file.duckdb', http: '1000' }));
  const config = readConfig(['/arg', '--config', file, '--store', 'arg.duckdb'], { EXR_MCP_FOLDERS: ['/env1', '/env2'].join(delimiter), EXR_MCP_STORE: 'env.duckdb', EXR_MCP_HTTP: 'localhost:2000' });
  expect(config.folders).toEqual(['/arg', '/env1', '/env2', join(folder, 'shots'), '/abs']);
  expect(config.store).toBe('arg.duckdb');
  expect(config.http).toMatchObject({ host: 'localhost', port: 2000, token: expect.stringMatching(/^[\w-]{43}$/) as string, tokenMade: true });
  expect(readConfig([], { EXR_MCP_CONFIG: file })).toMatchObject({ store: join(folder, 'file.duckdb'), http: { host: '127.0.0.1', port: 1000 } });
});

it('puts buckets together likewise; a bucket alone is enough', () => {
  const file = join(folder, 'buckets.json');
  writeFileSync(file, JSON.stringify({ buckets: ['s3://file/with space/'] }));
  expect(readConfig(['--allow-bucket', 's3://arg', '--allow-bucket', 's3://arg2/x', '--config', file], { EXR_MCP_BUCKETS: ' s3://env/a  s3://env/b ' })).toMatchObject({ folders: [], buckets: ['s3://arg', 's3://arg2/x', 's3://env/a', 's3://env/b', 's3://file/with space/'] });
});

it('says what is wrong', () => {
  const file = join(folder, 'wrong.json');
  writeFileSync(file, '{"folder": []}');
  for (const [args, words] of [
    [[], 'no folder is allowed'], [['/a', '--http', 'nine'], 'PORT'], [['/a', '--http', '99999'], 'PORT'], [['/a', '--nonsense'], 'nonsense'], [['/a', '--config', file], 'folder'], [['/a', '--config', join(folder, 'absent.json')], 'ENOENT'],
    [['/a', '--http', '0.0.0.0:1'], 'not the loopback'], [['/a', '--http', '[::]:1'], 'not the loopback'], [['/a', '--http', '1', '--token-file', join(folder, 'absent')], 'token'],
  ] as const) {
    expect(() => readConfig(args, {}), args.join(' ')).toThrow(ConfigError);
    expect(() => readConfig(args, {}), args.join(' ')).toThrow(words);
  }
});

it('makes a token on the loopback, a new one each time, unless one is given or none is wanted', () => {
  const http = (args: readonly string[], env = {}) => readConfig(['/a', '--http', '0', ...args], env).http!;
  expect(http([]).token).not.toBe(http([]).token);
  expect(http([], { EXR_MCP_TOKEN: 'a'.repeat(16) })).toMatchObject({ token: 'a'.repeat(16), tokenMade: false });
  expect(http(['--no-token'])).toMatchObject({ token: null, tokenMade: false });
  expect(() => http(['--no-token'], { EXR_MCP_TOKEN: 'a'.repeat(16) })).toThrow(/leave one/);
  expect(() => readConfig(['/a', '--http', '0.0.0.0:0', '--no-token'], {})).toThrow(/not the loopback/);
});

it('takes limits from file, environment and arguments, the later ones winning', () => {
  const file = join(folder, 'limits.json');
  writeFileSync(file, JSON.stringify({ folders: ['/a'], limits: { seconds: 20, parts: 3, chunks: 5 }, call_seconds: 30 }));
  const config = readConfig(['--config', file, '--limit', 'parts=9', '--limit', 'seconds=Infinity'], { EXR_MCP_LIMITS: 'parts=7 chunks=6' });
  expect(config).toMatchObject({ limits: { seconds: Infinity, parts: 9, chunks: 6 }, callSeconds: 30 });
  expect(readConfig(['/a', '--call-seconds', '5'], { EXR_MCP_CALL_SECONDS: '6' }).callSeconds).toBe(5);
  expect(readConfig(['/a'], {})).toMatchObject({ limits: {}, callSeconds: 600 });
  for (const wrong of ['parts', 'nothing=1', 'parts=0', 'parts=many', 'constructor=1']) expect(() => readConfig(['/a', '--limit', wrong], {}), wrong).toThrow(ConfigError);
  expect(() => readConfig(['/a', '--call-seconds', '-1'], {})).toThrow(ConfigError);
});

it('help names every option, and needs no folder', () => {
  expect(readConfig(['--help'], {}).help).toBe(true);
  for (const option of ['--allow-bucket', 'EXR_MCP_BUCKETS', '--store', '--http', '--token-file', '--no-token', '--limit', '--call-seconds', 'EXR_MCP_LIMITS', '--allow-host', '--allow-origin', '--config', 'EXR_MCP_TOKEN']) expect(HELP).toContain(option);
});

it('knows the loopback', () => {
  expect(['127.0.0.1', '127.1.2.3', '::1', 'localhost'].every(isLoopback)).toBe(true);
  expect(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example', 'example'].some(isLoopback)).toBe(false);
});
