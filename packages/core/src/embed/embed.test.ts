import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHash } from 'node:crypto';
import { cosine, embedChannels, embedDescription, embedMetadata, explain, type EmbeddableReport } from './index.ts';
import { channelSums, groupsOf } from './channel-vector.ts';
import { metadataFeatures } from './features.ts';
import { softwareOf } from './software.ts';
import { metadataVector, normalised } from './vector.ts';
import { volatileName, volatileText } from './volatile.ts';

const sha = (vector: Float32Array): string => createHash('sha256').update(Buffer.from(vector.buffer)).digest('hex').slice(0, 16);
const box = (width: number, height: number) => ({ x_min: 0, y_min: 0, x_max: width - 1, y_max: height - 1 });
const channel = (name: string, type: 'half' | 'float' | 'uint' = 'half') => {
  const dot = name.lastIndexOf('.');
  return { name, layer: dot < 0 ? '' : name.slice(0, dot), component: name.slice(dot + 1), view: null, type, x_sampling: 1, y_sampling: 1 };
};

function report(change: Partial<EmbeddableReport['parts'][number]> = {}, channels = ['R', 'G', 'B', 'A', 'Z', 'N.X', 'N.Y', 'N.Z', 'diffuse.R', 'diffuse.G', 'diffuse.B', 'crypto_object00.R', 'grüße.R']): EmbeddableReport {
  return {
    parts: [{
      name: null, type: 'scanlineimage', view: null, data_window: box(3840, 2160), display_window: box(3840, 2160), pixel_aspect_ratio: 1, line_order: 'increasing_y', compression: 'dwaa', tile_width: null, tile_height: null,
      level_mode: null, rounding_mode: null, is_deep: false, color_space: 'ACEScg', software: 'Arnold 7.2.1.0',
      attributes: [
        { name: 'show', type: 'string', size: 7, value: 'kestrel' }, { name: 'capDate', type: 'string', size: 19, value: '2026:11:23 06:57:35' }, { name: 'dwaCompressionLevel', type: 'float', size: 4, value: 45 },
        { name: 'chromaticities', type: 'chromaticities', size: 32, value: { red: [0.713, 0.293], green: [0.165, 0.83], blue: [0.128, 0.044], white: [0.32168, 0.33767] } },
      ],
      ...change,
    }],
    channels: channels.map((name) => channel(name)),
  };
}

describe('golden vectors', () => {
  // The bytes themselves: any engine, any machine. A change here is a new EMBEDDING_VERSION.
  it.each([
    ['a render', () => embedMetadata(report()), '1ec57e00001bd945'],
    ['its channels', () => embedChannels(report()), 'c25b9adaf7e9ba54'],
    ['nothing', () => embedMetadata({ parts: [], channels: [] }), '809cae44efd83e26'],
    ['no channels', () => embedChannels({ channels: [] }), 'c8b30257c2dc766d'],
    ['a description', () => embedDescription('cryptomatte and N and Z at 4K in DWAA').metadata, 'c0c6a7029df46b07'],
  ])('%s', (_, vector, expected) => expect(sha(vector())).toBe(expected));
});

describe('metadata', () => {
  it('does not see dates, hosts, matrices and crops', () => {
    const other = report({ data_window: { x_min: 100, y_min: 20, x_max: 3700, y_max: 2100 }, attributes: [...report().parts[0]!.attributes.filter(({ name }) => name !== 'capDate'), { name: 'capDate', type: 'string', size: 19, value: '2026:12:01 23:00:00' }] });
    expect(cosine(embedMetadata(report()), embedMetadata(other))).toBeGreaterThan(0.998);
  });
  it('sees the codec behind any number of AOVs', () => {
    const many = Array.from({ length: 200 }, (_, i) => `aov${i}.R`);
    const near = cosine(embedMetadata(report({}, many)), embedMetadata(report({ compression: 'zip' }, many)));
    expect(near).toBeLessThan(0.95);
    expect(near).toBeGreaterThan(0.85);
  });
  it('weighs a major version more than a minor one', () => {
    const near = (software: string): number => cosine(embedMetadata(report()), embedMetadata(report({ software })));
    expect(near('Arnold 7.2.1.1')).toBeGreaterThan(near('Arnold 7.3.0.0'));
    expect(near('Arnold 7.3.0.0')).toBeGreaterThan(near('Arnold 6.2.1.0'));
    expect(near('Arnold 6.2.1.0')).toBeGreaterThan(near('V-Ray 6.00.20'));
  });
});

