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

${tables.join('\n')}`;
}
