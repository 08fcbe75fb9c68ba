/**
 * Writers that name themselves nowhere, told by their habits: the order in which they write attributes, or values that nobody else writes. Asked only when
 * no attribute names a program. What many programs have in common (the eight required attributes, sorted, as OpenEXR itself and a dozen small writers leave
 * them) says nothing, and nothing is guessed from it.
 */
import { valueOf } from './attribute.ts';
import type { PartHeader } from './types.ts';
import type { Chromaticities } from './values.ts';

export function writerByHabit(part: PartHeader): string | null {
  const names = part.attributes.map(({ name }) => name);
  for (const [program, does] of HABITS) if (does(part, names)) return program;
  return null;
}

type Habit = (part: PartHeader, names: readonly string[]) => boolean;

const beginsWith = (names: readonly string[], order: string): boolean => order.split(' ').every((name, i) => names[i] === name);

/** Red of Rec. 709 as GEGL and libjxl compute it: 0.33001 where the standard has 0.33, in float32. */
function roundedRec709({ red, green, blue }: Chromaticities): boolean {
  return [red, green, blue].some(([x, y]) => [x, y].some((value) => Math.abs(value - 0.33001) < 4e-6)) && Math.abs(red[0] - 0.64) < 1e-3 && Math.abs(blue[0] - 0.15) < 1e-3;
}

const HABITS: readonly (readonly [program: string, does: Habit])[] = [
  // chunkCount before everything, then the rest in the order of the crate's structures; also npm's exrs, which is the crate.
  ['Rust exr', (_part, names) => beginsWith(names, 'chunkCount channels compression lineOrder displayWindow') || beginsWith(names, 'chunkCount type channels compression lineOrder displayWindow')],
  ['three.js', (_part, names) => beginsWith(names, 'compression screenWindowCenter screenWindowWidth pixelAspectRatio lineOrder dataWindow displayWindow channels')],
  ['hdrify', (_part, names) => beginsWith(names, 'displayWindow dataWindow lineOrder pixelAspectRatio screenWindowCenter screenWindowWidth compression') && names.at(-1) === 'channels'],
  // The tinyexr inside of Godot 3: the window as wide as the picture, channels as its encoder has them.
  ['Godot 3', (part) => {
    const { xMin, xMax } = part.dataWindow;
    const listed = valueOf(part.attribute('channels'), 'chlist')?.map(({ name }) => name).join(' ');
    return listed === 'B G R A' && xMax > xMin && valueOf(part.attribute('screenWindowWidth'), 'float') === xMax - xMin + 1;
  }],
  ['djxl', (part) => {
    const white = valueOf(part.attribute('whiteLuminance'), 'float');
    const primaries = valueOf(part.attribute('chromaticities'), 'chromaticities');
    return white === 255 && primaries !== undefined && roundedRec709(primaries);
  }],
  ['GIMP or GEGL', (part) => {
    const primaries = valueOf(part.attribute('chromaticities'), 'chromaticities');
    return part.name === null && primaries !== undefined && roundedRec709(primaries);
  }],
  ['KImageFormats (Qt)', (_part, names) => names.length === 11 && ['capDate', 'utcOffset', 'xDensity'].every((name) => names.includes(name))],
];
