import { arch, platform } from 'node:os';
import { integer, string } from '@oclif/core/flags';
import { vastSmoke, vastTarget, type SmokeStep } from '@exr/core/store';
import { ExrCommand, outputFlags } from '../../base-command.ts';
import { jsonOf } from '../../output/json.ts';

export default class VastSmoke extends ExrCommand {
  static override summary = 'Prove the VAST store against a real cluster, in a scratch schema that goes again.';
  static override description =
    'Needs VAST_DB_ENDPOINT, VAST_DB_ACCESS_KEY, VAST_DB_SECRET_KEY and VAST_DB_BUCKET in the environment, and a key that may create schemas in that bucket. Makes a schema exr_smoke_…, tries in it what the store relies on, and drops it. Nothing else is touched. The report names neither keys nor endpoint nor bucket: paste it into an issue. Exit code 0 when nothing failed, 1 otherwise.';
  static override examples = ['<%= config.bin %> vast smoke', { description: 'For an issue', command: '<%= config.bin %> vast smoke --output smoke.md' }];
  static override flags = {
    bucket: string({ env: 'VAST_DB_BUCKET', helpValue: 'NAME', summary: 'A database-enabled bucket.' }),
    files: integer({ min: 1, max: 100_000, default: 1000, helpValue: 'N', summary: 'Files of the step that measures.' }),
    format: string({ char: 'f', options: ['markdown', 'json'], default: 'markdown', summary: 'markdown to paste, or json.' }),
    output: outputFlags.output,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(VastSmoke);
    const target = vastTarget(`vast://${flags.bucket ?? ''}`, process.env);
    const steps: SmokeStep[] = [];
    const about = `exr ${this.config.version}, Node ${process.version}, ${platform()} ${arch()}`;
    const markdown = flags.format === 'markdown';
    await this.writing(flags.output, {}, async (output) => {
      if (markdown) await output.write(`### exr vast smoke\n\n${about}\n\n| step | verdict | ms | found |\n| --- | --- | ---: | --- |\n`);
      for await (const step of vastSmoke(target, { files: flags.files, signal: this.signal })) {
        steps.push(step);
        if (markdown) await output.write(`| ${step.name} | ${step.verdict === 'failed' ? '**failed**' : step.verdict} | ${step.milliseconds.toFixed(0)} | ${cell(step.detail)} |\n`);
      }
      const failed = steps.filter(({ verdict }) => verdict === 'failed').length;
      if (markdown) await output.write(`\n${failed === 0 ? `All well: ${steps.length} steps.` : `${failed} of ${steps.length} steps failed.`}\n`);
      else await output.write(`${jsonOf({ about, failed, steps: steps.map((step) => ({ ...step, milliseconds: Math.round(step.milliseconds) })) }, 2)}\n`);
      if (failed > 0) this.noticed('format');
    });
  }
}

/** In one cell of a Markdown table. */
function cell(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|');
}
