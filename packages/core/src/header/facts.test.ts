/** Facts derived from names and attributes: layers and views, software, time, frame. */
import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../bytes/index.ts';
import { attribute, bytes, exr, required } from './exr-bytes.spec-util.ts';
import {
  decodeText, encodeText, frameRateOf, hasEscapedBytes, layersOf, openExr, placeOf, softwareOf, standardAttribute, timeCodeOf, viewsOf,
} from './index.ts';
import { decodeName } from './text.ts';

const partWith = async (...attributes: Uint8Array[]) => (await openExr(memorySource(exr(bytes(required(), ...attributes))))).parts[0]!;
const string = (name: string, value: string) => attribute(name, 'string', value);

describe('layers and views', () => {
  const place = (name: string, views: string[] = [], view: string | null = null) => Object.values(placeOf(name, { view }, views));

  it.each([
    ['R', '', 'R'],
    ['diffuse.R', 'diffuse', 'R'],
    ['light1.specular.R', 'light1.specular', 'R'],
    ['.R', '', '.R'],
    ['R.', '', 'R.'],
    ['', '', ''],
  ])('"%s" is in layer "%s"', (name, layer, component) => expect(place(name)).toEqual([layer, component, null]));

  it.each([
    ['R', '', 'R', 'left'],
    ['right.R', '', 'R', 'right'],
    ['left.R', '', 'R', 'left'],
    ['diffuse.right.R', 'diffuse', 'R', 'right'],
    ['diffuse.R', 'diffuse', 'R', null],
    ['right.diffuse.R', 'right.diffuse', 'R', null],
  ])('with multiView left, right: "%s"', (name, layer, component, view) => expect(place(name, ['left', 'right'])).toEqual([layer, component, view]));

  it.each([
    ['wit.ness.R', '', 'R', 'wit.ness'],
    ['ViewLayer.Combined.wit.ness.R', 'ViewLayer.Combined', 'R', 'wit.ness'],
    ['Combined.ness.R', 'Combined', 'R', 'ness'],
    ['xwit.ness.R', 'xwit', 'R', 'ness'],
    ['Combined.xness.R', 'Combined.xness', 'R', null],
  ])('with views whose names have periods: "%s"', (name, layer, component, view) => expect(place(name, ['left', 'ness', 'wit.ness'])).toEqual([layer, component, view]));

  it('the view of a part is that of its channels, whatever they are called', () => expect(place('right.R', ['left'], 'left')).toEqual(['right', 'R', 'left']));

  it('are found in the stereo fixture', async () => {
    const { parts } = await openExr(memorySource(readFileSync(join(import.meta.dirname, '../../../../test-fixtures/multiview_stereo.exr'))));
    const all = parts.flatMap((part) => layersOf(part).map(({ name, view, channels }) => [name, view, channels.map((channel) => channel.name)]));
    expect(viewsOf(parts[0]!)).toEqual(['left', 'right']);
    expect(all).toEqual([['', 'left', ['B', 'G', 'R']], ['', 'right', ['right.B', 'right.G', 'right.R']]]);
  });
});

describe('software', () => {
  it.each([
    [[string('Software', 'OpenImageIO 2.4.7.1 : oiiotool a.exr -o b.exr')], 'OpenImageIO 2.4.7.1'],
    [[string('nuke/version', '14.0v5')], 'Nuke 14.0v5'],
    [[string('arnold/version', '7.2.1')], 'Arnold 7.2.1'],
    [[string('nuke/version', '14.0v5'), string('software', 'Nuke')], 'Nuke'],
    [[string('exr/arnold/version', '7.2.1'), string('exr/renderer', 'arnold')], 'arnold'],
    [[string('comments', 'software')], null],
    // domain: real writers, each as its files have it.
    [[attribute('gamma', 'float', 1), string('writer', 'lavc')], 'FFmpeg'],
    [[string('writer', 'lavc 61.3.100')], 'FFmpeg 61.3.100'],
    [[string('writer', 'ProEXR for After Effects')], 'ProEXR for After Effects'],
    [[string('BlenderMultiChannel', 'Blender V2.55.1 and newer')], 'Blender'],
    [[string('BlenderMultiChannel', 'Blender V2.55.1 and newer'), string('Software', 'Blender 5.2.2 LTS')], 'Blender 5.2.2 LTS'],
    [[string('BlenderMultiChannel', 'Blender V2.55.1 and newer'), string('Software', 'OpenImageIO 3.2.2.0 : 73C45984')], 'OpenImageIO 3.2.2.0'],
    [[string('cycles.ViewLayer.samples', '128')], 'Blender'],
    [['Camera', 'Date', 'File', 'Frame', 'RenderTime', 'Scene', 'Time'].map((name) => string(name, 'x')), 'Blender'],
    [[string('File', 'a'), string('Date', 'b')], null],
    [[string('comment', 'Developed using darktable 4.2.1')], 'darktable 4.2.1'],
    [[string('comment', 'Created with darktable 5.4.1')], 'darktable 5.4.1'],
    [[string('comments', 'a picture that was created with care')], null],
    [[string('krita_layers_info', '<?xml version="1.0"?>')], 'Krita'],
    [[string('software', 'POV-Ray 3.7.0.10'), string('creation', '2026'), string('comments', 'x')], 'POV-Ray 3.7.0.10'],
    [[string('FILE_NAME', 'a.exr'), string('LUMINANCE', 'RELATIVE')], 'pfstools or Luminance HDR'],
    [[string('unreal/jobName', 'shot'), string('unreal/engineVersion', '5.4.1')], 'Unreal Engine 5.4.1'],
    [[string('unreal/jobName', 'shot')], 'Unreal Engine'],
    [[string('arnold/version', 'Arnold 5.1.0.0 [ae71da65]')], 'Arnold 5.1.0.0 [ae71da65]'],
    [[string('Exif:ImageHistory', 'oiiotool a.exr -o b.exr')], 'OpenImageIO'],
    [[attribute('capDate', 'string', 'x'), attribute('utcOffset', 'float', 0), attribute('xDensity', 'float', 72)], 'KImageFormats (Qt)'],
    // Mitsuba 3.9.1 writes this attribute and no other.
    [[string('generatedBy', 'Mitsuba version 3.9.1')], 'Mitsuba 3.9.1'],
    [[string('software', '  ')], null],
    [[], null],
  ])('case %#', async (attributes, expected) => expect(softwareOf(await partWith(...attributes))).toBe(expected));
});

