import { Args } from '@oclif/core';
import { boolean, integer, string } from '@oclif/core/flags';
import { DEFAULT_LIMITS, type ExrReport, formatCount } from '@exr/core';
import { ExrCommand, limitFlag, outputFlags } from '../base-command.ts';
import { levelFlag, parseLevel, parseRegion, partFlag, partNamed, recursiveFlag, regionFlag, threadsFlag } from '../flags.ts';
import { type InspectJob, inspectAll, nothingThere } from '../inputs/inspect-all.ts';
import { parseLimits } from '../limits.ts';
import { type Format, ReportWriter } from '../output/reports.ts';
import { fieldsOf, selectFields } from '../output/select.ts';
import { paintFor } from '../render/layout.ts';
import { renderReport } from '../render/report.ts';

export default class Inspect extends ExrCommand {
  static override summary = 'Say what is in EXR files: parts, channels, every attribute, and with --stats the pixels.';
  static override description = `Reads headers only, unless --stats asks for pixels: one read of 64 KiB for nearly every file. Reports stream in the order of the paths; one bad file never stops the others.

Exit code: 0 all well, 1 a file is broken or not an EXR, 2 wrong arguments, 3 beyond a limit or not supported, 4 could not be read (docs/errors.md).

Safety limits, for --limit NAME=N: ${Object.entries(DEFAULT_LIMITS).map(([name, value]) => `${name} (${value === Infinity ? 'none' : formatCount(value)})`).join(', ')}.`;
  static override examples = [
    '<%= config.bin %> inspect beauty.1001.exr',
    { description: 'A folder as one line of JSON a file', command: '<%= config.bin %> inspect renders --recursive --format ndjson' },
    { description: 'Only what a script needs', command: '<%= config.bin %> inspect "shot.*.exr" --format json --fields file.path,parts.compression,parts.data_window' },
    { description: 'One attribute of many files', command: '<%= config.bin %> inspect renders --attribute timeCode --attribute owner' },
    { description: 'Pixels too', command: '<%= config.bin %> inspect beauty.1001.exr --stats --format json' },
    { description: 'From a pipe or the web', command: 'cat a.exr | <%= config.bin %> inspect - https://example.org/b.exr' },
    { description: 'A bucket: S3_ENDPOINT, S3_ACCESS_KEY and S3_SECRET_KEY say where (docs/guide/s3.md)', command: '<%= config.bin %> inspect s3://renders/sh010/ --recursive --format ndjson' },
  ];
  static override args = { paths: Args.string({ required: true, description: 'Files, folders, globs, http(s) URLs, s3://bucket/key or s3://bucket/prefix/, or - for standard input.' }) };
  static override strict = false;
  static override flags = {
    format: string({ char: 'f', options: ['pretty', 'json', 'ndjson'], default: 'pretty', summary: 'pretty for people, json (an array when several files can come), ndjson one line a file.' }),
    ...outputFlags, ...recursiveFlag, ...partFlag,
    attribute: string({ char: 'a', multiple: true, multipleNonGreedy: true, helpValue: 'NAME', summary: 'Of the attributes only this one; repeatable.' }),
    fields: string({ helpValue: 'A,B.C', summary: 'Only these fields of the JSON, by dotted path.' }),
    stats: boolean({ summary: 'Measure every flat part: counts, NaN/Inf, min, max, mean, stddev, percentiles, histogram.' }),
    'deep-stats': boolean({ summary: 'Measure deep parts as well (implies --stats).' }),
    channel: string({ char: 'c', multiple: true, multipleNonGreedy: true, helpValue: 'GLOB', summary: 'With --stats: only channels that match; repeatable.' }),
    layer: string({ char: 'l', helpValue: 'NAME', summary: 'With --stats: only channels of this layer ("" is the base layer).' }),
    ...regionFlag, ...levelFlag,
    stride: integer({ min: 1, helpValue: 'N', summary: 'With --stats: measure every Nth row.' }),
    'fail-fast': boolean({ summary: 'With --stats: stop a file at its first broken chunk.' }),
    ...threadsFlag, ...limitFlag,
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Inspect);
    const format = flags.format as Format;
    const paths = argv as string[];
    const fields = flags.fields === undefined ? undefined : fieldsOf(flags.fields);
    const limits = parseLimits(flags.limit);
    const stats = flags.stats || flags['deep-stats'] ? {
      deep: flags['deep-stats'], channels: flags.channel, layer: flags.layer, region: parseRegion(flags.region), level: parseLevel(flags.level),
      stride: flags.stride, failFast: flags['fail-fast'], threads: flags.threads,
    } : undefined;
    await this.writing(flags.output, { inputs: paths }, async (output) => {
      const job: InspectJob = {
        paths, recursive: flags.recursive, quiet: flags.quiet || (format === 'pretty' && output.isTerminal), signal: this.signal, limits,
        part: partNamed(flags.part), stats, noticed: (kind) => this.noticed(kind), protects: output.protects,
      };
      const writer = new ReportWriter(output, format, paths.length > 1);
      const draw = { paint: paintFor(output.isTerminal), columns: output.columns, attributesOnly: flags.attribute !== undefined };
      await writer.through(async () => {
        for await (const { report, expanded } of inspectAll(job)) {
          if (expanded) writer.expectMany();
          const shown = flags.attribute ? onlyAttributes(report, flags.attribute) : report;
          await writer.write(() => fields ? selectFields(shown, fields) : shown, () => renderReport(shown, draw));
        }
        if (writer.count === 0) throw nothingThere(job);
      });
    });
  }
}

/** The report with these attributes alone. */
function onlyAttributes(report: ExrReport, names: readonly string[]): ExrReport {
  return {
    ...report,
    parts: report.parts.map((part) => ({ ...part, attributes: part.attributes.filter(({ name }) => names.includes(name)) })),
    attributes: Object.fromEntries(Object.entries(report.attributes).filter(([name]) => names.includes(name))),
  };
}