describe('whatever it is given', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('', 'R', 'N', 'Z', 'diffuse', '\ud800', '\0', 'x'.repeat(5000)));
  const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, -1, 2 ** 31 - 1, -(2 ** 31), NaN, Infinity));
  const boxes = fc.record({ x_min: number, y_min: number, x_max: number, y_max: number });
  const part = fc.record({
    name: fc.option(text), type: fc.constantFrom('scanlineimage', 'tiledimage', 'deepscanline', 'deeptile'), view: fc.option(text), data_window: boxes, display_window: boxes,
    pixel_aspect_ratio: fc.oneof(number, fc.constantFrom('NaN', 'Infinity')), line_order: text, compression: text, tile_width: fc.option(number), tile_height: fc.option(number), level_mode: fc.option(text), rounding_mode: fc.option(text),
    is_deep: fc.boolean(), color_space: fc.option(text), software: fc.option(text), attributes: fc.array(fc.record({ name: text, type: text, size: fc.nat(), value: fc.jsonValue() }), { maxLength: 6 }),
  });
  const channels = fc.array(fc.record({ name: text, layer: text, component: text, view: fc.option(text), type: fc.constantFrom('half', 'float', 'uint'), x_sampling: fc.nat(), y_sampling: fc.nat() }), { maxLength: 12 });
  const any = fc.record({ parts: fc.array(part, { maxLength: 3 }), channels }) as fc.Arbitrary<EmbeddableReport>;
  const length = (vector: Float32Array): number => Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));

  it('the vectors are of unit length and have no NaN', () => {
    fc.assert(fc.property(any, (report) => Math.abs(length(embedMetadata(report)) - 1) < 1e-5 && Math.abs(length(embedChannels(report)) - 1) < 1e-5), { numRuns: 300 });
  });
  it('the order of channels does not matter', () => {
    fc.assert(fc.property(any, (report) => {
      const turned = { ...report, channels: [...report.channels].reverse() };
      expect(embedChannels(turned)).toEqual(embedChannels(report));
      expect(embedMetadata(turned)).toEqual(embedMetadata(report));
    }), { numRuns: 100 });
  });
  it('a vector that was found again is the one that would have been made', () => {
    const box = fc.record({ x_min: fc.constantFrom(0, -8), y_min: fc.constantFrom(0, 300), x_max: fc.constantFrom(99, 1919), y_max: fc.constantFrom(99, 1079) });
    const name = fc.constantFrom('software', 'chromaticities', 'colorSpace', 'show', 'take', 'capDate', 'comments', 'dwaCompressionLevel', 'framesPerSecond', 'arnold/version', 'whiteLuminance', 'cameraUp', 'studio:ready', 'compression', 'envmap');
    const value = fc.oneof(fc.constantFrom('', 'a', 'Nuke 14.0v5', '7.2.1', '/jobs/x/y', 'TK-1f3e-99', 'x'.repeat(500)), fc.constantFrom(0, 1, 24, 45.5), fc.boolean(), fc.constantFrom(null, [0.7, 0.3], [0.3, 0.7], { red: [0.64, 0.33] }, Array.from({ length: 20 }, (_, i) => i)));
    const part = fc.record({
      name: fc.constantFrom(null, 'rgb', 'left'), type: fc.constantFrom('scanlineimage', 'deeptile'), view: fc.constantFrom(null, 'left'), data_window: box, display_window: box, pixel_aspect_ratio: fc.constantFrom(1, 2, 'NaN', Infinity), line_order: fc.constantFrom('increasing_y', 'random_y'),
      compression: fc.constantFrom('zip', 'dwaa'), tile_width: fc.constantFrom(null, 64), tile_height: fc.constantFrom(null, 32), level_mode: fc.constantFrom(null, 'mipmap'), rounding_mode: fc.constantFrom(null, 'round_up'), is_deep: fc.boolean(), color_space: fc.constantFrom(null, 'ACEScg'), software: fc.constantFrom(null, 'Arnold 7.2'),
    });
    const attribute = fc.record({ name, type: fc.constantFrom('string', 'float', 'm44f', 'chromaticities'), size: fc.constant(1), value });
    const channel = fc.record({ name: fc.constantFrom('R', 'N.X'), layer: fc.constantFrom('', 'N'), component: fc.constantFrom('R', 'X'), view: fc.constantFrom(null, 'left'), type: fc.constantFrom('half', 'float'), x_sampling: fc.constantFrom(1, 2), y_sampling: fc.constantFrom(1, 2) });
    const changed = <T extends object>(one: T, other: T, field: number): T => ({ ...one, [Object.keys(one)[field % Object.keys(one).length]!]: Object.values(other)[field % Object.keys(one).length] });
    fc.assert(fc.property(fc.tuple(part, part), fc.tuple(attribute, attribute), fc.tuple(channel, channel), fc.nat(), (parts, attributes, channels, field) => {
      const reports = [
        [parts[0], attributes[0], channels[0]], [changed(parts[0], parts[1], field), attributes[0], channels[0]], [parts[0], changed(attributes[0], attributes[1], field), channels[0]], [parts[0], attributes[0], changed(channels[0], channels[1], field)],
      ].flatMap(([part, attribute, channel]) => [{ parts: [{ ...part, attributes: [attribute] }], channels: [channel] }, { parts: [{ ...part, attributes: [] }, { ...part, attributes: [attribute] }], channels: [channel, channel] }]) as unknown as EmbeddableReport[];
      for (const report of reports) {
        expect(sha(embedMetadata(report))).toBe(sha(metadataVector(metadataFeatures(report), 384)));
        expect(sha(embedChannels(report))).toBe(sha(normalised(channelSums(groupsOf(report.channels), 128))));
      }
    }), { numRuns: 600 });
  });
  it('a description of any text is a query', () => {
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => Math.abs(length(embedDescription(text).metadata) - 1) < 1e-5));
  });
});

