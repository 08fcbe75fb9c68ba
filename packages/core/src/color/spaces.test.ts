import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { colorSpace, decodeCurve, spaceId } from './index.ts';

type Triple = [number, number, number];
interface Witness {
  colours: { scene: Triple[]; code: Triple[] };
  sources: Record<string, { set: 'scene' | 'code'; display: number[] | null; linear: Triple[]; srgb: Triple[] }>;
}
const fixture = <T>(name: string): T => JSON.parse(readFileSync(join(import.meta.dirname, '../../../../test-fixtures/color', name), 'utf8')) as T;
const witness = fixture<Witness>('spaces.json');
const { ids, forumOnly } = fixture<{ ids: { id: string; linear: boolean; matrix: number[] | null; aliases: string[] }[]; forumOnly: string[] }>('ids.json');

/** Linear Rec. 709 of a colour in a space. */
function linear(id: string, colour: Triple): Triple {
  const { curve, matrix } = colorSpace(spaceId(id)!)!;
  const light = curve ? (colour.map(decodeCurve(curve)) as Triple) : colour;
  const m = matrix ?? [1, 0, 0, 0, 1, 0, 0, 0, 1];
  return [0, 3, 6].map((row) => m[row]! * light[0] + m[row + 1]! * light[1] + m[row + 2]! * light[2]) as Triple;
}

const srgb = (x: number): number => 255 * Math.sign(x) * (Math.abs(x) <= 0.0031308 ? 12.92 * Math.abs(x) : 1.055 * Math.abs(x) ** (1 / 2.4) - 0.055);

describe('OpenColorIO 2.6 gives the same', () => {
  // Its ACEScc is a table that cuts negative AP0 (checked below by the formula's inverse).
  it.each(Object.entries(witness.sources).filter(([id]) => id !== 'ocio:acescc_ap1_scene'))('%s', (id, { set, display, linear: expected, srgb: screen }) => {
    const colours = witness.colours[set];
    expect(expected).toHaveLength(colours.length);
    expected.forEach((want, i) => {
      const got = linear(id, colours[i]!);
      // What is left of a large channel is float32's rounding over there.
      const room = Math.max(...want.map(Math.abs)) * 2e-6 + 2e-6;
      for (const c of [0, 1, 2] as const) {
        expect(Math.abs(got[c] - want[c]), `${id} ${colours[i]!.join(' ')}`).toBeLessThan(Math.max(room, Math.abs(want[c]) * 3e-4));
      }
    });
    screen.forEach((want, j) => {
      const colour = colours[display ? display[j]! : j]!;
      const got = linear(id, colour).map(srgb);
      const most = Math.max(...want.map(Math.abs));
      for (const c of [0, 1, 2] as const) {
        // A channel that is nothing beside the others holds their rounding.
        if (most > 10 && Math.abs(want[c]) < 0.1) continue;
        expect(Math.abs(got[c]! - want[c] * 255), `${id} ${colour.join(' ')}`).toBeLessThan(Math.max(0.05, Math.abs(want[c]) * 255 * 2e-4));
      }
    });
  });

  it.each(ids.filter(({ matrix }) => matrix !== null).map(({ id, matrix }) => [id, matrix!] as const))('matrix of %s', (id, matrix) => {
    const ours = colorSpace(id)!.matrix ?? [1, 0, 0, 0, 1, 0, 0, 0, 1];
    matrix.forEach((value, i) => expect(Math.abs(ours[i]! - value), `${i}`).toBeLessThan(2e-6));
  });
});

describe('curves beyond those, by OpenColorIO 2.6', () => {
  const { colours, linear: expected } = fixture<{ colours: Triple[]; linear: Record<string, Triple[]> }>('curves.json');
  it.each(Object.entries(expected))('%s', (id, values) => {
    values.forEach((want, i) => {
      const got = linear(id, colours[i]!);
      // Its Rec. 709 camera curve has a straight part of its own making (4.514 for 4.5), PQ is a table.
      const room = (id.includes('itu709') ? 1e-4 : 2e-5) + Math.max(...want.map(Math.abs)) * (id.startsWith('pq') ? 2e-3 : 2e-4);
      for (const c of [0, 1, 2] as const) expect(Math.abs(got[c] - want[c]), `${colours[i]!.join(' ')}: ${got.join(' ')}, expected ${want.join(' ')}`).toBeLessThan(room);
    });
  });
});

it('ACEScc by the formula of S-2014-003', () => {
  const encode = (x: number): number => (Math.log2(x < 2 ** -15 ? 2 ** -16 + x / 2 : x) + 9.72) / 17.52;
  const decode = decodeCurve(colorSpace('ocio:acescc_ap1_scene')!.curve!);
  for (const x of [0, 1e-6, 2 ** -15, 0.18, 1, 100]) expect(decode(encode(x))).toBeCloseTo(x, 9);
});

describe('ids', () => {
  it('are all known, and linear where they say so', () => {
    for (const { id, linear: isLinear } of ids) {
      expect(spaceId(id)).toBe(id);
      if (id !== 'data') expect(colorSpace(id), id).toMatchObject({ isLinear });
    }
    for (const id of forumOnly) expect(spaceId(id)).toBe(id);
    expect([colorSpace('data'), colorSpace('unknown'), colorSpace('lin_nowhere_scene'), colorSpace('toString')]).toEqual([null, null, null, null]);
  });

  // As OpenColorIO 2.6's findColorSpaceForID does it.
  it.each([
    ['SRGB_Rec709_Scene', 'srgb_rec709_scene'], ['studio:srgb_rec709_scene', 'srgb_rec709_scene'], [':lin_rec709_scene', 'lin_rec709_scene'],
    ['a:b:srgb_rec709_scene', null], ['acescct_ap1_scene', null], ['OCIO:ACEScct_AP1_scene', 'ocio:acescct_ap1_scene'],
    ['ocio:g24_rec709_scene', 'g24_rec709_scene'], ['g24_rec709_scene', 'g24_rec709_scene'], ['rec709_display', 'g24_rec709_scene'],
    ['constructor', null], ['', null],
  ])('%s is %s', (written, expected) => expect(spaceId(written, { names: false })).toBe(expected));

  it('curves that nobody here knows are said to be so', () => {
    const undecoded = ids.filter(({ id }) => colorSpace(id)?.isDecoded === false).map(({ id }) => id);
    expect(undecoded).toEqual([
      'hlg_rec2020_display', 'ocio:adx10_apd_scene', 'ocio:adx16_apd_scene', 'ocio:applelog_rec2020_scene', 'ocio:applelog_applewg_scene',
      'ocio:canonlog2_cgamutd55_scene', 'ocio:canonlog3_cgamutd55_scene',
    ]);
  });
});
