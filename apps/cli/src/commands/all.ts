import Autocomplete from '@oclif/plugin-autocomplete/lib/commands/autocomplete/index.js';
import AutocompleteCreate from '@oclif/plugin-autocomplete/lib/commands/autocomplete/create.js';
import AutocompleteScript from '@oclif/plugin-autocomplete/lib/commands/autocomplete/script.js';
import Help from '@oclif/plugin-help/lib/commands/help.js';
import Inspect from './inspect.ts';
import Planes from './planes.ts';
import Preview from './preview.ts';
import Stats from './stats.ts';
import Verify from './verify.ts';
import Export from './export.ts';
import Find from './find.ts';
import Index from './index-command.ts';
import Report from './report.ts';
import Similar from './similar.ts';
import Sql from './sql.ts';
import VastSmoke from './vast/smoke.ts';

/**
 * Every command's class by id, for oclif's manifest and help; a run of the program loads only its own (index.ts). oclif's plugins stand among them: loading
 * a plugin as such takes an import() of its package.
 */
export default {
  inspect: Inspect, planes: Planes, preview: Preview, stats: Stats, verify: Verify, export: Export, find: Find, index: Index, report: Report, similar: Similar,
  sql: Sql, 'vast:smoke': VastSmoke, help: Help, autocomplete: Autocomplete, 'autocomplete:create': AutocompleteCreate, 'autocomplete:script': AutocompleteScript,
};
