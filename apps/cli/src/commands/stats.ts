import { Args } from '@oclif/core';
import { boolean, integer, string } from '@oclif/core/flags';
import { ExrError } from '@exr/core';
import { ExrCommand, limitFlag, outputFlags } from '../base-command.ts';
import { levelFlag, parseLevel, parseRegion, partFlag, recursiveFlag, regionFlag, threadsFlag } from '../flags.ts';
import { inspectAll } from '../inputs/inspect-all.ts';
import { parseLimits } from '../limits.ts';
import { Output } from '../output/output.ts';
import { type Format, ReportWriter } from '../output/reports.ts';
import { paintFor } from '../render/layout.ts';
import { renderStats } from '../render/stats.ts';

export default class Stats extends ExrCommand {
  static override summary = 'Measure pixels: a table and histograms for people, JSON for machines.';
  static override description =
    'Statistics are over finite values, exact for min, max, mean and stddev, the same for any number of threads. Percentiles are exact for half, within 1/128 for float. Broken or missing chunks are skipped and named, and the result says that it is partial (exit code 1). Deep parts are measured over their samples.';
  static override examples = [
    '<%= config.bin %> stats beauty.1001.exr',
    { description: 'Only some channels, quickly', command: '<%= config.bin %> stats beauty.1001.exr --channel "diffuse.*" --stride 8' },
    { description: 'A crop of one part', command: '<%= config.bin %> stats deep.exr --part 1 --region 0,0,255,255' },
    { description: 'Frames with NaN or Inf', command: '<%= config.bin %> stats renders -r --format ndjson | jq -r "select([.stats.parts[].channels[] | .nan + .pos_inf + .neg_inf] | add > 0) | .path"' },
  ];
  static override args = { paths: Args.string({ required: true, description: 'Files, folders, globs, http(s) URLs, s3://bucket/key or s3://bucket/prefix/, or - for standard input.' }) };
  static override strict = false;
  static override flags = {
    format: string({ char: 'f', options: ['pretty', 'json', 'ndjson'], default: 'pretty', summary: 'pretty for people, json, or ndjson one line a file.' }),
    ...outputFlags, ...recursiveFlag, ...partFlag,
    channel: string({ char: 'c', multiple: true, multipleNonGreedy: true, helpValue: 'GLOB', summary: 'Only channels that match; repeatable.' }),
    layer: string({ char: 'l', helpValue: 'NAME', summary: 'Only channels of this layer ("" is the base layer).' }),
    ...regionFlag, ...levelFlag,
    stride: integer({ min: 1, helpValue: 'N', summary: 'Measure every Nth row.' }),
    histogram: boolean({ allowNo: true, default: true, summary: 'Draw a histogram of each channel.' }),
    'flat-only': boolean({ summary: 'Leave deep parts out.' }),
    'fail-fast': boolean({ summary: 'Stop a file at its first broken chunk.' }),
    ...threadsFlag, ...limitFlag,
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Stats);
    const format = flags.format as Format;
    const output = new Output(flags.output);
    const paths = argv as string[];
    const writer = new ReportWriter(output, format, paths.length > 1);
    const options = { paint: paintFor(output.isTerminal), columns: output.columns, histogram: flags.histogram };
    try {
      for await (const { report, expanded } of inspectAll({
        paths, recursive: flags.recursive, quiet: flags.quiet || (format === 'pretty' && output.isTerminal), signal: this.signal, limits: parseLimits(flags.limit), part: flags.part,
        stats: {
          deep: !flags['flat-only'], channels: flags.channel, layer: flags.layer, region: parseRegion(flags.region), level: parseLevel(flags.level),
          stride: flags.stride, failFast: flags['fail-fast'], threads: flags.threads,
        },
        noticed: (kind) => this.noticed(kind),
      })) {
        if (expanded) writer.expectMany();
        await writer.write(() => JSON.stringify({ path: report.file.path, stats: report.stats ?? null, errors: report.errors, notes: report.notes }), () => renderStats(report, options));
      }
    } finally {
      await writer.end();
    }
    if (writer.count === 0) throw new ExrError('INVALID_ARGUMENT', `no EXR files in ${paths.join(', ')}${flags.recursive ? '' : ' (add --recursive to enter the folders below)'}`);
  }
}
