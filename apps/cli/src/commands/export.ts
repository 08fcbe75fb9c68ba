import { string } from '@oclif/core/flags';
import { formatCount, plainText } from '@exr/core';
import { TABLES, type TableName } from '@exr/core/store';
import { ExrCommand } from '../base-command.ts';
import { csvRawFlag, filterFlags, filterOf } from '../store/filters.ts';
import { sqlStoreOf, storeFlag } from '../store/open.ts';

export default class Export extends ExrCommand {
  static override summary = 'Write a table of the store as Parquet, CSV or JSON lines.';
  static override examples = ['<%= config.bin %> export --format parquet --output files.parquet', `<%= config.bin %> export --table channels --format csv --where "compression = 'none'" -o channels.csv`];
  static override flags = {
    format: string({ char: 'f', options: ['parquet', 'csv', 'ndjson'], required: true, summary: 'CSV leaves the vectors out.' }),
    table: string({ char: 't', options: TABLES.map(({ name }) => name), default: 'files', summary: 'Which table (docs/formats/store.md).' }),
    output: string({ char: 'o', required: true, helpValue: 'FILE', summary: 'The file to write.' }),
    'csv-raw': csvRawFlag,
    ...storeFlag, ...filterFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Export);
    const store = sqlStoreOf(flags.store);
    try {
      const rows = await this.writing(flags.output, { store: store.location }, async (output) => {
        const { signal } = this;
        const options = { format: flags.format as 'parquet' | 'csv' | 'ndjson', table: flags.table as TableName, filter: filterOf(flags), target: output.outside(), csvRaw: flags['csv-raw'], signal };
        return await store.export(options).catch((error: unknown) => {
          throw output.about(error);
        });
      });
      process.stderr.write(`${formatCount(rows)} rows of ${flags.table} in ${plainText(flags.output)}\n`);
    } finally {
      await store.close();
    }
  }
}
