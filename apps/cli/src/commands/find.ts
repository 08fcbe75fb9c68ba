import { integer, string } from '@oclif/core/flags';
import type { Interfaces } from '@oclif/core';
import { formatBytes, formatCount, plainText } from '@exr/core';
import type { ExrStore } from '@exr/core/store';
import { ExrCommand, outputFlags } from '../base-command.ts';
import type { Output } from '../output/output.ts';
import { type Format, ReportWriter } from '../output/reports.ts';
import { paintFor } from '../render/layout.ts';
import { renderRow } from '../render/store.ts';
import { collapseFlag, filterFlags, filterOf } from '../store/filters.ts';
import { storeFlag, storeOf } from '../store/open.ts';

export default class Find extends ExrCommand {
  static override summary = 'Find files that were indexed.';
  static override examples = [
    { description: 'Still uncompressed at 4K and above', command: `<%= config.bin %> find --where "compression = 'none' and width >= 4096"` },
    '<%= config.bin %> find --channel "crypto*" --missing-channel Z --since 7d',
    { description: 'Files that could not be read, as JSON lines', command: `<%= config.bin %> find --where "status = 'error'" --format ndjson` },
  ];
  static override flags = {
    ...storeFlag, ...filterFlags, ...collapseFlag,
    limit: integer({ char: 'n', min: 1, helpValue: 'N', summary: 'At most N lines.' }),
    format: string({ char: 'f', options: ['pretty', 'json', 'ndjson', 'paths'], default: 'pretty', summary: 'pretty for people, json, ndjson, or only the paths (of files, each ended by a line feed).' }),
    output: outputFlags.output,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Find);
    const store = storeOf(flags.store);
    try {
      await this.writing(flags.output, { store: store.location }, (output) => this.#found(store, flags, output));
    } finally {
      await store.close();
    }
  }

  async #found(store: ExrStore, flags: FindFlags, output: Output): Promise<void> {
    const paint = paintFor(output.isTerminal);
    const paths = flags.format === 'paths';
    const writer = new ReportWriter(output, paths ? 'ndjson' : (flags.format as Format), true);
    let [lines, files, bytes] = [0, 0, 0];
    await writer.through(async () => {
      for await (const row of store.query({ ...filterOf(flags), collapse: flags.sequences && !paths, limit: flags.limit }, { signal: this.signal })) {
        lines++;
        files += row.files;
        bytes += row.size_bytes;
        if (paths) await output.write(`${output.isTerminal ? plainText(row.path) : row.path}\n`);
        else if (flags.format === 'pretty') await output.write(renderRow(row, paint));
        else await writer.write(() => row, () => '');
      }
      if (flags.format === 'pretty') await output.write(lines === 0 ? 'nothing found\n' : paint.dim(`${formatCount(files)} files${lines < files ? ` in ${formatCount(lines)} sequences` : ''}, ${formatBytes(bytes)}\n`));
    });
  }
}

type FindFlags = Interfaces.InferredFlags<typeof Find.flags>;
