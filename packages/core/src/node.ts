/**
 * The Node door: everything of the neutral door (index.ts), and what needs a file system.
 */
export * from './index.ts';
export { fileSource, type FileSource } from './bytes/file.ts';
