#!/usr/bin/env node
/** The program: reads what its owner decided, then serves until the client or the system ends it. */
import { s3ConfigFromEnv } from '@exr/core/node'; // and decoding threads
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { FACE_LIMITS, TOOL } from '@exr/core';
import { type ExrStore, openStore } from '@exr/core/store';
import { ConfigError, HELP, readConfig } from './config/config.ts';
import { serveHttp } from './http.ts';
import { allowBuckets, type Buckets, NO_BUCKETS } from './sandbox/buckets.ts';
import { allowFolders } from './sandbox/folders.ts';
import { makeGates, makeServer } from './server.ts';
import type { ServerContext } from './tools/tool.ts';

/** Standard output belongs to the protocol. */
function log(line: string): void {
  process.stderr.write(`exr-mcp: ${line}\n`);
}

async function main(): Promise<void> {
  const config = readConfig(process.argv.slice(2), process.env);
  if (config.help) return void process.stdout.write(HELP);
  if (config.version) return void process.stdout.write(`${TOOL.version}\n`);
  const folders = await allowFolders(config.folders);
  const context: ServerContext = { folders, buckets: bucketsAt(config.buckets), limits: { ...FACE_LIMITS.mcp, ...config.limits }, callSeconds: config.callSeconds, store: config.store === null ? null : await storeAt(config.store) };
  const gates = makeGates();
  const make = () => makeServer(context, gates, log);
  const close = config.http ? await overHttp(config.http, make) : await overStdio(make);
  const stop = (): void => void close().finally(() => process.exit(0));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

/** Server and keys come from the environment of this process: that they are there is said at the start, that they are right shows at the first call. */
function bucketsAt(urls: readonly string[]): Buckets {
  if (urls.length === 0) return NO_BUCKETS;
  try {
    return { allowed: allowBuckets(urls), config: s3ConfigFromEnv(process.env, { timeoutMs: 30_000 }) };
  } catch (cause) {
    throw new ConfigError(`--allow-bucket: ${(cause as Error).message}`, { cause });
  }
}

/** The database behind the store is an optional dependency: say at the start that it is not there. */
async function storeAt(path: string): Promise<ExrStore> {
  await import('@duckdb/node-api').catch((cause: Error) => {
    throw new ConfigError(`--store needs the package @duckdb/node-api beside the server: ${cause.message.split('\n')[0]}`, { cause });
  });
  return openStore(path);
}

async function overHttp(config: Parameters<typeof serveHttp>[0], make: () => ReturnType<typeof makeServer>): Promise<() => Promise<void>> {
  const running = await serveHttp(config, make, log);
  log(`listening at ${running.url}${config.token === null ? '' : ' (bearer token needed)'}`);
  if (config.tokenMade) log(`token for this run: ${config.token} (--token-file or EXR_MCP_TOKEN keep one, --no-token wants none)`);
  return running.close;
}

async function overStdio(make: () => ReturnType<typeof makeServer>): Promise<() => Promise<void>> {
  const server = make();
  await server.connect(new StdioServerTransport());
  // The client closing its end is how it says goodbye.
  const gone = (): void => void server.close().finally(() => process.exit(0));
  process.stdin.once('end', gone);
  process.stdin.once('close', gone);
  return () => server.close();
}

main().catch((error: unknown) => {
  log(error instanceof ConfigError ? `${error.message}\nTry exr-mcp --help` : error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
});
