// Tokens (o200k_base) and milliseconds of the answers about every EXR below some folders: node apps/mcp/scripts/measure.mjs FOLDER...
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';

const server = join(dirname(fileURLToPath(import.meta.url)), '../dist/exr-mcp.mjs');
for (const folder of process.argv.slice(2)) {
  const client = new Client({ name: 'measure', version: '1' });
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [server, folder] }));
  const call = async (name, args) => {
    const begin = performance.now();
    const result = await client.callTool({ name, arguments: args }, undefined, { timeout: 600_000 });
    const text = result.content.flatMap((each) => (each.type === 'text' ? [each.text] : [])).join('\n');
    return { result, ms: performance.now() - begin, text: encode(text).length, data: result.structuredContent ? encode(JSON.stringify(result.structuredContent)).length : 0 };
  };
  const paths = [];
  for (let cursor; ;) {
    const { result } = await call('exr_find', cursor ? { cursor } : {});
    for (const { path, count, frames } of result.structuredContent.found) paths.push(...(count === 1 ? [path] : expand(path, frames)));
    cursor = result.structuredContent.next_cursor;
    if (!cursor) break;
  }
  console.log(`${folder}: ${paths.length} files`);
  for (const tool of ['exr_summary', 'exr_attributes', 'exr_structure', 'exr_stats', 'exr_preview']) {
    const rows = [];
    for (const path of paths) rows.push({ path, ...(await call(tool, { path })) });
    const failed = rows.filter(({ result }) => result.isError).length;
    const largest = [...rows].sort((a, b) => b.text + b.data - (a.text + a.data))[0];
    const slowest = [...rows].sort((a, b) => b.ms - a.ms)[0];
    const median = [...rows].sort((a, b) => a.ms - b.ms)[rows.length >> 1];
    console.log(`  ${tool}: largest ${largest.text} + ${largest.data} tokens (${largest.path}), median ${median.ms.toFixed(1)} ms, slowest ${slowest.ms.toFixed(0)} ms (${slowest.path}), ${failed} refused`);
  }
  await client.close();
}

/** The files of a pattern, first of each range only: enough to measure. */
function expand(pattern, frames) {
  const [hashes] = /#+(?=[^#]*$)/.exec(pattern);
  return frames.split(',').slice(0, 3).flatMap((range) => {
    const first = /^-?\d+/.exec(range);
    return first ? [pattern.replace(hashes, String(Number(first[0])).padStart(hashes.length, '0'))] : [];
  });
}