describe('explanations', () => {
  it('name what brings together and what sets apart', () => {
    const { together, apart, cosine: near } = explain(report(), report({ compression: 'zip' }));
    expect(together.map(({ text }) => text)).toContain('colour space ACEScg');
    expect(apart.slice(0, 2).map(({ text, only }) => `${only}: ${text}`)).toEqual(['a: codec dwaa', 'b: codec zip']);
    expect(near).toBeCloseTo(cosine(embedMetadata(report()), embedMetadata(report({ compression: 'zip' }))), 1);
  });
  it('say how a description was understood', () => {
    expect(embedDescription('cryptomatte and N and Z at 4K in DWAA').understood).toEqual(['resolution 4K', 'codec dwaa', 'AOV cryptomatte (cryptomatte)', 'AOV N (normal)', 'AOV Z (depth)']);
  });
});

describe('what is volatile', () => {
  it.each(['capDate', 'exr/hostComputer', 'renderTime', 'nuke/node_hash', 'stats.peakMemory', 'input/filename', 'randomSeed', 'frameNumber', 'husk:render_stats', 'jobId', 'worldToCamera'])('%s by its name', (name) => expect(volatileName(name)).toBe(true));
  it.each(['show', 'owner', 'colorSpace', 'cameraModel', 'framesPerSecond', 'project_code', 'lensModel', 'quality', 'denoiser', 'arnold/profile'])('not %s', (name) => expect(volatileName(name)).toBe(false));
  it.each(['2026-11-23', '06:57:35', '3h 20m', '12.4 GB', '/jobs/x/y', 'C:\\x\\y', '6f3a9be01c', 'Mon Nov 23 2026', '1790000000', 'beauty.1001.exr', 'k3x9qa7', 'node12.farm.local'])('%s by its shape', (value) => expect(volatileText(value)).toBe(true));
  it.each(['ACEScg', 'final', 'OptiX', 'Feature Animation', '7.2.1.0', 'ARRI Alexa 35'])('not %s', (value) => expect(volatileText(value)).toBe(false));
});

describe('software', () => {
  it.each([
    ['Arnold 7.2.1.0', 'arnold', ['7', '2', '.1.0']], ['Nuke 14.0v5', 'nuke', ['14', '0', 'v5']], ['V-Ray 6.00.20', 'vray', ['6', '00', '.20']], ['OpenImageIO 2.4.5.0 : 3F9A01', 'openimageio', ['2', '4', '.5.0']],
    ['3Delight 2.9', '3delight', ['2', '9']], ['Blender', 'blender', []], ['karma XPU 20.5.278', 'karmaxpu', ['20', '5', '.278']],
  ])('%s', (text, name, version) => expect(softwareOf(text)).toEqual({ name, version }));
  it('takes the name from the attribute when the value is a version alone', () => expect(softwareOf('7.2.1.0', 'arnold')).toEqual({ name: 'arnold', version: ['7', '2', '.1.0'] }));
});
