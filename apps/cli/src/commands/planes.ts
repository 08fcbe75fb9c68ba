import { Args } from '@oclif/core';
import { string } from '@oclif/core/flags';
import { ExrError, kindOf, openExr, partOf, plainText, planeRows, usableIndex } from '@exr/core';
import { ExrCommand, limitFlag, outputFlags } from '../base-command.ts';
import { levelFlag, parseLevel, parseRegion, partFlag, partNamed, regionFlag, threadsFlag } from '../flags.ts';
import { namedInput } from '../inputs/expand.ts';
import { openInput } from '../inputs/open.ts';
import { parseLimits } from '../limits.ts';

export default class Planes extends ExrCommand {
  static override summary = 'Write one channel as raw numbers: row-major little-endian float32 (uint32 for uint channels).';
  static override description =
    'The plane has the size of its level, or of --region; a channel with sampling N has every Nth value. Pixels of chunks that are missing or broken are NaN (0 for uint), are named on standard error, and make the exit code 1. No header is written: `exr inspect` says the size.';
  static override examples = [
    '<%= config.bin %> planes beauty.1001.exr --channel R > r.f32',
    { description: 'Into numpy', command: '<%= config.bin %> planes beauty.1001.exr --channel R | python3 -c "import sys, numpy; print(numpy.frombuffer(sys.stdin.buffer.read(), \'<f4\').mean())"' },
    '<%= config.bin %> planes tex.exr --part 0 --level 2,2 --channel G --output g.f32',
  ];
  static override args = { file: Args.string({ required: true, description: 'An EXR file, an http(s) URL, s3://bucket/key, or - for standard input.' }) };
  static override flags = {
    ...partFlag, ...levelFlag, ...regionFlag, ...threadsFlag, ...limitFlag,
    channel: string({ char: 'c', required: true, helpValue: 'NAME', summary: 'The channel, by its full name (diffuse.R).' }),
    output: outputFlags.output,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Planes);
    if (process.stdout.isTTY && flags.output === undefined) throw new ExrError('INVALID_ARGUMENT', 'raw numbers are no use on a terminal: redirect them (> r.f32) or name a file with --output');
    const limits = parseLimits(flags.limit);
    await this.writing(flags.output, { inputs: [args.file] }, async (output) => {
      const { source } = await openInput(namedInput(args.file));
      try {
        const file = await openExr(source, { limits, signal: this.signal });
        const { channel, threads } = flags;
        const part = partOf(file.parts, partNamed(flags.part), file.source.name) ?? 0;
        const found = await usableIndex(file, { limits, signal: this.signal });
        let skipped = 0;
        for await (const band of planeRows(file, { index: found.index, part, channel, threads, limits, signal: this.signal, level: parseLevel(flags.level) ?? { x: 0, y: 0 }, region: parseRegion(flags.region) })) {
          await output.write(new Uint8Array(band.data.buffer, band.data.byteOffset, band.data.byteLength));
          for (const { code, message } of band.skipped) {
            this.noticed(kindOf(code));
            if (skipped++ < 20) process.stderr.write(`${plainText(message ?? '', { max: 2000 })}\n`);
          }
        }
        if (skipped > 20) process.stderr.write(`… and ${skipped - 20} more chunks\n`);
        this.remark(file, found);
      } finally {
        await source.close?.();
      }
    });
  }
}
