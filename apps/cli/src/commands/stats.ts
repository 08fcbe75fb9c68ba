import { Args } from '@oclif/core';
import { boolean, integer, string } from '@oclif/core/flags';
import { ExrCommand, limitFlag, outputFlags } from '../base-command.ts';
import { levelFlag, parseLevel, parseRegion, partFlag, partNamed, recursiveFlag, regionFlag, threadsFlag } from '../flags.ts';
import { type InspectJob, inspectAll, nothingThere } from '../inputs/inspect-all.ts';
import { parseLimits } from '../limits.ts';
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
    { description: 'Frames with NaN or Inf', command: '<%= config.bin %> stats renders -r --format ndjson | jq -r "select([.stats.parts[].channels[] | .nan + .pos_inf + .neg_inf] | add > 0) | .file.path"' },
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
    const paths = argv as string[];
    const limits = parseLimits(flags.limit);
    const stats = {
      deep: !flags['flat-only'], channels: flags.channel, layer: flags.layer, region: parseRegion(flags.region), level: parseLevel(flags.level),
      stride: flags.stride, failFast: flags['fail-fast'], threads: flags.threads,
    };
    await this.writing(flags.output, { inputs: paths }, async (output) => {
      const job: InspectJob = {
        paths, recursive: flags.recursive, quiet: flags.quiet || (format === 'pretty' && output.isTerminal), signal: this.signal, limits,
        part: partNamed(flags.part), stats, noticed: (kind) => this.noticed(kind), protects: output.protects,
      };
      const writer = new ReportWriter(output, format, paths.length > 1);
      const draw = { paint: paintFor(output.isTerminal), columns: output.columns, histogram: flags.histogram };
      await writer.through(async () => {
        for await (const { report, expanded } of inspectAll(job)) {
          if (expanded) writer.expectMany();
          await writer.write(() => report, () => renderStats(report, draw));
        }
        if (writer.count === 0) throw nothingThere(job);
      });
    });
  }
}
