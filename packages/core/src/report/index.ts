/** The one object, its JSON spelling and its JSON Schema. */
export * from './types.ts';
