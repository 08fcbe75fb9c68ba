import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { counting, memorySource } from '../bytes/index.ts';
import { isExrError } from '../errors.ts';
import { attribute, bytes, exr, FLAGS, MAGIC, rawAttribute, required, text, u32, version } from './exr-bytes.spec-util.ts';
import { openExr, serializeHeader } from './index.ts';

const open = (content: Uint8Array, limits = {}) => openExr(memorySource(content, 'x.exr'), { limits });
const codes = async (content: Uint8Array, limits = {}) => (await open(content, limits)).problems.map((problem) => problem.code);

describe('openExr', () => {
  it('opens a correct header without problems, and says where it ends', async () => {
    const content = bytes(exr(), new Uint8Array(100));
    const file = await open(content);
    expect(file.problems).toEqual([]);
    expect(file).toMatchObject({ complete: true, headerBytes: content.length - 100, size: content.length, version: { version: 2, multipart: false } });
    expect(file.parts[0]).toMatchObject({ index: 0, type: 'scanlineimage', compression: 'zip', isTiled: false, isDeep: false, chunkCount: null, name: null });
    expect(file.parts[0]!.unreadable).toBeUndefined();
    expect(file.parts[0]!.attributes.map((each) => each.name)).toEqual(['channels', 'compression', 'dataWindow', 'displayWindow', 'lineOrder', 'pixelAspectRatio', 'screenWindowCenter', 'screenWindowWidth']);
    const { offset, size } = file.parts[0]!.attribute('dataWindow')!;
    expect(content.subarray(offset, offset + size)).toEqual(Buffer.from(file.parts[0]!.attribute('dataWindow')!.raw()));
  });

  it('reads the headers of a multipart file up to the empty one', async () => {
    const part = (name: string, type: string, view: string) =>
      bytes(required(), attribute('name', 'string', name), attribute('type', 'string', type), attribute('view', 'string', view), attribute('chunkCount', 'int', 1), 0);
    const deep = bytes(required({ compression: attribute('compression', 'compression', 'zips') }), attribute('name', 'string', 'deep'), attribute('type', 'string', 'deepscanline'), attribute('version', 'int', 1), attribute('chunkCount', 'int', 1), 0);
    const file = await open(bytes(MAGIC, version(FLAGS.multipart | FLAGS.nonImage), part('a', 'scanlineimage', 'left'), part('b', 'scanlineimage', 'right'), deep, 0, new Uint8Array(9)));
    expect(file.problems).toEqual([]);
    expect(file.parts.map(({ name, view, type, isDeep }) => [name, view, type, isDeep])).toEqual([
      ['a', 'left', 'scanlineimage', false],
      ['b', 'right', 'scanlineimage', false],
      ['deep', null, 'deepscanline', true],
    ]);
    expect(file.headerBytes).toBe(file.size - 9);
  });

  it('lets the flags decide the type of a flat single part', async () => {
    const tiles = attribute('tiles', 'tiledesc', { xSize: 8, ySize: 8, levelMode: 'one_level', roundingMode: 'round_down' });
    const stale = attribute('type', 'string', 'scanlineimage');
    expect((await open(exr(bytes(required(), tiles, stale), FLAGS.tiled))).parts[0]).toMatchObject({ type: 'tiledimage', isTiled: true, tiles: { xSize: 8 } });
    expect((await open(exr(bytes(required(), attribute('type', 'string', 'tiledimage'))))).parts[0]).toMatchObject({ type: 'scanlineimage', tiles: null });
  });

  it('throws the first problem when strict', async () => {
    await expect(openExr(memorySource(exr(required({ dataWindow: null }))), { strict: true })).rejects.toMatchObject({ code: 'MISSING_ATTRIBUTE' });
    await expect(openExr(memorySource(exr()), { strict: true })).resolves.toMatchObject({ complete: true });
  });
});

