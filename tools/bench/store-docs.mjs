/** Writes docs/formats/store.md from the column definitions. Needs `npx tsc -b packages/core` first. */
import { writeFileSync } from 'node:fs';
import { storeMarkdown } from '@exr/core/store';

writeFileSync(new URL('../../docs/formats/store.md', import.meta.url), storeMarkdown());
