/** The tools, in the order in which they are always listed. */
import { attributes } from './attributes.ts';
import { compare } from './compare.ts';
import { find } from './find.ts';
import { pixels } from './pixels.ts';
import { preview } from './preview.ts';
import { search } from './search.ts';
import { similar } from './similar.ts';
import { stats } from './stats.ts';
import { index } from './store-index.ts';
import { structure } from './structure.ts';
import { summary } from './summary.ts';
import type { ServerContext, Tool } from './tool.ts';

const FILE_TOOLS: readonly Tool[] = [find, summary, attributes, structure, stats, compare, preview, pixels];

const STORE_TOOLS: readonly Tool[] = [search, similar, index];

/** Those of the store are there when one was named at the start. */
export function toolsOf({ store }: Pick<ServerContext, 'store'>): readonly Tool[] {
  return store ? [...FILE_TOOLS, ...STORE_TOOLS] : FILE_TOOLS;
}
