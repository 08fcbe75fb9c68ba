import { Args } from '@oclif/core';
import { integer, string } from '@oclif/core/flags';
import { csvLine } from '@exr/core/text';
import { ExrCommand, outputFlags } from '../base-command.ts';
import { jsonOf } from '../output/json.ts';
import { paintFor } from '../render/layout.ts';
import { renderSql } from '../render/store.ts';
import { csvRawFlag } from '../store/filters.ts';
import { sqlStoreOf, storeFlag } from '../store/open.ts';
import { inChild, isChild, tellStatus } from '../store/sql-child.ts';

export default class Sql extends ExrCommand {
  static override summary = 'Ask the store in SQL (read only).';
  static override description = 'One SELECT in DuckDB\'s dialect over the tables files, parts, channels, attributes, stats and findings (docs/formats/store.md). Nothing that writes, and nothing outside the store, can be reached.';
  static override examples = ['<%= config.bin %> sql "SELECT compression, count(*) FROM parts GROUP BY ALL ORDER BY 2 DESC"'];
  static override args = { statement: Args.string({ required: true, description: 'The statement.' }) };
  static override flags = {
    ...storeFlag,
    limit: integer({ char: 'n', min: 1, default: 1000, helpValue: 'N', summary: 'At most N rows.' }),
    seconds: integer({ min: 1, default: 60, helpValue: 'N', summary: 'Stop after N seconds.' }),
    'max-bytes': integer({ min: 1, default: 64 * 2 ** 20, helpValue: 'N', summary: 'At most about N bytes of rows.' }),
    'max-value': integer({ min: 1, default: 2 ** 20, helpValue: 'N', summary: 'Values of more than N characters are cut, and say how long they are.' }),
    'csv-raw': csvRawFlag,
    format: string({ char: 'f', options: ['pretty', 'json', 'ndjson', 'csv'], default: 'pretty', summary: 'pretty for people, json, ndjson or csv.' }),
    output: outputFlags.output,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Sql);
    if (!isChild()) return this.status(await inChild(this.signal));
    const store = sqlStoreOf(flags.store);
    try {
      await this.writing(flags.output, { store: store.location }, async (output) => {
        const result = await store.sql(args.statement, { signal: this.signal, limits: { rows: flags.limit, bytes: flags['max-bytes'], valueLength: flags['max-value'], seconds: flags.seconds } });
        const names = result.columns.map(({ name }) => name);
        // A row at a time: together they may be longer than a text can be.
        const objectOf = (row: readonly unknown[]): unknown => Object.fromEntries(names.map((name, i) => [name, row[i]]));
        if (flags.format === 'json') {
          for (const [i, row] of result.rows.entries()) await output.write(`${i === 0 ? '[\n' : ',\n'}${jsonOf(objectOf(row), 2).replace(/^/gm, '  ')}`);
          await output.write(result.rows.length === 0 ? '[]\n' : '\n]\n');
        } else if (flags.format === 'ndjson') for (const row of result.rows) await output.write(`${jsonOf(objectOf(row))}\n`);
        else if (flags.format === 'csv') for (const row of [names, ...result.rows]) await output.write(csvLine(row, { raw: flags['csv-raw'] }));
        else await output.write(renderSql(result, paintFor(output.isTerminal)));
        if (result.cut && flags.format !== 'pretty') process.stderr.write(`only the first ${result.rows.length} rows: raise --${result.cutBy === 'bytes' ? 'max-bytes' : 'limit'} for more\n`);
        if (result.cutValues > 0) process.stderr.write(`${result.cutValues} values were cut: raise --max-value for more of them\n`);
      });
    } finally {
      await store.close();
    }
  }

  override async finally(error: Error | undefined): Promise<void> {
    await super.finally(error);
    // Without a code it is a crash, which ends the process by itself.
    if (isChild() && process.exitCode !== undefined) await tellStatus();
  }

  private status(code: number): void {
    process.exitCode = code;
  }
}
