/** The recorded exchanges of the official SDK, for tests. */
import { readFileSync, readdirSync } from 'node:fs';

const GOLDEN = new URL('../golden/', import.meta.url);
const GOLDEN_2_1 = new URL('../golden-2.1.0/', import.meta.url);

/** One recorded exchange. */
export interface Exchange {
  readonly file: string;
  readonly folder: URL;
  readonly seq: number;
  readonly step: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly request_headers: readonly (readonly [string, string])[];
  readonly response_status: number;
  readonly response_headers: Readonly<Record<string, string>>;
  readonly canonical_request: string;
}

/** SDK 2.0.14. */
export const exchanges: readonly Exchange[] = recorded(GOLDEN);
/** SDK 2.1.0. */
export const exchanges21: readonly Exchange[] = recorded(GOLDEN_2_1);

function recorded(folder: URL): Exchange[] {
  return readdirSync(new URL('sdk/', folder))
    .filter((name) => /^\d{3}-.*\.json$/.test(name))
    .sort()
    .map((name) => ({ ...(JSON.parse(readFileSync(new URL(`sdk/${encodeURIComponent(name)}`, folder), 'utf8')) as Exchange), file: name.replace('.json', ''), folder }));
}

/** A file below golden/. */
export function bytes(name: string): Buffer {
  return readFileSync(new URL(name, GOLDEN));
}
export const requestBody = (e: Exchange): Buffer => optional(e, `${e.file}.req.bin`);
export const responseBody = (e: Exchange): Buffer => optional(e, `${e.file}.res.bin`);

export function exchange(seq: number): Exchange {
  const found = exchanges.find((e) => e.seq === seq);
  if (found === undefined) throw new Error(`no recorded exchange ${seq}`);
  return found;
}

export function header(e: Exchange, name: string): string | undefined {
  return e.request_headers.find(([key]) => key.toLowerCase() === name)?.[1];
}

function optional(e: Exchange, name: string): Buffer {
  try {
    return readFileSync(new URL(`sdk/${encodeURIComponent(name)}`, e.folder));
  } catch {
    return Buffer.alloc(0);
  }
}
