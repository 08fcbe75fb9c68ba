/** A table, or the rows of the files that fit a filter, as Parquet, CSV or NDJSON. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { copyFile, mkdtemp, open, realpath, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ExrError } from '../../errors.ts';
import { tableNamed } from '../columns.ts';
import { csvLine } from '../../text/index.ts';
import { filterSql, type Parameter } from '../filter-sql.ts';
import type { ExportOptions } from '../types.ts';

const FORMATS = { parquet: 'FORMAT parquet, COMPRESSION zstd', ndjson: 'FORMAT json' } as const;

/**
 * DuckDB writes to a plain name of ours in a fresh folder beside the target (or in the temporary folder), we move the result: the target may be called
 * anything (quotes, newlines, `s3://…`, wildcards mean nothing to us), and is either whole or not there.
 */
export async function exported(options: ExportOptions, work: (folder: string) => Promise<number>): Promise<number> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'exr-export-')).catch((cause: unknown) => fail(options.target, cause));
  try {
    const count = await work(folder);
    await moved(join(folder, `rows.${options.format}`), options.target);
    return count;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export async function exportRows(connection: DuckDBConnection, { format, table = 'files', filter, csvRaw }: ExportOptions, folder: string): Promise<number> {
  const { sql, parameters } = filterSql({ deleted: true, ...filter });
  // CSV has no arrays: vectors would be text of four kilobytes a row. Parquet has no arrays of a fixed size: DuckDB writes those that are null with the elements
  // left out (duckdb#24731), which pyarrow refuses and Spark reads as shifted vectors; as lists they are right for everybody.
  const columns = tableNamed(table).columns.filter(({ type }) => format !== 'csv' || !type.startsWith('vector')).map(({ name, type }) => (type.startsWith('vector') ? `CAST(t."${name}" AS FLOAT[]) AS "${name}"` : `t."${name}"`));
  const select = `SELECT ${columns.join(', ')} FROM ${table} t WHERE t.file_id IN (SELECT f.file_id FROM file_rows f WHERE ${sql}) ORDER BY t.file_path`;
  const made = join(folder, `rows.${format}`);
  if (format === 'csv') return writeCsv(connection, select, parameters, made, csvRaw);
  await connection.run(`CREATE OR REPLACE TEMP TABLE exported AS ${select}`, [...parameters]);
  await connection.run(`COPY exported TO '${made.replaceAll("'", "''")}' (${FORMATS[format]})`);
  const count = await connection.runAndReadAll('SELECT count(*) FROM exported');
  return Number(count.getRowsJS()[0]![0]);
}

/** Through our own writer, which knows what a spreadsheet must not see. */
async function writeCsv(connection: DuckDBConnection, select: string, parameters: readonly Parameter[], made: string, raw: boolean | undefined): Promise<number> {
  const result = await connection.stream(select, [...parameters]);
  const file = await open(made, 'w');
  let count = 0;
  try {
    await file.write(csvLine(result.columnNames()));
    for await (const rows of result.yieldRowsJson()) {
      count += rows.length;
      let text = '';
      for (const row of rows) {
        text += csvLine(row, { raw });
        if (text.length < WRITTEN_AT_ONCE) continue;
        await file.write(text);
        text = '';
      }
      await file.write(text);
    }
  } finally {
    await file.close();
  }
  return count;
}

const WRITTEN_AT_ONCE = 1024 * 1024;

async function moved(from: string, target: string): Promise<void> {
  try {
    await rename(from, target);
  } catch {
    // Another file system: copied beside the target first, so that the target itself appears at once.
    const beside = join(dirname(target), `.exr-export-${process.pid}-${Date.now()}`);
    await copyFile(from, beside).then(() => rename(beside, target)).catch(async (cause: unknown) => {
      await rm(beside, { force: true });
      fail(target, cause);
    });
  }
}

function fail(target: string, cause: unknown): never {
  throw new ExrError('WRITE_FAILED', `${target}: could not be written: ${(cause as Error).message}`, { source: target }, { cause });
}
