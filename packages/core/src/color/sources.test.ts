import { describe, expect, it } from 'vitest';
import { memorySource } from '../bytes/index.ts';
import { attribute, bytes, exr, required } from '../header/exr-bytes.spec-util.ts';
import { openExr } from '../header/index.ts';
import { colorConflicts, colorNotes, colorSourcesOf, colorSpaceOf } from './index.ts';

const partWith = async (...attributes: Uint8Array[]) => (await openExr(memorySource(exr(bytes(required(), ...attributes))))).parts[0]!;
const string = (name: string, value: string) => attribute(name, 'string', value);

describe('colour space', () => {
  const rec709 = { red: [0.64, 0.33], green: [0.3, 0.6], blue: [0.15, 0.06], white: [0.3127, 0.329] } as const;
  const ap1 = { red: [0.713, 0.293], green: [0.165, 0.83], blue: [0.128, 0.044], white: [0.32168, 0.33767] } as const;
  const chromaticities = (value: typeof rec709 | typeof ap1) => attribute('chromaticities', 'chromaticities', value);

  it('comes from the first of: ACES flag, colorInteropID, chromaticities, oiio:ColorSpace', async () => {
    const all = [string('oiio:ColorSpace', 'ACEScg'), chromaticities(ap1), string('colorInteropID', 'lin_rec2020_scene'), attribute('acesImageContainerFlag', 'int', 1)];
    const found = [];
    for (let n = 0; n <= all.length; n++) found.push(colorSpaceOf(await partWith(...all.slice(0, n))));
    expect(found).toEqual([
      null,
      { name: 'ACEScg', source: 'oiio:ColorSpace' },
      { name: 'lin_ap1_scene', source: 'chromaticities' },
      { name: 'lin_rec2020_scene', source: 'colorInteropID' },
      { name: 'lin_ap0_scene', source: 'acesImageContainerFlag' },
    ]);
  });

  it('knows chromaticities within 0.001, not beyond', async () => {
    const moved = (by: number) => partWith(chromaticities({ ...rec709, red: [0.64 + by, 0.33] } as unknown as typeof rec709));
    expect(colorSpaceOf(await moved(0.001))?.name).toBe('lin_rec709_scene');
    expect(colorSpaceOf(await moved(-0.001))?.name).toBe('lin_rec709_scene');
    expect(colorSpaceOf(await moved(0.0012))).toBeNull();
    expect(colorSpaceOf(await moved(Number.NaN))).toBeNull();
  });

  it('does not believe a flag of 0, an empty id or an attribute of another type', async () => {
    expect(colorSpaceOf(await partWith(attribute('acesImageContainerFlag', 'int', 0), string('colorInteropID', ''), attribute('oiio:ColorSpace', 'int', 1)))).toBeNull();
    expect(colorSpaceOf(await partWith(attribute('acesImageContainer', 'int', 1)))?.name).toBe('lin_ap0_scene');
  });

  it('an id goes before chromaticities, in its own spelling; "unknown" hides nothing', async () => {
    const said = async (id: string, ...more: Uint8Array[]) => colorSpaceOf(await partWith(string('colorInteropID', id), ...more));
    expect(await said('SRGB_rec709_Scene', chromaticities(ap1))).toEqual({ name: 'srgb_rec709_scene', source: 'colorInteropID' });
    expect(await said('ocio:g24_rec709_scene')).toEqual({ name: 'g24_rec709_scene', source: 'colorInteropID' });
    expect(await said('unknown', chromaticities(ap1))).toEqual({ name: 'lin_ap1_scene', source: 'chromaticities' });
    expect(await said('unknown')).toEqual({ name: 'unknown', source: 'colorInteropID' });
    expect(await said('studio:house_look', chromaticities(ap1))).toEqual({ name: 'studio:house_look', source: 'colorInteropID' });
    expect(await said('constructor')).toEqual({ name: 'constructor', source: 'colorInteropID' });
  });

  it('says which sources are useless, and which contradict the one that is believed', async () => {
    const found = async (...attributes: Uint8Array[]) => {
      const sources = colorSourcesOf(await partWith(...attributes));
      return { useless: sources.filter(({ useless }) => useless !== null).map(({ source, useless }) => `${source}: ${useless}`), conflicts: colorConflicts(sources).map(({ source }) => source) };
    };
    const all = (x: number, y: number) => chromaticities({ red: [x, y], green: [x, y], blue: [x, y], white: [x, y] } as unknown as typeof ap1);
    expect(await found(all(0, 0))).toEqual({ useless: ['chromaticities: all of them are 0'], conflicts: [] });
    expect(await found(all(Number.NaN, 0.3))).toEqual({ useless: ['chromaticities: not all of them are numbers'], conflicts: [] });
    expect(await found(all(0.25, 0.25))).toEqual({ useless: ['chromaticities: the primaries lie on one line'], conflicts: [] });
    expect(await found(chromaticities({ ...ap1, white: [0.3, 0] } as unknown as typeof ap1))).toEqual({ useless: ["chromaticities: the white point's y is 0"], conflicts: [] });
    expect(await found(string('colorInteropID', 'srgb_rec709_scene'), chromaticities(ap1))).toEqual({ useless: [], conflicts: ['chromaticities'] });
    expect(await found(string('colorInteropID', 'srgb_ap1_scene'), chromaticities(ap1))).toEqual({ useless: [], conflicts: [] });
    expect(await found(string('colorInteropID', 'lin_ap1_scene'), string('oiio:ColorSpace', 'ACEScg'))).toEqual({ useless: [], conflicts: [] });
    expect(await found(string('colorInteropID', 'lin_ap1_scene'), string('oiio:ColorSpace', 'Linear'))).toEqual({ useless: [], conflicts: ['oiio:ColorSpace'] });
    expect(await found(attribute('acesImageContainerFlag', 'int', 1), chromaticities(ap1))).toEqual({ useless: [], conflicts: ['chromaticities'] });
    expect(await found(string('colorInteropID', 'unknown'), all(0, 0), string('oiio:ColorSpace', 'ACEScg'))).toEqual({ useless: ['colorInteropID: it says that the space is unknown', 'chromaticities: all of them are 0'], conflicts: [] });
  });

  it('notes say so, with the attribute and what was made of it', async () => {
    const notes = async (...attributes: Uint8Array[]) => colorNotes(await partWith(...attributes), 'a.exr').map(({ code, message, where }) => `${code} ${where.attribute} ${message}`);
    expect(await notes(string('colorInteropID', 'srgb_rec709_scene'), chromaticities(ap1))).toEqual([
      'COLOR_CONTRADICTION chromaticities a.exr: chromaticities (those of lin_ap1_scene) contradict colorInteropID "srgb_rec709_scene", which goes first',
    ]);
    expect(await notes(string('colorInteropID', 'LIN_AP1_SCENE'), chromaticities(ap1))).toEqual([
      'COLOR_ID_SPELLING colorInteropID a.exr: colorInteropID "LIN_AP1_SCENE" is not in lower case: readers that compare letter by letter do not know it (OpenEXR 3.5; OpenColorIO takes it for lin_ap1_scene)',
    ]);
    expect(await notes(chromaticities({ ...ap1, white: [0, 0] } as unknown as typeof ap1), string('oiio:ColorSpace', 'ACEScg'))).toEqual([
      "COLOR_UNUSABLE chromaticities a.exr: chromaticities say nothing (the white point's y is 0): they were left aside",
    ]);
    expect(await notes(string('colorInteropID', 'lin_ap1_scene'), chromaticities(ap1))).toEqual([]);
    // OpenEXR 3.5's own warnings (color_metadata.c).
    expect((await notes(string('colorInteropID', ''))).join()).toContain('EMPTY_NAME colorInteropID');
    expect((await notes(string('colorInteropID', 'data'), chromaticities(ap1), attribute('whiteLuminance', 'float', 100))).map((each) => each.split(' ')[1])).toEqual(['chromaticities', 'whiteLuminance']);
    const flag = (value: number): Uint8Array => attribute('acesImageContainerFlag', 'int', value);
    expect((await notes(flag(0))).length).toBe(2);
    expect((await notes(flag(1), string('colorInteropID', 'lin_ap1_scene'), chromaticities(ap1))).length).toBe(2);
    const ap0 = { red: [0.7347, 0.2653], green: [0, 1], blue: [0.0001, -0.077], white: [0.32168, 0.33767] } as unknown as typeof ap1;
    expect(await notes(flag(1), string('colorInteropID', 'lin_ap0_scene'), chromaticities(ap0))).toEqual([]);
  });
});
