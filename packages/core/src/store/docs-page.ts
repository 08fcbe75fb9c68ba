import { STORE_VERSION, TABLES } from './columns.ts';

/** docs/formats/store.md, whole. Written by tools/bench/store-docs.mjs. */
export function storeMarkdown(): string {
  const tables = TABLES.map(({ name, doc, columns }) => {
    const rows = columns.map((column) => `| \`${column.name}\` | ${column.type.replace(/^vector(\d+)$/, 'float32[$1]')} | ${column.nullable ? '' : 'yes'} | ${column.doc.replaceAll('|', '\\|')} |`);
    return `## ${name}\n\n${doc}\n\n| column | type | required | what |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return `# The store's tables

Generated from packages/core/src/store/columns.ts by \`node tools/bench/store-docs.mjs\`; a test holds the two together. Version ${STORE_VERSION} of the tables.

The same tables stand in DuckDB (one file, the default) and in VAST DataBase. \`exr sql\` reads them. A file's identity is its location, its version the
ETag or size and mtime; a file that was changed has all of its rows replaced in one transaction; one that is gone keeps its row in \`files\` with the
status \`deleted\`. All tables join on \`file_id\`. docs/decisions/store.md says why.

## What \`exr sql\` takes

One SELECT in DuckDB's dialect over these tables, or EXPLAIN of one, which is not executed; DESCRIBE, SUMMARIZE and SHOW TABLES too. A statement is judged over
the tree that DuckDB's parser makes of it against lists of what is allowed (packages/core/src/store/duckdb/sql-words.ts): functions that only look at their
arguments, the table functions \`range\`, \`generate_series\`, \`unnest\`, \`json_each\` and \`json_tree\`, no other tables, catalogs, settings, files or extensions.
\`lpad\`, \`rpad\` and \`repeat\` take a length that is written out, of at most 10,000; \`repeat\` makes no more than that; distances of texts (\`levenshtein\`, \`jaro_…\`) take
500 letters. LIKE, ILIKE, GLOB and \`regexp_matches\` match in time that follows the text.

| limit | default | option |
| --- | --- | --- |
| rows | 1,000 (in a program 10,000) | \`--limit\` |
| bytes of all rows, about | 64 MiB | \`--max-bytes\` |
| characters of one value; a longer one is cut and says how long it is | 1 MiB | \`--max-value\` |
| seconds | 60 | \`--seconds\` |
| memory: DuckDB's own, and growth of the process | 256 MiB, 384 MiB | |
| temporary files | 1 GiB | |

Beyond rows and bytes the rest is left out, and said; beyond time, memory and temporary files comes \`LIMIT_EXCEEDED\`. Ctrl-C ends a statement. \`exr sql\` runs
in a process of its own, which is killed when DuckDB hears no interrupt (it looks between two chunks of rows only).

## Vectors in files

\`exr export --format parquet\` writes vectors as lists of float32: 384 (metadata_embedding) and 128 (channel_embedding, channel_fingerprint) elements, or null; their
version is \`embedding_version\`. Arrays of a fixed size would be broken for other readers where one is null (duckdb#24731). CSV leaves vectors out, and writes
texts so that a spreadsheet takes none for a formula (\`--csv-raw\`: as they are).

Texts in cells have at most 128 KiB of UTF-8. Of an attribute's value that was cut, \`value_length\` and \`value_sha256\` tell the whole; other texts end with
a note of their length and hash.

${tables.join('\n')}`;
}
