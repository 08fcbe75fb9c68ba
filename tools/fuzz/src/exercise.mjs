// Everything that reads a file, let loose on one. Ends in results or ExrErrors; anything else is thrown.
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import {
  buildReport, computeStats, DEFAULT_LIMITS, embedChannels, embedMetadata, fixedTable, isExrError, memorySource, openExr, renderPreview, serializeHeader, toJson, UNTRUSTED_LIMITS, verify,
} from '@exr/core/node';

const schema = JSON.parse(readFileSync(new URL('../../../packages/core/schema/report.schema.json', import.meta.url), 'utf8'));
const valid = new Ajv({ allErrors: false, allowUnionTypes: true, formats: { 'date-time': true } }).compile(schema);


/** `tight`: with tight limits, else the defaults. Gives what each step came to: `ok` or an error's code. */
export async function exercise(bytes, name, tight) {
  const limits = tight ? UNTRUSTED_LIMITS : DEFAULT_LIMITS;
  const outcome = {};
  const step = async (what, work) => {
    try {
      const result = await work();
      outcome[what] = 'ok';
      return result;
    } catch (error) {
      if (!isExrError(error)) throw new Error(`${what}: ${error?.stack ?? error}`);
      // A file can be wrong, beyond us or beyond a limit; it cannot make the caller or the world wrong.
      if (error.kind === 'io' || (error.kind === 'usage' && what !== 'preview')) throw new Error(`${what}: ${error.code}: ${error.message}`);
      outcome[what] = error.code;
      return null;
    }
  };
  const options = { threads: 1, limits };
  const source = memorySource(bytes, name);
  const file = await step('open', () => openExr(source, { limits }));
  const examined = await step('verify', () => verify(source, { ...options, tier: 'decode' }));
  if (examined) checkReport(examined);
  await step('quick', async () => checkReport(await verify(source, { ...options, tier: 'table' })));
  if (!file) return outcome;
  const stats = await step('stats', () => computeStats(file, { ...options, deep: true }));
  const report = await step('report', () => buildReport(file, { idManifests: true, ...(stats && { stats }) }));
  if (report) {
    checkReport(report);
    await step('embed', () => checkVectors(embedMetadata(report), embedChannels(report)));
  }
  await step('attributes', () => file.parts.forEach((part) => part.attributes.forEach((attribute) => JSON.stringify(toJson(attribute, { bytesLimit: 64 })))));
  await step('serialize', () => checkHeader(file, bytes));
  await step('preview', () => renderPreview(file, { ...options, size: 64 }));
  await step('fix', () => drain(file, options));
  return outcome;
}

function checkReport(report) {
  const text = JSON.stringify(report);
  const parsed = JSON.parse(text);
  if (JSON.stringify(parsed) !== text) throw new Error('the report changes on its way through JSON');
  if (!valid(parsed)) throw new Error(`the report is not what its schema says: ${JSON.stringify(valid.errors.slice(0, 3))}`);
}

function checkVectors(...vectors) {
  for (const vector of vectors) if (vector.some((value) => !Number.isFinite(value))) throw new Error('an embedding holds a value that is not finite');
}

/** A header that was read whole and found right is written back as it was. */
function checkHeader(file, bytes) {
  const written = serializeHeader(file);
  if (!file.complete || file.problems.length > 0) return;
  if (Buffer.compare(written, bytes.subarray(0, file.headerBytes)) !== 0) throw new Error('the header is written back with other bytes');
}

/** The pieces of a copy with a right table add up to the size that was announced. */
async function drain(file, options) {
  const fixed = await fixedTable(file, options);
  let size = 0;
  for await (const piece of fixed.pieces()) size += piece.length;
  if (size !== fixed.size) throw new Error(`the fixed copy has ${size} bytes, announced were ${fixed.size}`);
}
