import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect } from 'vitest';
import type { ExrReport } from './types.ts';

const schema = JSON.parse(readFileSync(new URL('../../schema/report.schema.json', import.meta.url), 'utf8')) as object;
const validate = new Ajv({ allErrors: true, allowUnionTypes: true, formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ } }).compile(schema);

/** The report as its JSON, which must be what the published schema says. */
export function checkReport(report: ExrReport): ExrReport {
  const text = JSON.stringify(report);
  const parsed = JSON.parse(text) as ExrReport;
  expect(validate(parsed), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
  // Nothing may be lost on the way: no undefined, NaN, bigint or typed array in it.
  expect(JSON.stringify(parsed)).toBe(text);
  return parsed;
}
