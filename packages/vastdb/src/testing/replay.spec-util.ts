/** Recorded requests, sent again; answers in a form that can be compared. For tests. */
import { request } from 'node:http';
import { expect } from 'vitest';
import { loadArrow, type Data, type Field } from '../arrow.ts';
import { rowsOf, valuesOf } from '../data-reader.ts';
import { FrameReader } from '../framing.ts';
import { requestBody, type Exchange } from '../golden.spec-util.ts';
import { readSchema, readStream } from '../ipc-reader.ts';
import { readSchemaList, readTableList, readTableStats } from '../messages.ts';
import { PageAssembler } from '../page.ts';
import { readRelation } from './relation.ts';

const arrow = await loadArrow();

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: Buffer;
}

/** Sends a request as recorded, to another port. */
export function send(endpoint: string, e: Exchange, change: (headers: Record<string, string>) => void = () => undefined): Promise<Answer> {
  const headers = Object.fromEntries(e.request_headers.map(([key, value]) => [key, value]));
  change(headers);
  const { port } = new URL(endpoint);
  return new Promise((resolve, reject) => {
    const path = e.query === '' ? e.path : `${e.path}?${e.query}`;
    const outgoing = request({ host: '127.0.0.1', port, method: e.method, path, headers }, (message) => {
      const chunks: Buffer[] = [];
      message.on('data', (chunk: Buffer) => chunks.push(chunk));
      message.on('end', () => resolve({ status: message.statusCode ?? 0, headers: message.headers, body: Buffer.concat(chunks) }));
    });
    outgoing.on('error', reject);
    outgoing.end(requestBody(e));
  });
}

/** Rows of a select's answer, in an order that does not depend on the server. */
function rows(e: Exchange, body: Uint8Array): string[] {
  const relation = readRelation(arrow, requestBody(e));
  const fields: Field[] = relation.fields.slice(0, relation.projection.length);
  const reader = new FrameReader();
  reader.push(body);
  const pages = new PageAssembler(arrow, new arrow.Schema(fields), 4);
  const found: string[] = [];
  for (let frame = reader.next(); frame?.type === 'message'; frame = reader.next()) {
    for (const batch of pages.accept(frame)?.batches ?? []) {
      found.push(...rowsOf(batch).map((row) => JSON.stringify(row, (_, v: unknown) => (typeof v === 'bigint' ? `${v}n` : v))));
    }
  }
  expect(pages.open).toBe(false);
  return found.sort();
}

/** What an answer says, in a form that can be compared. */
export function meaning(e: Exchange, body: Buffer): unknown {
  const command = e.query.split('&')[0];
  if (command === 'data') return rows(e, body);
  if (command === 'schema' && e.method === 'GET') return readSchemaList(body).map(({ name, properties }) => ({ name, properties }));
  if (command === 'table' && e.method === 'GET') return readTableList(body).map(({ name }) => name).sort();
  if (command === 'column' && e.method === 'GET') return readSchema(arrow, body).fields.map(String);
  if (command === 'rows' && e.method === 'POST') {
    return readStream(arrow, body, 'row ids').batches.map((batch) => [String(batch.schema), valuesOf(batch.data.children[0] as Data).map(String)]);
  }
  if (command === 'stats') {
    const { numRows, externalRowIds, sortingKeyEnabled, vectorIndex } = readTableStats(body);
    // The first recording is from before quantizations.
    const index = vectorIndex && { ...vectorIndex, clusterQuantization: vectorIndex.clusterQuantization || 'none', searchQuantization: vectorIndex.searchQuantization || 'none' };
    return { numRows, externalRowIds, sortingKeyEnabled, index };
  }
  return body.toString('utf8');
}
