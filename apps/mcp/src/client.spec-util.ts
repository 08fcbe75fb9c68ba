/** A real client of the SDK talking to the built server. */
import { cpSync, existsSync, mkdtempSync, readdirSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { RequestOptions } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';

export const SERVER = join(import.meta.dirname, '../dist/exr-mcp.mjs');
export const FIXTURES = join(import.meta.dirname, '../../../test-fixtures');

export interface TestClient {
  readonly client: Client;
  readonly pid: number;
  /** Lines of the server's standard error so far. */
  readonly log: () => string;
  call(name: string, args: Record<string, unknown>, options?: RequestOptions): Promise<CallToolResult>;
  /** Structured content of an answer that must not be an error. */
  data<T = Record<string, any>>(name: string, args: Record<string, unknown>): Promise<T>; // eslint-disable-line @typescript-eslint/no-explicit-any
  /** Text of an answer that must be an error. */
  refusal(name: string, args: Record<string, unknown>): Promise<string>;
  close(): Promise<void>;
}

export async function startServer(args: readonly string[] = [FIXTURES], env: Record<string, string> = {}): Promise<TestClient> {
  if (!existsSync(SERVER)) throw new Error(`${SERVER} is not built: run \`npx nx build exr-mcp\``);
  const transport = new StdioClientTransport({ command: process.execPath, args: [SERVER, ...args], env: { PATH: process.env['PATH'] ?? '', ...env }, stderr: 'pipe' });
  let log = '';
  transport.stderr?.on('data', (piece: Buffer) => (log += piece.toString()));
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(transport);
  return { ...clientOf(client), pid: transport.pid!, log: () => log };
}

export function clientOf(client: Client): Omit<TestClient, 'pid' | 'log'> {
  const call = (name: string, args: Record<string, unknown>, options?: RequestOptions) => client.callTool({ name, arguments: args }, undefined, options) as Promise<CallToolResult>;
  return {
    client, call,
    async data(name, args) {
      const result = await call(name, args);
      if (result.isError || !result.structuredContent) throw new Error(`${name}: ${textOf(result)}`);
      return result.structuredContent as never;
    },
    async refusal(name, args) {
      const result = await call(name, args);
      if (!result.isError) throw new Error(`${name} was expected to refuse: ${textOf(result).slice(0, 500)}`);
      return textOf(result);
    },
    close: () => client.close(),
  };
}

export function textOf(result: CallToolResult): string {
  return result.content.flatMap((each) => (each.type === 'text' ? [each.text] : [])).join('\n');
}

/** A copy of the fixtures as if written long ago: what lacks chunks and was written within the minute counts as being rendered, and a clone is that young. */
export function agedFixtures(): string {
  const base = mkdtempSync(join(tmpdir(), 'exr-mcp-'));
  cpSync(FIXTURES, base, { recursive: true });
  for (const file of readdirSync(base, { recursive: true })) utimesSync(join(base, file as string), 1_700_000_000, 1_700_000_000);
  return base;
}
