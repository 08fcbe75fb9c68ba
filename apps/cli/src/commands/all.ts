import Inspect from './inspect.ts';

/** Every command's class by id, for oclif's manifest and help; a run of the program loads only its own (index.ts). */
export default { inspect: Inspect };
