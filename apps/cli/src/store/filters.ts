import { boolean, string } from '@oclif/core/flags';
import { ExrError, isS3Url, parseS3Url } from '@exr/core';
import type { StoreFilter } from '@exr/core/store';
import { resolve } from 'node:path';

/** The filters of find, similar and export, in the words of the issue. */
export const filterFlags = {
  where: string({ char: 'w', helpValue: 'EXPR', summary: `Such as "compression = 'none' and width >= 4096", "size > 100MB", "attribute('owner') like 'A%'".` }),
  channel: string({ char: 'c', multiple: true, multipleNonGreedy: true, helpValue: 'GLOB', summary: 'Has a channel that matches; repeatable, all must match.' }),
  'missing-channel': string({ multiple: true, multipleNonGreedy: true, helpValue: 'GLOB', summary: 'Has no channel that matches; repeatable.' }),
  attribute: string({ char: 'a', multiple: true, multipleNonGreedy: true, helpValue: 'NAME[=GLOB]', summary: 'Has this attribute, with this value; repeatable.' }),
  software: string({ helpValue: 'TEXT', summary: 'Written by this program (part of the name, or a pattern with *).' }),
  'color-space': string({ helpValue: 'GLOB', summary: 'In this colour space.' }),
  since: string({ helpValue: 'DATE', summary: 'Modified since: 2026-03-01, 2026-03-01T12:00Z, or 7d, 12h, 30m ago.' }),
  under: string({ helpValue: 'FOLDER', summary: 'Only below this folder, or s3://bucket/prefix/.' }),
};
export const collapseFlag = { sequences: boolean({ allowNo: true, default: true, summary: 'One line a sequence (--no-sequences: one a file).' }) };

/** For programs; spreadsheets run what looks like a formula. */
export const csvRawFlag = boolean({ summary: 'CSV with texts as they are: by default those that a spreadsheet would take for a formula begin with an apostrophe, and control characters are escaped.' });

export interface FilterValues {
  where?: string | undefined;
  channel?: string[] | undefined;
  'missing-channel'?: string[] | undefined;
  attribute?: string[] | undefined;
  software?: string | undefined;
  'color-space'?: string | undefined;
  since?: string | undefined;
  under?: string | undefined;
}

function underOf(under: string | undefined): Pick<StoreFilter, 'bucket' | 'under'> {
  if (under === undefined) return {};
  if (!isS3Url(under)) return { under: resolve(under) };
  const { bucket, key } = parseS3Url(under);
  return { bucket, ...(key !== '' && { under: key }) };
}

export function filterOf(flags: FilterValues, now = Date.now()): StoreFilter {
  return {
    where: flags.where, channels: flags.channel, missingChannels: flags['missing-channel'], software: flags.software, colorSpace: flags['color-space'], since: flags.since === undefined ? undefined : momentOf(flags.since, now),
    ...underOf(flags.under),
    attributes: flags.attribute?.map((text) => {
      const equals = text.indexOf('=');
      return equals < 0 ? { name: text } : { name: text.slice(0, equals), value: text.slice(equals + 1) };
    }),
  };
}

const UNIT_MS: Readonly<Record<string, number>> = { m: 60e3, h: 3600e3, d: 86400e3, w: 7 * 86400e3 };
function momentOf(text: string, now: number): string {
  const ago = /^(\d+(?:\.\d+)?)([mhdw])$/.exec(text);
  const moment = new Date(ago ? now - Number(ago[1]) * UNIT_MS[ago[2]!]! : /^\d{4}-\d{2}(-\d{2})?$/.test(text) ? `${text.length === 7 ? `${text}-01` : text}T00:00:00Z` : text);
  if (Number.isNaN(moment.getTime())) throw new ExrError('INVALID_ARGUMENT', `--since ${text}: expected a date such as 2026-03-01, or 7d, 12h, 30m`);
  return moment.toISOString();
}
