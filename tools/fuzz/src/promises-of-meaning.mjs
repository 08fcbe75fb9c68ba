// What is promised of whatever a file says, beside ending: neutral tables, readable rows, the same twice, a loop that turns.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { clearInterval, setInterval } from 'node:timers';
import { join } from 'node:path';
import { csvLine, embedChannels, embedMetadata, inspect, isExrError, memorySource, plainText, UNTRUSTED_LIMITS, DEFAULT_LIMITS } from '@exr/core/node';
import { openStore } from '@exr/core/store';

const scratch = mkdtempSync(join(tmpdir(), 'exr-meaning-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
let store = openStore(join(scratch, 's.duckdb'));

const onThread = () => (process.platform === 'linux' ? Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6 : 0);
const STILL = 200;

/** Ends when every promise is kept; throws the first that is not. `stored`: through a store too, which costs more. */
export async function keepsPromises(bytes, name, tight, stored) {
  const limits = tight ? UNTRUSTED_LIMITS : DEFAULT_LIMITS;
  const look = () => inspect(memorySource(bytes, name), { limits, stats: { threads: 1 } });
  let [last, longest] = [onThread(), 0];
  const beat = () => {
    const now = onThread();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(beat, 2);
  let report;
  try {
    report = await look();
  } finally {
    beat();
    clearInterval(timer);
  }
  if (longest > STILL) throw new Error(`the event loop stood still for ${Math.round(longest)} ms`);
  const again = await look();
  const words = (one) => JSON.stringify({ ...one, inspected_at: null });
  if (words(report) !== words(again)) throw new Error('a second look says something else');
  for (const embed of [embedMetadata, embedChannels]) if (Buffer.compare(Buffer.from(embed(report).buffer), Buffer.from(embed(again).buffer)) !== 0) throw new Error('embedded otherwise the second time');
  checkCsv(report.channels.slice(0, 200).map(({ name: own, layer, component, view }) => [own, layer, component, view, 5]));
  checkCsv(report.parts.flatMap(({ attributes }) => attributes.slice(0, 100).map(({ name: own, type, value }) => [own, type, value])));
  for (const { name: own } of report.channels.slice(0, 200)) checkShown(plainText(own, { max: 100 }));
  for (const { message } of [...report.errors, ...report.notes]) checkShown(plainText(message, { max: 1000 }));
  if (stored) await checkStored(report, name);
}

/** RFC 4180, by a reader of its own. */
function cellsOf(text) {
  const [rows, at] = [[[]], { i: 0 }];
  while (at.i < text.length) {
    let cell = '';
    if (text[at.i] === '"') {
      for (at.i++; ; at.i++) {
        if (at.i >= text.length) throw new Error('CSV: a quote is never closed');
        if (text[at.i] === '"' && text[++at.i] !== '"') break;
        cell += text[at.i];
      }
    } else while (at.i < text.length && text[at.i] !== ',' && text[at.i] !== '\n') cell += text[at.i++];
    rows.at(-1).push(cell);
    if (text[at.i++] === '\n') rows.push([]);
  }
  return rows.slice(0, -1);
}
const isNumber = (cell) => cell.trim() !== '' && !/\s/.test(cell) && (!Number.isNaN(Number(cell)) || /^nan$/i.test(cell) || /^[+-]?infinity$/i.test(cell));

function checkCsv(rows) {
  const read = cellsOf(rows.map((row) => csvLine(row)).join(''));
  if (read.length !== rows.length) throw new Error(`CSV: ${rows.length} rows are read as ${read.length}`);
  for (const [i, row] of read.entries()) {
    if (row.length !== rows[i].length) throw new Error(`CSV: ${rows[i].length} cells are read as ${row.length}`);
    for (const cell of row) {
      if (/^[=+\-@\t\r\n]/.test(cell) && !isNumber(cell)) throw new Error(`CSV: a formula: ${JSON.stringify(cell.slice(0, 80))}`);
      // eslint-disable-next-line no-control-regex
      if (/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/.test(cell)) throw new Error(`CSV: a control character: ${JSON.stringify(cell.slice(0, 80))}`);
    }
  }
}

function checkShown(text) {
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(text)) throw new Error(`shown as it is: ${JSON.stringify(text.slice(0, 80))}`);
}

/** The row is there, says the same status, and is found by what it holds; then it goes. */
async function checkStored(report, path) {
  try {
    await store.put([{ report, identity: { bucket: null, path, sizeBytes: report.file.size_bytes, mtime: '2026-01-01T00:00:00.000Z', observedAt: new Date().toISOString() } }]);
  } catch (error) {
    if (isExrError(error)) throw new Error(`cannot be stored: ${error.code}: ${error.message}`);
    throw error;
  }
  const rows = [];
  for await (const row of store.query({ collapse: true })) rows.push(row);
  if (rows.length !== 1) throw new Error(`one file is found as ${rows.length} rows`);
  for (const match of await store.similar({ to: report })) if (!Number.isFinite(match.similarity)) throw new Error('similar: a similarity that is no number');
  await store.summary();
  await store.close();
  for (const file of ['s.duckdb', 's.duckdb.wal']) rmSync(join(scratch, file), { force: true });
  store = openStore(join(scratch, 's.duckdb'));
}
