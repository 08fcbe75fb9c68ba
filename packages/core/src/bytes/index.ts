/** Where bytes come from: one small interface, its kinds, and what wraps them. What needs Node (files, certificates, the environment) is at the Node door. */
export type { ByteSource, ReadOptions } from './source.ts';
export { memorySource } from './memory.ts';
export { blobSource } from './blob.ts';
export { httpSource, type HttpSource, type HttpSourceOptions } from './http.ts';
export { s3Source, type S3Source, type S3SourceOptions } from './s3.ts';
export { listObjects, type ListObjectsOptions, type S3Object } from './s3-list.ts';
export { isS3Url, parseS3Url, s3Url, type S3Location } from './s3-location.ts';
export type { S3Config, Sha256 } from './s3-request.ts';
export { cached, type CacheOptions } from './cached.ts';
export { coalescing, type CoalescingOptions } from './coalescing.ts';
export { rememberHead } from './remember-head.ts';
export { concatBytes } from './concat.ts';
export { counting, type CountingSource } from './counting.ts';
export { sizeAfter } from './known-size.ts';
export { shownUrl, withoutSecrets } from './shown-url.ts';
export { ByteReader, type ByteReaderPlace } from './reader.ts';