describe('what is not an EXR', () => {
  it.each([
    ['a PNG image', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0)],
    ['a JPEG image', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 0x10)],
    ['a TIFF image', Uint8Array.of(0x49, 0x49, 0x2a, 0, 8, 0, 0, 0)],
    ['a DPX image', new TextEncoder().encode('SDPX\0\0\x20\0')],
    ['an HTML page', new TextEncoder().encode('\n<!DOCTYPE html><html><body>404</body>')],
    ['an XML document', new TextEncoder().encode('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>')],
    ['a gzip archive', Uint8Array.of(0x1f, 0x8b, 8, 0)],
    ['a ZIP archive', Uint8Array.of(0x50, 0x4b, 3, 4)],
    ['an empty file', new Uint8Array(0)],
    ['nothing but zeros', new Uint8Array(4096)],
    ['a Git LFS pointer', new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n')],
    ['a JSON document', new TextEncoder().encode('{"error": "no such key"}')],
    ['a text file', new TextEncoder().encode('not found: naïve\n')],
    ['an EXR with its bytes swapped', Uint8Array.of(1, 0x31, 0x2f, 0x76, 0, 0, 0, 2)],
    ['of a kind this program does not know (it begins with de ad be ef)', Uint8Array.of(0xde, 0xad, 0xbe, 0xef, 1)],
  ])('is named: %s', async (what, content) => {
    await expect(open(content)).rejects.toMatchObject({ code: 'NOT_EXR', message: expect.stringContaining(`this is ${what}`) as string });
  });

  it.each([1, 3, 4, 7])('a file of the first %d bytes of one is cut, not something else', async (length) => {
    await expect(open(exr().subarray(0, length))).rejects.toMatchObject({ code: 'TRUNCATED' });
  });
});

