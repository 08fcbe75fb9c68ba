/** For tests: the bundled function as a process, a sink, files, and events on their way. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore, type SqlResult } from '@exr/core/store';
import { CloudEvent, HTTP } from 'cloudevents';
import { SAMPLES, type SampleEvent, type SampleOptions } from './event/samples.ts';

export const bundle = fileURLToPath(new URL('../dist/server.mjs', import.meta.url));
export const fixtures = fileURLToPath(new URL('../../../test-fixtures/', import.meta.url));
export const fixture = (name: string): Buffer => readFileSync(join(fixtures, name));

/** Processes read the bundle, not the sources. */
export function needsBundle(): void {
  if (!existsSync(bundle)) throw new Error('build it first: npx nx build dataengine');
}

export function scratch(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'exr-function-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** An EXR whose header is longer by one attribute of so many bytes. Its offset table is off by as much: for headers only. */
export function withLongHeader(exr: Buffer, bytes: number): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(bytes);
  return Buffer.concat([exr.subarray(0, 8), Buffer.from('pad\0string\0', 'latin1'), size, Buffer.alloc(bytes, 'x'), exr.subarray(8)]);
}

/** What a process held at most, in MB; 0 where the system does not tell. */
export function peakMegabytes(pid: number): number {
  const status = existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : '';
  return Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
}

type Line = Readonly<Record<string, unknown>>;

export class FunctionProcess {
  readonly lines: Line[] = [];
  stderr = '';
  private constructor(readonly child: ChildProcess, readonly url: string) {}

  /** Resolves when it listens; `ready` is for whoever wants it ready. */
  static async start(env: Record<string, string>): Promise<FunctionProcess> {
    needsBundle();
    const child = spawn(process.execPath, [bundle], { env: { PATH: process.env['PATH'] ?? '', HOST: '127.0.0.1', PORT: '0', EXR_SECRETS_DIR: join(tmpdir(), 'no-such-secrets'), ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const lines: Line[] = [];
    let rest = '';
    let said = '';
    const listening = new Promise<string>((resolve, reject) => {
      child.stdout!.setEncoding('utf8').on('data', (text: string) => {
        const [...whole] = (rest + text).split('\n');
        rest = whole.pop()!;
        for (const line of whole) {
          const json = JSON.parse(line) as Line;
          lines.push(json);
          if (json['msg'] === 'listening') resolve(String(json['url']));
        }
      });
      child.stderr!.setEncoding('utf8').on('data', (text: string) => (said += text));
      child.once('exit', (code) => reject(new Error(`the function ended with ${code}: ${said}`)));
    });
    const running = new FunctionProcess(child, await listening);
    Object.assign(running, { lines });
    Object.defineProperty(running, 'stderr', { get: () => said });
    return running;
  }

  /** As one that nobody waits for. */
  static async startReady(env: Record<string, string>): Promise<FunctionProcess> {
    const running = await FunctionProcess.start(env);
    await running.ready();
    return running;
  }

  async ready(): Promise<void> {
    for (let i = 0; (await fetch(`${this.url}/readiness`)).status !== 200; i++) {
      if (i > 600) throw new Error(`not ready: ${await (await fetch(`${this.url}/readiness`)).text()}`);
      await pause(25);
    }
  }

  async metrics(): Promise<string> {
    return (await fetch(`${this.url}/metrics`)).text();
  }

  /** The exit code. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const gone = once(this.child, 'exit');
    this.child.kill(signal);
    return (await gone)[0] as number | null;
  }
}

export const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Until it holds; fails after ten seconds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; !(await holds()); i++) {
    if (i > 400) throw new Error(`never: ${what}`);
    await pause(25);
  }
}

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly data: Record<string, unknown>;
}

/** Takes output events, or answers with whatever status it is told to. */
export class TestSink {
  readonly received: Received[] = [];
  status = 202;
  private constructor(private readonly server: Server, readonly url: string) {}

  static async start(): Promise<TestSink> {
    const server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece)).on('end', () => {
        if (sink.status < 300) sink.received.push({ headers: request.headers, data: JSON.parse(Buffer.concat(pieces).toString('utf8')) as Record<string, unknown> });
        response.writeHead(sink.status).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const sink = new TestSink(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return sink;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

let ids = 0;
/** A sample with an id of its own. */
export function sampleEvent(name: string, options: Partial<SampleOptions> & { readonly bucket: string; readonly key: string }): SampleEvent {
  return SAMPLES[name]!.make({ id: `${Date.now().toString(16)}${(ids++).toString(16).padStart(4, '0')}`, time: new Date().toISOString(), ...options });
}

export type Mode = 'binary' | 'structured' | 'batch';

export interface Answer {
  readonly status: number;
  readonly outcome: string | null;
  readonly body: string;
}

/** Header values percent-encoded, as the HTTP binding of CloudEvents has it; `raw`: as they are, in UTF-8, which some senders do. */
export function messageOf(event: SampleEvent | readonly SampleEvent[], mode: Mode, raw = false): { headers: Record<string, string>; body: string } {
  if (mode === 'batch') return { headers: { 'content-type': 'application/cloudevents-batch+json' }, body: JSON.stringify(Array.isArray(event) ? event : [event]) };
  if (mode === 'structured') return { headers: { 'content-type': 'application/cloudevents+json; charset=utf-8' }, body: JSON.stringify(event) };
  const { headers, body } = HTTP.binary(new CloudEvent(event as never, false));
  const written = (value: string): string => (raw ? Buffer.from(value, 'utf8').toString('latin1') : value.replace(/[^\x21-\x7e]|["%]/gu, encodeURIComponent));
  return { headers: { ...Object.fromEntries(Object.entries(headers as Record<string, unknown>).map(([name, value]) => [name, written(String(value))])), 'content-type': 'application/json' }, body: String(body) };
}

export async function send(url: string, event: SampleEvent | readonly SampleEvent[], mode: Mode = 'binary', raw = false): Promise<Answer> {
  const response = await fetch(url, { method: 'POST', ...messageOf(event, mode, raw) });
  return { status: response.status, outcome: response.headers.get('exr-outcome'), body: await response.text() };
}

/** Rows of the store in a file, by any SELECT, as objects. */
export async function rowsIn(file: string, sql: string): Promise<Record<string, unknown>[]> {
  const result: SqlResult = await openStore(file).sql(sql);
  return result.rows.map((row) => Object.fromEntries(result.columns.map(({ name }, i) => [name, row[i]])));
}

export const filesIn = (file: string, columns = 'file_path, status, inspection_count'): Promise<Record<string, unknown>[]> => rowsIn(file, `SELECT ${columns} FROM files ORDER BY file_path`);
