/**
 * @exr/core: what is in an OpenEXR file. Runs in Node and in a browser; `@exr/core/node` adds files on disk and threads.
 *
 *     import { buildReport, httpSource, openExr, layersOf } from '@exr/core';
 *
 *     const source = httpSource('https://example.com/beauty.1001.exr');   // or memorySource, blobSource; fileSource of @exr/core/node
 *     const file = await openExr(source);                                 // reads the headers: one request for nearly every file
 *     for (const part of file.parts) {
 *       console.log(part.name, part.type, part.compression, part.dataWindow);
 *       for (const layer of layersOf(part)) console.log(layer.name, layer.channels.map((channel) => channel.name));
 *     }
 *     for (const problem of file.problems) console.warn(problem.code, problem.message);
 *     console.log(JSON.stringify(buildReport(file)));                     // the object that every face of exr-inspector shows
 *     await source.close?.();
 *
 * Each line below is the door of one folder, which names its exports; public-api.test.ts lists them all.
 */
export * from './errors.ts';
export * from './notes.ts';
export * from './text/index.ts';
export * from './flow/index.ts';
export * from './chunks/index.ts';
export * from './pixels/index.ts';
export * from './bytes/index.ts';
export * from './header/index.ts';
export * from './color/index.ts';
export * from './limits.ts';
export * from './face-limits.ts';
export * from './preview/index.ts';
export * from './report/index.ts';
export * from './stats/index.ts';
export * from './inspect/index.ts';
export * from './embed/index.ts';
export * from './structure/index.ts';
export * from './sequence/index.ts';
export * from './diff/index.ts';
