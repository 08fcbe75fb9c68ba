import { z } from 'zod';
import { page, pageText } from '../answer/page.ts';
import { defineTool, cursorInput, nextCursor, untrusted } from './tool.ts';
import { filterInput, filterOf, rowData, rowOutput, rowText, storeOf } from './store-words.ts';

/** Rows that one search takes from the store; a cursor pages within them. */
const MOST_ROWS = 5000;

export const search = defineTool({
  name: 'exr_search',
  title: 'Search the store of inspected files',
  heavy: false,
  description:
    'Finds files and sequences that were indexed before (exr_index) by what their headers say: compression, resolution, colour space, channels, attributes, software. Fast over any number of files and needs none of them. Example: {"where":"compression = \'none\' and width >= 4096","missing_channels":["Z"]}',
  input: z.strictObject({ ...filterInput, sequences: z.boolean().default(true).describe('One row a sequence instead of one a file'), cursor: cursorInput }),
  output: z.object({ total: z.number(), more_than_shown: z.boolean().describe('The store has more than total'), rows: z.array(rowOutput), next_cursor: nextCursor, note: untrusted }),
  async run({ cursor, sequences, ...filter }, call) {
    const rows: z.input<typeof rowOutput>[] = [];
    let more = false;
    for await (const row of storeOf(call).query({ ...(await filterOf(filter, call)), collapse: sequences, limit: MOST_ROWS + 1 }, { signal: call.signal })) {
      if (rows.length === MOST_ROWS) more = true;
      else rows.push(rowData(row, call));
    }
    const shown = page(rows, { cursor, of: [filter, sequences, rows.length], cost: (row) => rowText(row) + JSON.stringify(row) });
    const lines = [`${rows.length}${more ? ' and more' : ''} ${sequences ? 'sequences or files' : 'files'} in the store`, ...shown.items.map(rowText), pageText(shown, 'rows')];
    if (rows.length === 0) lines.push('nothing matches: loosen the filter, or index the folder with exr_index');
    return { text: lines.filter((line) => line !== '').join('\n'), data: { total: rows.length, more_than_shown: more, rows: [...shown.items], next_cursor: shown.next, note: '' } };
  },
});
