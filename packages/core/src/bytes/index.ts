/** Where bytes come from: one small interface, its kinds, and what wraps them. The kind that reads files is at the Node door alone. */
export type { ByteSource, ReadOptions } from './source.ts';
export { memorySource } from './memory.ts';
export { blobSource } from './blob.ts';
export { httpSource, type HttpSource, type HttpSourceOptions } from './http.ts';
export { cached, type CacheOptions } from './cached.ts';
export { coalescing, type CoalescingOptions } from './coalescing.ts';
export { rememberHead } from './remember-head.ts';
export { concatBytes } from './concat.ts';
export { counting, type CountingSource } from './counting.ts';
export { ByteReader, type ByteReaderPlace } from './reader.ts';