describe('time', () => {
  it('readable time code and frame rate', async () => {
    const code = { hours: 0, minutes: 0, seconds: 0, frame: 0, dropFrame: false, colorFrame: false, fieldPhase: false, bgf0: false, bgf1: false, bgf2: false, userData: 0 };
    const part = await partWith(attribute('timeCode', 'timecode', { ...code, timeAndFlags: 0x01020304 }), attribute('framesPerSecond', 'rational', { numerator: 24000, denominator: 1001 }));
    expect([timeCodeOf(part), frameRateOf(part)]).toEqual(['01:02:03:04', 24000 / 1001]);
    expect(timeCodeOf(await partWith(attribute('timeCode', 'timecode', { ...code, timeAndFlags: 0x23595869 })))).toBe('23:59:58;29');
    expect(frameRateOf(await partWith(attribute('framesPerSecond', 'rational', { numerator: 1, denominator: 0 })))).toBe(Infinity);
    const none = await partWith();
    expect([timeCodeOf(none), frameRateOf(none)]).toEqual([null, null]);
  });

  it('takes the rate where real programs put it', async () => {
    const rate = { numerator: 24, denominator: 1 };
    expect(frameRateOf(await partWith(attribute('FramesPerSecond', 'rational', rate)))).toBe(24);
    expect(frameRateOf(await partWith(attribute('framesPerSecond', 'float', 25)))).toBe(25);
    expect(frameRateOf(await partWith(attribute('FramesPerSecond', 'rational', rate), attribute('framesPerSecond', 'rational', { numerator: 30, denominator: 1 })))).toBe(30);
    expect(frameRateOf(await partWith(attribute('framesPerSecond', 'string', '24')))).toBeNull();
  });
});

describe('text', () => {
  it('gives back any bytes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.string({ unit: 'binary' }).map((text) => new TextEncoder().encode(text))), (content) => {
        const text = decodeText(content);
        expect(Buffer.from(encodeText(text)).equals(content)).toBe(true);
        expect(decodeName(content, 0, content.length)).toBe(text);
        expect(decodeName(content, 0, content.length)).toBe(text);
        expect(hasEscapedBytes(text)).toBe(!isUtf8(content));
      }),
      { numRuns: 500 },
    );
  });

  it('reads UTF-8, keeps a byte order mark, and marks each byte that is not UTF-8', () => {
    expect(decodeText(new TextEncoder().encode('naïve – 日本 🎬'))).toBe('naïve – 日本 🎬');
    expect(decodeText(Uint8Array.of(0xef, 0xbb, 0xbf, 65))).toBe('\ufeffA');
    expect(decodeText(Uint8Array.of(0x43, 0x61, 0x66, 0xe9))).toBe('Caf\udce9');
    expect(decodeText(Uint8Array.of(0xed, 0xa0, 0x80))).toBe('\udced\udca0\udc80'); // a surrogate is not UTF-8
    expect(decodeText(Uint8Array.of(0xc0, 0x80))).toBe('\udcc0\udc80'); // overlong
  });
});

it('standard attributes are known by name, and by a name in the wrong case', () => {
  expect(standardAttribute('timeCode')).toEqual({ name: 'timeCode', type: 'timecode', group: 'editorial' });
  expect(standardAttribute('timecode')?.name).toBe('timeCode');
  expect(standardAttribute('myTimeCode')).toBeUndefined();
});
