#!/usr/bin/env node
// Sends events to a function that runs on this machine, in the three forms that the platform may use, and prints the answers.
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = fileURLToPath(new URL('.', import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    url: { type: 'string', default: 'http://localhost:8080/' },
    mode: { type: 'string', default: 'binary' },
    bucket: { type: 'string' },
    key: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help || !['binary', 'structured', 'batch'].includes(values.mode)) {
  console.log(`usage: node invoke-local.mjs [--url URL] [--mode binary|structured|batch] [--bucket BUCKET --key KEY] [EVENT.json …]

Without files: every sample of events/. --bucket and --key put your object's place into the events of objects.

examples:
  PORT=8080 node server.mjs &
  node invoke-local.mjs events/created.json --bucket renders --key show/beauty.1001.exr
  node invoke-local.mjs --mode structured events/schedule.json

Exit code: 0 when every answer was 2xx, 1 otherwise.`);
  process.exit(values.help ? 0 : 2);
}

const files = positionals.length ? positionals : readdirSync(join(here, 'events')).sort().map((name) => join(here, 'events', name));
let failed = 0;
for (const file of files) {
  const content = JSON.parse(readFileSync(file, 'utf8'));
  const events = (Array.isArray(content) ? content : [content]).map(placed);
  const requests = values.mode === 'batch' || (Array.isArray(content) && values.mode === 'structured') ? [batch(events)] : events.map(values.mode === 'binary' ? binary : structured);
  for (const request of requests) {
    const begin = performance.now();
    let line;
    try {
      const response = await fetch(values.url, { method: 'POST', ...request, signal: AbortSignal.timeout(120_000) });
      const text = (await response.text()).trim();
      line = `${response.status}${text ? ` ${text.slice(0, 500)}` : ''}`;
      if (!response.ok) failed++;
    } catch (error) {
      line = `no answer: ${error.cause?.message ?? error.message}`;
      failed++;
    }
    console.log(`${basename(file)}  ${line}  ${(performance.now() - begin).toFixed(0)} ms`);
  }
}
process.exit(failed ? 1 : 0);

/** Attributes in headers, percent-encoded as CloudEvents asks for, the payload as the body. */
function binary({ data, ...attributes }) {
  const headers = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name === 'datacontenttype' ? 'content-type' : `ce-${name}`, String(value).replace(/[^\x21-\x24\x26-\x7e]|%/gu, percent)]));
  return { headers, body: JSON.stringify(data ?? null) };
}

function percent(character) {
  return [...new TextEncoder().encode(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

function structured(event) {
  return { headers: { 'content-type': 'application/cloudevents+json' }, body: JSON.stringify(event) };
}

function batch(events) {
  return { headers: { 'content-type': 'application/cloudevents-batch+json' }, body: JSON.stringify(events) };
}

/** The event with --bucket and --key in all the places where an object's place stands. */
function placed(event) {
  if (values.bucket === undefined && values.key === undefined) return event;
  const copy = structuredClone(event);
  if (copy.elementpath) {
    const [bucket, ...key] = copy.elementpath.split('/');
    copy.elementpath = `${values.bucket ?? bucket}/${values.key ?? key.join('/')}`;
  }
  for (const { s3 } of copy.data?.Records ?? []) {
    if (values.bucket !== undefined) s3.bucket.name = values.bucket;
    if (values.key !== undefined) s3.object.key = encodeURIComponent(values.key).replace(/%20/g, '+').replace(/%2F/g, '/');
  }
  return copy;
}
