/** What the host needs of core, loaded with the first file: in a web worker. */
export { headerJson, openSession, problemsOf } from '../engine/index.ts';
export { cached, closePool, coalescing, ExrError, frameNameOf, groupSequences, httpSource, isExrError, memorySource, rememberHead } from '@exr/core';
