/** What every scenario file starts with: one browser for all, a window of its own, and the CLI to compare with. */
import { execFileSync, spawnSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, inject } from 'vitest';
import type { Browser } from 'playwright-core';
import { launch, Workbench } from './workbench.ts';

const cli = join(import.meta.dirname, '../../cli/bin/run.js');
let browser: Promise<Browser> | undefined;
process.once('beforeExit', () => void browser?.then((one) => one.close()));

/** A window on the workspace for the tests of one file. Call at the top of the file; `bench()` is there within tests. */
export function useWorkbench(): () => Workbench {
  let bench: Workbench | undefined;
  beforeAll(async () => {
    browser ??= launch();
    bench = await Workbench.open(await browser, inject('url'), inject('workspace'));
  });
  afterAll(() => bench?.close());
  return () => bench!;
}

/** The whole path of a file of the workspace. */
export const shot = (name: string): string => join(inject('workspace'), name);

/** What `exr planes` says of one channel: row by row. */
export function planes(path: string, channel: string, region: readonly number[], part = 0): Float32Array {
  const bytes = execFileSync(process.execPath, [cli, 'planes', path, '--channel', channel, '--part', String(part), '--region', region.join(',')], { maxBuffer: 1 << 30 });
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

export interface CliStats {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly stddev: number;
  readonly p01: number;
  readonly p50: number;
  readonly p99: number;
  readonly nan: number;
  readonly pos_inf: number;
}

/** What `exr stats` says of a part's channels. */
export function stats(path: string, part = 0): readonly CliStats[] {
  const said = JSON.parse(execFileSync(process.execPath, [cli, 'stats', '--format', 'json', path], { maxBuffer: 1 << 28 }).toString()) as { stats: { parts: { channels: CliStats[] }[] } };
  return said.stats.parts[part]!.channels;
}

export interface CliReport {
  readonly parts: readonly { readonly name: string | null; readonly compression: string; readonly data_window: Readonly<Record<'x_min' | 'y_min' | 'x_max' | 'y_max', number>>; readonly attributes: readonly { readonly name: string }[] }[];
  readonly channels: readonly { readonly part_index: number; readonly name: string; readonly type: string }[];
}

/** What `exr inspect` says: headers only. */
export function inspect(path: string): CliReport {
  return JSON.parse(execFileSync(process.execPath, [cli, 'inspect', '--format', 'json', path], { maxBuffer: 1 << 28 }).toString()) as CliReport;
}

/** What `exr verify` makes of each file of a folder, with every chunk decoded: `ok`, or what is wrong. By name. */
export function verdicts(folder: string): Map<string, string> {
  const { stdout } = spawnSync(process.execPath, [cli, 'verify', '--deep', '--recent', '0', '--format', 'ndjson', folder], { maxBuffer: 1 << 28 });
  const files = stdout.toString().trim().split('\n').map((line) => JSON.parse(line) as { file: { path: string }; structure?: { verdict: string } });
  return new Map(files.map(({ file, structure }) => [basename(file.path), structure?.verdict ?? 'unreadable']));
}
