import { string } from '@oclif/core/flags';
import { ExrCommand, outputFlags } from '../base-command.ts';
import { jsonOf } from '../output/json.ts';
import { paintFor } from '../render/layout.ts';
import { renderSummary } from '../render/store.ts';
import { summaryHtml } from '../render/store-html.ts';
import { sqlStoreOf, storeFlag } from '../store/open.ts';

export default class Report extends ExrCommand {
  static override summary = 'What the store holds: by codec, colour space, renderer, size, errors.';
  static override examples = ['<%= config.bin %> report', '<%= config.bin %> report --store renders.duckdb --format html --output report.html'];
  static override flags = {
    ...storeFlag,
    format: string({ char: 'f', options: ['text', 'html', 'json'], default: 'text', summary: 'text, one self-contained HTML page with plots, or json.' }),
    output: outputFlags.output,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Report);
    const store = sqlStoreOf(flags.store);
    try {
      const summary = await store.summary({ signal: this.signal });
      await this.writing(flags.output, { store: store.location }, (output) => output.write(flags.format === 'html' ? summaryHtml(summary, new Date().toISOString().slice(0, 16).replace('T', ' ') + ' UTC') : flags.format === 'json' ? `${jsonOf(summary, 2)}\n` : renderSummary(summary, paintFor(output.isTerminal))));
    } finally {
      await store.close();
    }
  }
}
