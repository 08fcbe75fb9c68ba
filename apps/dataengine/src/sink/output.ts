/** What the function says of an event to whoever comes after it in the pipeline: the report, with what became of it in the store. */
import type { ExrReport } from '@exr/core';
import type { Wishes } from '../event/options.ts';
import type { FileResult } from '../work/result.ts';

/** Messages of Kafka have a megabyte; what a header is too large for is left out, and said. */
const MOST_BYTES = 512 * 1024;

export type OutputData = Readonly<Record<string, unknown>>;
type Left = 'all' | 'no attributes' | 'no parts';

/** As JSON. One file: its report as the original shaped it. Several: `results`, one each. */
export function outputOf(files: readonly FileResult[], wishes: Wishes): string {
  const make = (left: Left): OutputData => (files.length === 1 ? dataOf(files[0]!, wishes, left) : { schema_version: 1, results: files.map((file) => dataOf(file, wishes, left)) });
  for (const left of ['all', 'no attributes'] as const) {
    const json = JSON.stringify(make(left));
    if (json.length <= MOST_BYTES && Buffer.byteLength(json) <= MOST_BYTES) return json;
  }
  return JSON.stringify(make('no parts'));
}

function dataOf({ subject, path, outcome, fileId, error, report }: FileResult, wishes: Wishes, left: Left): OutputData {
  const persistence = { status: outcome === 'stale' ? 'skipped' : 'success', outcome, file_id: fileId, inserted: outcome === 'new' };
  const asked = wishes.validate || wishes.policyPath !== null ? { requested: { validate: wishes.validate, policy_path: wishes.policyPath } } : {};
  if (report === undefined) {
    return { schema_version: 1, file: { path, s3_bucket: subject.bucket, s3_key: path }, action: subject.action, errors: error ? [error] : [], notes: [], persistence, ...asked };
  }
  const file = { ...report.file, s3_bucket: subject.bucket, s3_key: path };
  const whole = { ...report, file, action: subject.action, persistence, ...asked };
  if (!wishes.meta) return { ...slim(report), file, action: subject.action, persistence, ...asked };
  if (left === 'all') return whole;
  if (left === 'no attributes') return { ...whole, attributes: {}, parts: report.parts.map((part) => ({ ...part, attributes: [] })), left_out: ['attributes'] };
  return { ...slim(report), file, action: subject.action, persistence, ...asked, stats: undefined, left_out: ['parts', 'channels', 'attributes', 'stats'], errors: report.errors.slice(0, 10).map((each) => ({ ...each, message: each.message.slice(0, 2000) })), notes: report.notes.slice(0, 10).map((each) => ({ ...each, message: each.message.slice(0, 2000) })) };
}

const slim = (report: ExrReport): Omit<ExrReport, 'parts' | 'channels' | 'attributes'> => {
  const { parts: _parts, channels: _channels, attributes: _attributes, ...rest } = report;
  return rest;
};
