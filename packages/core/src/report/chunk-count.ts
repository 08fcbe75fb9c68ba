/** What the attributes say of the number of chunks, against what the geometry asks for. */
import { valueOf, type ExrFile, type PartHeader } from '../header/index.ts';
import { noteOf, type ExrNote } from '../notes.ts';

/**
 * `chunkCount`, and `openexr:chunkCount`, in which OpenImageIO carries the number of the file that it copied. OpenEXR computes the number itself and
 * goes by that (update_chunk_offsets); OpenImageIO refuses a wrong chunkCount.
 */
export function* chunkCountNotes(file: ExrFile, part: PartHeader, count: number): Generator<ExrNote> {
  for (const name of ['chunkCount', 'openexr:chunkCount']) {
    const said = valueOf(part.attribute(name), 'int');
    if (said === undefined || said === count) continue;
    const whose = name === 'chunkCount' ? 'the geometry counts, as in OpenEXR' : 'the number of the file that OpenImageIO copied, not of this one';
    yield noteOf('CHUNK_COUNT', { source: file.source.name, part: part.index, attribute: name }, `${name} is ${said}, the part has ${count} ${count === 1 ? 'chunk' : 'chunks'}: ${whose}`, file.version.multipart);
  }
}
