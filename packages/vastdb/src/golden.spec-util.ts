/** The recorded exchanges of the official SDK, for tests. */
import { readFileSync, readdirSync } from 'node:fs';

const GOLDEN = new URL('../golden/', import.meta.url);

/** One recorded exchange. */
export interface Exchange {
  readonly file: string;
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

export const exchanges: readonly Exchange[] = readdirSync(new URL('sdk/', GOLDEN))
  .filter((name) => /^\d{3}-.*\.json$/.test(name))
  .sort()
  .map((name) => ({ ...(JSON.parse(bytes(`sdk/${name}`).toString('utf8')) as Exchange), file: name.replace('.json', '') }));

/** A file below golden/. */
export function bytes(name: string): Buffer {
  return readFileSync(new URL(name, GOLDEN));
}
export const requestBody = (e: Exchange): Buffer => optional(`sdk/${e.file}.req.bin`);
export const responseBody = (e: Exchange): Buffer => optional(`sdk/${e.file}.res.bin`);

export function exchange(seq: number): Exchange {
  const found = exchanges.find((e) => e.seq === seq);
  if (found === undefined) throw new Error(`no recorded exchange ${seq}`);
  return found;
}

export function header(e: Exchange, name: string): string | undefined {
  return e.request_headers.find(([key]) => key.toLowerCase() === name)?.[1];
}

function optional(name: string): Buffer {
  try {
    return bytes(name);
  } catch {
    return Buffer.alloc(0);
  }
}
