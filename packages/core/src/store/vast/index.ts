/** The store in VAST DataBase. @exr/vastdb is loaded when it is first used. */
export { VastStore, type VastStoreOptions } from './vast-store.ts';
export { DEFAULT_SCHEMA, isVastLocation, vastLocation, vastTarget, type Environment, type VastTarget } from './location.ts';
export { vastSmoke, type SmokeOptions, type SmokeStep } from './smoke.ts';
