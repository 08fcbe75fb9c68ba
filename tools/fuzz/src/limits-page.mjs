#!/usr/bin/env node
// Writes docs/limits.md from packages/core/src/limits.ts: names and meanings from its comments, numbers from what it exports.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { DEFAULT_LIMITS, FACE_LIMITS, UNTRUSTED_LIMITS } from '@exr/core';

const source = new URL('../../../packages/core/src/limits.ts', import.meta.url);
const page = new URL('../../../docs/limits.md', import.meta.url);

export function limitsPage() {
  const meanings = [...readFileSync(source, 'utf8').matchAll(/\/\*\* (.*) \*\/\n {2}readonly (\w+): number;/g)];
  const rows = meanings.map(([, meaning, name]) => `| \`${name}\` | ${meaning} | ${spelled(name, DEFAULT_LIMITS[name])} | ${spelled(name, UNTRUSTED_LIMITS[name])} |`);
  if (rows.length !== Object.keys(DEFAULT_LIMITS).length) throw new Error(`${rows.length} limits are described, there are ${Object.keys(DEFAULT_LIMITS).length}`);
  const faces = Object.keys(DEFAULT_LIMITS).map((name) => `| \`${name}\` | ${['cli', 'mcp', 'function', 'editor'].map((face) => faceValue(face, name)).join(' | ')} |`);
  return `# Limits

What a file claims passes here before memory is taken or time is spent for it. Beyond one of these comes \`LIMIT_EXCEEDED\` (exit code 3), whose
\`where.limit\`, \`where.limitValue\` and \`where.requested\` say which, what it is and what the file asked for. \`--limit NAME=NUMBER\` raises one on the
command line, \`limits: { NAME: number }\` in a program. Why they are what they are: [decisions/untrusted-input.md](decisions/untrusted-input.md).

| limit | what it bounds | default | \`UNTRUSTED_LIMITS\` |
|---|---|---|---|
${rows.join('\n')}

## Faces

What each face begins with, and how its owner raises one. The command line is asked by a person about files of theirs; the others read what comes. What differs
from \`UNTRUSTED_LIMITS\` is bold. Beside these stand the limits of each face's own: how many calls, events and connections at a time ([mcp](guide/mcp.md),
[function](guide/dataengine.md)).

| limit | command line | MCP | function | editor |
|---|---|---|---|---|
${faces.join('\n')}
| raised by | \`--limit NAME=NUMBER\` | \`--limit NAME=NUMBER\`, \`EXR_MCP_LIMITS\`, \`"limits": {}\` in its file | \`EXR_LIMITS\` | the setting \`exr.limits\` |

This page is written by \`node tools/fuzz/src/limits-page.mjs --write\` and checked by a test.
`;
}

/** The function's seconds are set from its configuration. */
function faceValue(face, name) {
  const value = FACE_LIMITS[face][name];
  const text = name !== 'seconds' || Number.isFinite(value) ? spelled(name, value) : face === 'function' ? "the event's" : 'until cancelled';
  return face !== 'cli' && value !== UNTRUSTED_LIMITS[name] ? `**${text}**` : text;
}

function spelled(name, value) {
  if (/bytes|length/i.test(name)) {
    for (const [unit, size] of [['GiB', 2 ** 30], ['MiB', 2 ** 20], ['KiB', 2 ** 10]]) if (value >= size && value % size === 0) return `${value / size} ${unit}`;
  }
  return value.toLocaleString('en');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (process.argv.includes('--write')) writeFileSync(page, limitsPage());
  else process.stdout.write(limitsPage());
}
