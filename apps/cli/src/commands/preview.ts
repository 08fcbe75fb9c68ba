import { Args } from '@oclif/core';
import { boolean, custom, integer, string } from '@oclif/core/flags';
import { ExrError, formatCount, kindOf, openExr, partOf, plainText, type PreviewOptions, type PreviewPicture, renderPreview, type ToneMap, usableIndex } from '@exr/core';
import { ExrCommand, limitFlag } from '../base-command.ts';
import { levelFlag, parseLevel, parseRegion, partFlag, partNamed, threadsFlag } from '../flags.ts';
import { namedInput } from '../inputs/expand.ts';
import { openInput } from '../inputs/open.ts';
import { parseLimits } from '../limits.ts';
import { canvasOf, drawn, type Canvas } from '../output/picture.ts';
import { progressBar } from '../output/progress.ts';

export default class PreviewCommand extends ExrCommand {
  static override summary = 'Make a PNG of any part, layer, view or level, or show it in the terminal.';
  static override description =
    'Colours go from the file\'s primaries to sRGB. NaN and infinite pixels are magenta, regions whose chunks are missing are hatched. Deep parts are flattened. Without --output the picture is drawn in the terminal, as an image where the terminal can (kitty, iTerm2, WezTerm, ghostty), in half blocks of colour elsewhere. A picture that is far smaller than the file is made from some of its lines unless --every is given. docs/guide/preview.md says what is done to the values.';
  static override examples = [
    '<%= config.bin %> preview beauty.1001.exr -o beauty.png',
    '<%= config.bin %> preview beauty.1001.exr --layer diffuse --exposure 1.5 --size 512 -o diffuse.png',
    '<%= config.bin %> preview deep.exr --tone filmic',
    '<%= config.bin %> preview shot.exr --channel Z -o depth.png',
  ];
  static override args = { file: Args.string({ required: true, description: 'An EXR file, an http(s) URL, s3://bucket/key, or - for standard input.' }) };
  static override flags = {
    output: string({ char: 'o', helpValue: 'FILE.png', summary: 'Write a PNG here (-: standard output) instead of drawing in the terminal.' }),
    size: integer({ char: 's', min: 1, max: 65536, helpValue: 'PIXELS', summary: 'Most pixels on the longer side. Default: the file\'s own size, or the largest that memoryBytes has room for; in the terminal what fits.' }),
    layer: string({ char: 'l', helpValue: 'NAME', summary: 'Layer to draw ("" is the base layer).' }),
    view: string({ helpValue: 'NAME', summary: 'View of a stereo file (left, right).' }),
    channel: string({ char: 'c', helpValue: 'NAME', summary: 'One channel alone, in grey.' }),
    exposure: custom<number>({ parse: async (text) => stops(text) })({ char: 'e', default: 0, helpValue: 'STOPS', summary: 'Multiply by 2^STOPS.' }),
    tone: string({ options: ['none', 'filmic', 'reinhard'], default: 'none', summary: 'Tone map; none cuts at 1.' }),
    window: string({ helpValue: 'display|data|X0,Y0,X1,Y1', default: 'display', summary: 'What of pixel space to show.' }),
    alpha: boolean({ summary: 'Keep the alpha channel in the PNG instead of showing colour on black.' }),
    marks: boolean({ allowNo: true, default: true, summary: 'Mark NaN/Inf pixels and missing regions.' }),
    normalize: boolean({ allowNo: true, summary: 'Spread the values over black to white. Default: for data channels drawn alone.' }),
    every: boolean({ summary: 'Read every line, however small the picture: slower, and no NaN is overlooked.' }),
    ...partFlag, ...levelFlag, ...threadsFlag, ...limitFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(PreviewCommand);
    const limits = parseLimits(flags.limit);
    const canvas = flags.output === undefined ? terminal() : null;
    const said = await this.writing(flags.output, { inputs: [args.file] }, async (output) => {
      const { source } = await openInput(namedInput(args.file));
      const bar = await progressBar(1000, '‰', {});
      try {
        const file = await openExr(source, { limits, signal: this.signal });
        const part = partOf(file.parts, partNamed(flags.part), file.source.name);
        const { layer, view, channel, exposure, alpha, marks, normalize, every, threads } = flags;
        const size = flags.size ?? canvas?.pixels;
        const found = await usableIndex(file, { limits, signal: this.signal });
        const preview = await renderPreview(file, {
          index: found.index,
          ...given({ part, layer, view, channel, normalize, threads, size, level: parseLevel(flags.level) }),
          exposure, alpha, marks, every, tone: flags.tone as ToneMap, limits, signal: this.signal,
          window: flags.window === 'display' || flags.window === 'data' ? flags.window : parseRegion(flags.window)!,
          onProgress: ({ chunks, totalChunks }) => bar.advance(Math.floor((chunks / Math.max(1, totalChunks)) * 1000)),
        });
        bar.stop();
        await output.write(canvas ? await drawn(preview, canvas) : await preview.png());
        for (const { code } of preview.skipped) this.noticed(kindOf(code));
        const broken = preview.skipped.filter(({ missing }) => !missing);
        for (const { message } of broken.slice(0, 3)) process.stderr.write(`${plainText(message, { max: 2000 })}\n`);
        if (broken.length > 3) process.stderr.write(`… and ${broken.length - 3} more chunks\n`);
        this.remark(file, found);
        return describe(preview);
      } finally {
        bar.stop();
        await source.close?.();
      }
    });
    process.stderr.write(`${said}${canvas ? '' : ` → ${flags.output === '-' ? 'standard output' : plainText(flags.output!)}`}\n`);
  }
}

function terminal(): Canvas {
  const canvas = process.stdout.isTTY ? canvasOf(process.env, process.stdout) : null;
  if (canvas) return canvas;
  const why = process.stdout.isTTY ? 'this terminal (TERM=dumb) cannot draw' : 'standard output is not a terminal';
  throw new ExrError('INVALID_ARGUMENT', `${why}: name a file with --output FILE.png`);
}

/** The options that were given: an absent one is left to its default. */
function given(options: { [Key in keyof PreviewOptions]?: PreviewOptions[Key] | undefined }): PreviewOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as PreviewOptions;
}

function stops(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(Math.abs(value) <= 60)) throw new ExrError('INVALID_ARGUMENT', `--exposure ${text}: expected a number of stops such as 1.5 or -2`);
  return value;
}

function describe(preview: PreviewPicture): string {
  const { width, height, part, level, picture, colorSpace, nonfinitePixels, missingPixels, tooLarge } = preview;
  const size = `${width} × ${height}${tooLarge ? ` (${tooLarge.width} × ${tooLarge.height} takes more memory: --size ${Math.max(tooLarge.width, tooLarge.height)} says which limit to raise)` : ''}`;
  const facts = [size, `part ${part}`, picture.names.map((name) => plainText(name, { max: 40 })).join(' '), plainText(colorSpace, { max: 60 })];
  if (level.x || level.y) facts.push(`level ${level.x},${level.y}`);
  if (nonfinitePixels) facts.push(`${formatCount(nonfinitePixels)} pixels with NaN or Inf`);
  if (missingPixels) facts.push(`${formatCount(missingPixels)} pixels missing`);
  return facts.join(' · ');
}
