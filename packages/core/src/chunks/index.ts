/**
 * Chunks: which there are, where they are in the file, and how to read them with few requests.
 *
 *     const index = await readChunkIndex(file);                       // the offset tables of all parts
 *     const grid = index.grids[0];                                    // chunk number ↔ box, level, tile
 *     const wanted = [...grid.chunksIn({ x: 0, y: 0 })].map((chunk, order) => ({ order, part: 0, chunk }));
 *     for (const read of planReads(index, wanted, { multipart: file.version.multipart })) {
 *       const bytes = await file.source.read(read.offset, read.length);
 *       for (const planned of read.chunks) packedIn(context, planned, bytes, read.offset);
 *     }
 */
export { levelCount, levelSize, partGeometry, partLevels, windowSize, type Level, type LevelIndex, type PartGeometry } from './levels.ts';
export { chunkGrid, intersect, levelGrid, LINES_PER_CHUNK, type ChunkGrid, type ChunkInfo, type LevelGrid, type ScanLineBlock, type Tile } from './geometry.ts';
export { bytesPerValue, channelRows, regularRows, sampleCount, shapesOf, type ChannelRow, type ShapeOf } from './shape.ts';
export { chunkIndex, readChunkIndex, type ChunkedFile, type ChunkedPart, type ChunkIndex, type ChunkLocation, type OffsetTable, type ReadTableOptions } from './table.ts';
export { checkLeader, chunkPlace, leaderFault, leaderSize, parseLeader, plainSizeFault, type ChunkLeader } from './leader.ts';
export { groupReads, placeChunk, planReads, type GroupOptions, type PlannedChunk, type PlannedRead, type PlanOptions, type WantedChunk } from './plan.ts';
export { packedIn, readPacked, type PackedChunk, type PackedContext } from './packed.ts';
export { walkChunks, type FoundChunk, type WalkOptions } from './walk.ts';
export { highlightNotes } from './lossy-chunks.ts';
export { rebuiltNote, recoverIndex, usableIndex, type RecoveredIndex } from './recover.ts';
