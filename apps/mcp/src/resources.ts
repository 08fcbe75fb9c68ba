/** Files as resources: what answers link to, and what a person attaches. */
import { ErrorCode, McpError, type ReadResourceResult } from '@modelcontextprotocol/sdk/types.js';
import { buildReport, isExrError } from '@exr/core';
import { ToolError } from './answer/error.ts';
import { safe, UNTRUSTED } from './answer/text.ts';
import { allowedUrl } from './sandbox/buckets.ts';
import { parseResourceUri } from './resource-uri.ts';
import { draw } from './tools/preview.ts';
import { withFile } from './tools/files.ts';
import type { Call, ServerContext } from './tools/tool.ts';

export const FOLDERS_URI = 'exr://folders';

export const TEMPLATES = [
  { name: 'header', title: 'EXR header', uriTemplate: 'exr://header/{+path}', mimeType: 'application/json', description: 'Parts, channels and attributes of an EXR file without long values' },
  { name: 'report', title: 'EXR report', uriTemplate: 'exr://report/{+path}', mimeType: 'application/json', description: 'Everything in the header of an EXR file: the report of exr-inspector' },
  { name: 'preview', title: 'EXR preview', uriTemplate: 'exr://preview/{+path}', mimeType: 'image/png', description: 'A picture of an EXR file, 512 pixels across, NaN and missing regions marked' },
];

/** Fixed resources: what may be looked at. */
export const RESOURCES = [{ name: 'folders', title: 'Allowed folders', uri: FOLDERS_URI, mimeType: 'application/json', description: 'The folders and buckets that this server may read' }];

/** Characters of one JSON resource: a client holds it whole. */
const MOST_JSON = 1024 * 1024;

export async function readResource(uri: string, call: Call): Promise<ReadResourceResult> {
  if (uri === FOLDERS_URI) return json(uri, foldersOf(call));
  const found = parseResourceUri(uri);
  if (!found) throw notThere(uri, `expected one of ${[FOLDERS_URI, ...TEMPLATES.map(({ uriTemplate }) => uriTemplate)].join(', ')}`);
  try {
    return await withFile(call, found.path, async (file, { source, shown }, turn) => {
      if (found.kind === 'preview') {
        const png = await (await draw(file, {}, turn)).png();
        return { contents: [{ uri, mimeType: 'image/png', blob: Buffer.from(png).toString('base64') }, { uri: `${uri}#note`, mimeType: 'text/plain', text: UNTRUSTED }] };
      }
      const report = buildReport(file, { path: shown, mtime: source.mtime, bytesLimit: found.kind === 'header' ? 64 : 4096 });
      // The report is what its schema says, so the reminder stands beside it.
      const { contents } = json(uri, report, found.kind === 'header' ? 500 : 100_000);
      return { contents: [...contents, { uri: `${uri}#note`, mimeType: 'text/plain', text: UNTRUSTED }] };
    });
  } catch (error) {
    if (error instanceof ToolError) throw notThere(uri, error.message);
    if (isExrError(error)) throw new McpError(ErrorCode.InternalError, safe(error.message, 600), { uri: safe(uri, 300), code: error.code });
    throw error;
  }
}

function foldersOf({ folders, buckets, store }: ServerContext): object {
  return { allowed_folders: folders.map(({ given }) => safe(given, 300)), ...(buckets.allowed.length > 0 && { allowed_buckets: buckets.allowed.map((each) => safe(allowedUrl(each), 300)) }), store: store !== null };
}

/** Long strings are cut, shorter and shorter until the whole fits; invisible and control characters are written as JSON escapes, which lose nothing. */
function json(uri: string, value: unknown, longest = 100_000): ReadResourceResult {
  let length = 0;
  for (const most of [longest, ...[25_000, 4000, 1000, 250, 60].filter((each) => each < longest)]) {
    let text = JSON.stringify(value, (_, each: unknown) => (typeof each === 'string' && each.length > most ? `${wellFormed(each.slice(0, most))}… (${each.length} characters)` : each), 1);
    // Escapes only make it longer.
    if (text.length <= MOST_JSON) text = text.replace(/[\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u007f-\u009f]/gu, (character) => character.split('').map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''));
    if (text.length <= MOST_JSON) return { contents: [{ uri, mimeType: 'application/json', text }] };
    length = text.length;
    // Strings alone do not make it so large.
    if (length > 16 * MOST_JSON && most <= 4000) break;
  }
  throw new McpError(ErrorCode.InternalError, `${safe(uri, 300)}: the header is too large for a resource (${length} characters): page through it with exr_attributes`);
}

function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udbff]$/, '');
}

/** The protocol's own code for a resource that is not there. */
function notThere(uri: string, why: string): McpError {
  return new McpError(-32002 as ErrorCode, `Resource not found: ${why}`, { uri: safe(uri, 300) });
}
