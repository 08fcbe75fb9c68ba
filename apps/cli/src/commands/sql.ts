import { Args } from '@oclif/core';
import { integer, string } from '@oclif/core/flags';
import { ExrCommand, outputFlags } from '../base-command.ts';
import { jsonOf } from '../output/json.ts';
import { paintFor } from '../render/layout.ts';
import { renderSql } from '../render/store.ts';
import { sqlStoreOf, storeFlag } from '../store/open.ts';

export default class Sql extends ExrCommand {
  static override summary = 'Ask the store in SQL (read only).';
  static override description = 'One SELECT in DuckDB\'s dialect over the tables files, parts, channels, attributes, stats and findings (docs/formats/store.md). Nothing that writes, and nothing outside the store, can be reached.';
  static override examples = ['<%= config.bin %> sql "SELECT compression, count(*) FROM parts GROUP BY ALL ORDER BY 2 DESC"'];
  static override args = { statement: Args.string({ required: true, description: 'The statement.' }) };
  static override flags = {
    ...storeFlag,
    limit: integer({ char: 'n', min: 1, default: 1000, helpValue: 'N', summary: 'At most N rows.' }),
    format: string({ char: 'f', options: ['pretty', 'json', 'ndjson', 'csv'], default: 'pretty', summary: 'pretty for people, json, ndjson or csv.' }),
    output: outputFlags.output,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Sql);
    const store = sqlStoreOf(flags.store);
    try {
      await this.writing(flags.output, { store: store.location }, async (output) => {
        const result = await store.sql(args.statement, { signal: this.signal, maxRows: flags.limit });
        const names = result.columns.map(({ name }) => name);
        const objects = (): unknown[] => result.rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]])));
        if (flags.format === 'json') await output.write(`${jsonOf(objects(), 2)}\n`);
        else if (flags.format === 'ndjson') await output.write(objects().map((row) => `${jsonOf(row)}\n`).join(''));
        else if (flags.format === 'csv') await output.write([names, ...result.rows].map((row) => `${row.map(csvCell).join(',')}\n`).join(''));
        else await output.write(renderSql(result, paintFor(output.isTerminal)));
        if (result.cut && flags.format !== 'pretty') process.stderr.write(`only the first ${result.rows.length} rows: raise --limit for more\n`);
      });
    } finally {
      await store.close();
    }
  }
}

/** RFC 4180. */
function csvCell(value: unknown): string {
  const text = value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