describe('bad headers', () => {
  it('a header cut anywhere gives what was readable and says where it ends', async () => {
    const content = exr();
    for (let length = 8; length < content.length; length++) {
      const file = await open(content.subarray(0, length));
      expect(file.complete).toBe(false);
      expect(file.problems[0]).toMatchObject({ code: 'TRUNCATED', where: { source: 'x.exr', part: 0 } });
      expect(file.headerBytes).toBeLessThanOrEqual(length);
      for (const part of file.parts) if (!part.attribute('dataWindow')) expect(part.unreadable).toBeDefined();
    }
    const half = await open(content.subarray(0, content.indexOf('lineOrder')));
    expect(half.parts[0]!.attributes.map((each) => each.name)).toEqual(['channels', 'compression', 'dataWindow', 'displayWindow']);
    expect(half.parts[0]!.dataWindow).toEqual({ xMin: 0, yMin: 0, xMax: 15, yMax: 7 });
  });

  it.each([
    ['size beyond the file', rawAttribute('big', 'string', text('x'), 1000), 'TRUNCATED', 'says it is 1000 bytes long'],
    ['a size of 2 GB', rawAttribute('big', 'string', text('x'), 0x7fffffff), 'TRUNCATED', 'says it is 2147483647 bytes long'],
    ['a negative size', rawAttribute('big', 'string', text('x'), -5), 'BAD_ATTRIBUTE', 'says it is -5 bytes long'],
    ['a name without end', new Uint8Array(300).fill(65), 'BAD_HEADER', 'an attribute name does not end within 255 bytes'],
    ['a type without end', bytes(text('a'), new Uint8Array(300).fill(65)), 'BAD_HEADER', 'the type of attribute "a" does not end within 255 bytes'],
  ])('%s stops the walk, after what came before', async (_, attributes, code, message) => {
    const file = await open(exr(bytes(required(), attributes)));
    expect(file.complete).toBe(false);
    expect(file.problems[0]).toMatchObject({ code, message: expect.stringContaining(message) as string });
    expect(file.parts[0]!.attributes).toHaveLength(8);
    expect(file.parts[0]!.unreadable).toBeUndefined();
  });

  it.each([
    ['a size that is not the type’s', rawAttribute('expTime', 'float', new Uint8Array(7)), 'attribute "expTime" of type float: 7 bytes, expected 4'],
    ['a stringvector that lies', rawAttribute('multiView', 'stringvector', u32(99)), 'string 0 says 99 bytes, expected 0 to 0'],
    ['a preview that lies', rawAttribute('preview', 'preview', bytes(u32(0xffffffff), u32(0xffffffff))), '8 bytes for 4294967295 x 4294967295 pixels'],
    ['an unknown level mode', rawAttribute('tiles', 'tiledesc', bytes(u32(8), u32(8), 3)), 'level mode 3, expected 0 to 2'],
    ['an attribute without a type', rawAttribute('odd', '', new Uint8Array(2)), 'attribute "odd" has an empty type'],
  ])('%s is said, and everything else is read', async (_, attributes, message) => {
    const file = await open(exr(bytes(required(), attributes)));
    expect(file.problems).toHaveLength(1);
    expect(file.problems[0]).toMatchObject({ kind: 'format', message: expect.stringContaining(message) as string });
    expect(file).toMatchObject({ complete: true, parts: [{ attributes: { length: 9 } }] });
    expect(Buffer.compare(serializeHeader(file), file.rawHeader())).toBe(0);
  });

  it('a name of more than 31 bytes without the flag, and a required attribute that is there twice, are notes', async () => {
    const file = await open(exr(bytes(required(), attribute('a'.repeat(32), 'int', 1), attribute('pixelAspectRatio', 'float', 2))));
    expect(file.problems).toEqual([]);
    expect(file.notes!.map(({ code, message }) => [code, message])).toEqual([
      ['LONG_NAME', `x.exr: attribute "${'a'.repeat(32)}" has a name or type of 32 bytes, expected at most 31 in a file without the long-names flag: OpenEXR reads it`],
      ['ATTRIBUTE_REPEATED', 'x.exr: attribute "pixelAspectRatio" is there more than once: the last one counts'],
    ]);
    expect(Buffer.compare(serializeHeader(file), file.rawHeader())).toBe(0);
    const many = await open(exr(bytes(required(), ...Array.from({ length: 1000 }, (_, i) => attribute(`${'a'.repeat(32)}${i}`, 'int', 1)))));
    expect(many.notes).toHaveLength(40);
    expect(many.notes!.at(-1)!.message).toContain('(and 960 more like it)');
  });

  it('of an attribute that is there twice the last counts', async () => {
    expect((await open(exr(bytes(required(), attribute('pixelAspectRatio', 'float', 2))))).parts[0]!.pixelAspectRatio).toBe(2);
  });

  it('a compression nobody knows: said, and the part is not lost for it', async () => {
    const file = await open(exr(required({ compression: rawAttribute('compression', 'compression', Uint8Array.of(14)) })));
    expect(file.problems).toMatchObject([{ code: 'UNSUPPORTED_COMPRESSION', message: expect.stringContaining('unknown compression 14, expected 0 to 13'), where: { part: 0 } }]);
    expect(file.parts[0]!.unreadable).toBeUndefined();
  });

  it('bytes that are not of their type are given as bytes', async () => {
    const file = await open(exr(bytes(required(), rawAttribute('expTime', 'float', Uint8Array.of(1, 2, 3)))));
    expect([...(file.parts[0]!.attribute('expTime')!.value as Uint8Array)]).toEqual([1, 2, 3]);
  });

  const window = (xMin: number, yMin: number, xMax: number, yMax: number) => attribute('dataWindow', 'box2i', { xMin, yMin, xMax, yMax });
  const channels = (name: string, xSampling: number) => attribute('channels', 'chlist', [{ name, pixelType: 'half', xSampling, ySampling: 1, pLinear: false }]);
  it.each([
    ['no dataWindow', { dataWindow: null }, 'MISSING_ATTRIBUTE', 'dataWindow: there is no such attribute, expected one of type box2i'],
    ['no channels', { channels: null }, 'MISSING_ATTRIBUTE', 'channels'],
    ['an empty channel list', { channels: attribute('channels', 'chlist', []) }, 'BAD_ATTRIBUTE', 'no channels, expected at least one'],
    ['a channel list without end', { channels: rawAttribute('channels', 'chlist', text('R').subarray(0, 1)) }, 'BAD_ATTRIBUTE', 'no end after 0 channels'],
    ['a channel of an unknown pixel type', { channels: rawAttribute('channels', 'chlist', bytes(text('R'), u32(7), u32(0), u32(1), u32(1), 0)) }, 'BAD_ATTRIBUTE', 'channel "R" has pixel type 7'],
    ['a sampling of 0', { channels: channels('R', 0) }, 'BAD_ATTRIBUTE', 'channel "R" has sampling 0 x 1, expected 1 or more'],
    ['an inverted window', { dataWindow: window(10, 0, 9, 5) }, 'BAD_ATTRIBUTE', 'dataWindow: (10, 0) to (9, 5), expected max not before min'],
    ['an overflowing window', { dataWindow: window(-0x80000000, 0, 0x7fffffff, 5) }, 'BAD_ATTRIBUTE', 'expected coordinates within ±1073741822'],
    ['a window of absurd area', { dataWindow: window(0, 0, 0x3ffffff0, 0x3ffffff0) }, 'LIMIT_EXCEEDED', 'the limit windowArea is 8589934592'],
    ['a compression of another type', { compression: attribute('compression', 'int', 3) }, 'BAD_ATTRIBUTE', 'type "int", expected compression'],
  ])('%s: the header is shown, the pixels are unreadable', async (_, changes, code, message) => {
    const file = await open(exr(required(changes)));
    const problem = file.problems.find((each) => each.code === code);
    expect(problem).toMatchObject({ message: expect.stringContaining(message) as string, where: { part: 0 } });
    expect(file.parts[0]!.unreadable).toBeDefined();
    expect(file.complete).toBe(true);
  });

  it('absurd tile sizes and missing tiles make a tiled part unreadable', async () => {
    const tiles = (xSize: number) => attribute('tiles', 'tiledesc', { xSize, ySize: 8, levelMode: 'one_level', roundingMode: 'round_down' });
    expect((await open(exr(required(), FLAGS.tiled))).parts[0]!.unreadable).toMatchObject({ code: 'MISSING_ATTRIBUTE', where: { attribute: 'tiles' } });
    for (const size of [0, 0xffffffff]) expect((await open(exr(bytes(required(), tiles(size)), FLAGS.tiled))).parts[0]!.unreadable).toMatchObject({ code: 'BAD_ATTRIBUTE' });
    expect((await open(exr(bytes(required(), tiles(64)), FLAGS.tiled))).problems).toEqual([]);
  });

  it('says what is wrong with the version field, and reads on where that makes sense', async () => {
    expect(await open(bytes(MAGIC, version(0, 1), required(), 0))).toMatchObject({ parts: [], complete: false, problems: [{ code: 'UNSUPPORTED_VERSION', kind: 'unsupported' }] });
    expect(await open(exr(required(), 0x8000))).toMatchObject({ complete: true, problems: [{ code: 'UNSUPPORTED_FEATURE', message: expect.stringContaining('0x8000') as string }] });
    expect(await codes(exr(bytes(required(), attribute('type', 'string', 'deeptile'), attribute('chunkCount', 'int', 1)), FLAGS.tiled | FLAGS.nonImage))).toContain('NOT_CONFORMING');
  });

  it('an empty header and a multipart file without parts are said', async () => {
    expect(await codes(exr(new Uint8Array(0)))).toContain('MISSING_ATTRIBUTE');
    expect(await open(bytes(MAGIC, version(FLAGS.multipart), 0, 0))).toMatchObject({ parts: [], problems: [{ code: 'BAD_HEADER' }] });
  });

  it('two parts of one name are said', async () => {
    const part = bytes(required(), attribute('name', 'string', 'same'), attribute('type', 'string', 'scanlineimage'), attribute('chunkCount', 'int', 1), 0);
    expect((await open(bytes(MAGIC, version(FLAGS.multipart), part, part, 0))).problems).toMatchObject([{ code: 'NOT_CONFORMING', message: expect.stringContaining("the same as part 0's") as string }]);
  });

  it('a name that would write to the terminal is shown escaped', async () => {
    const file = await open(exr(bytes(required(), rawAttribute('\x1b[31mred\u202e', 'float', new Uint8Array(1)))));
    expect(file.problems[0]!.message).toContain('"\\x1b[31mred\\u202e"');
  });

  it.each([
    ['headerBytes', { headerBytes: 200 }],
    ['attributes', { attributes: 5 }],
    ['channels', { channels: 0 }],
  ])('the limit %s stops it, and its error names it', async (limit, limits) => {
    const file = await open(exr(), limits);
    expect(file.problems[0]).toMatchObject({ code: 'LIMIT_EXCEEDED', kind: 'limit', where: { limit, limitValue: Object.values(limits)[0] } });
    expect(file.parts[0]!.attributes.length).toBeGreaterThan(0);
  });

  it('the limit parts stops it', async () => {
    const part = (name: string) => bytes(required(), attribute('name', 'string', name), attribute('type', 'string', 'scanlineimage'), attribute('chunkCount', 'int', 1), 0);
    const file = await open(bytes(MAGIC, version(FLAGS.multipart), part('a'), part('b'), part('c'), 0), { parts: 2 });
    expect(file).toMatchObject({ parts: { length: 2 }, problems: [{ code: 'LIMIT_EXCEEDED', where: { limit: 'parts' } }] });
  });

  it('any bytes after the magic number give a file or an ExrError, never anything else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.nat(400), async (noise, at) => {
        const content = Buffer.from(exr(bytes(required(), attribute('multiView', 'stringvector', ['left', 'right']))));
        content.set(noise.subarray(0, Math.max(0, content.length - 8 - (at % content.length))), Math.min(8 + (at % content.length), content.length));
        try {
          const file = await open(content);
          for (const part of file.parts) for (const each of part.attributes) expect(each.value).toBeDefined();
        } catch (error) {
          if (!isExrError(error)) throw error;
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('the budget of a long header', () => {
  const long = (sizes: readonly number[]) => bytes(MAGIC, version(FLAGS.longNames), required(), ...sizes.map((size, i) => rawAttribute(`cryptomatte/${i}/manifest`, 'string', new Uint8Array(size).fill(97))), 0, new Uint8Array(2_000_000));

  it.each([
    ['50 MB in one manifest', [50_000_000], 4, 1.1],
    ['three manifests of 8 MB', [8_000_000, 8_000_000, 8_000_000], 6, 1.1],
    ['400 of 50 KB', new Array<number>(400).fill(50_000), 8, 2],
    ['20,000 of 50 bytes', new Array<number>(20_000).fill(50), 5, 4],
  ])('%s', async (_, sizes, reads, factor) => {
    const source = counting(memorySource(long(sizes)));
    const file = await openExr(source);
    expect(file).toMatchObject({ complete: true, problems: [], parts: [{ attributes: { length: 8 + sizes.length } }] });
    expect(source.reads).toBeLessThanOrEqual(reads);
    expect(source.bytes).toBeLessThanOrEqual(file.headerBytes * factor);
    expect(file.headerPieces().reduce((sum, piece) => sum + piece.length, 0)).toBe(file.headerBytes);
    expect(Buffer.compare(serializeHeader(file), (await source.read(0, file.headerBytes)).subarray())).toBe(0);
    expect(Buffer.compare(file.rawHeader(), await source.read(0, file.headerBytes))).toBe(0);
  });

  it('a claim of 2 GB within a large file is refused by the limit, before anything is read for it', async () => {
    const head = bytes(MAGIC, version(), required(), rawAttribute('big', 'string', new Uint8Array(10), 0x7fffff00));
    const source = counting({
      name: 'big.exr',
      size: () => Promise.resolve(2 ** 32),
      read: (offset, length) => Promise.resolve(Uint8Array.from({ length }, (_, i) => head[offset + i] ?? 0)),
    });
    const file = await openExr(source);
    expect(file.problems).toMatchObject([{ code: 'LIMIT_EXCEEDED', where: { limit: 'headerBytes', attribute: 'big' } }]);
    expect(file.parts[0]!.attributes).toHaveLength(8);
    expect(source).toMatchObject({ reads: 1, bytes: 65_536 });
  });
});
