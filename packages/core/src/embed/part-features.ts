/** Features that reports and typed descriptions have in common: codec, resolution, colour space, software. */
import type { ReportBox } from '../report/index.ts';
import type { FeatureSet } from './feature.ts';
import { softwareOf } from './software.ts';

const FAMILY: Readonly<Record<string, string>> = {
  none: 'uncompressed', rle: 'lossless', zips: 'lossless', zip: 'lossless', piz: 'lossless', pxr24: 'lossy', b44: 'lossy', b44a: 'lossy', dwaa: 'lossy', dwab: 'lossy', htj2k256: 'lossless', htj2k32: 'lossless', lj2k: 'lossy', zstd: 'lossless',
};

export function codecFeatures(features: FeatureSet, compression: string): void {
  const codec = compression.toLowerCase();
  features.add('codec', `codec:${codec}`, 5, `codec ${codec}`);
  const family = FAMILY[codec];
  if (family) features.add('codec', `family:${family}`, 1, `${family} compression`);
}

/** Names that people use for widths, with the widths they mean (display window, before the pixel aspect). */
export const RESOLUTION_CLASSES: readonly (readonly [name: string, from: number, to: number])[] = [
  ['HD', 1900, 1940], ['2K', 1800, 2250], ['3K', 2700, 3400], ['4K', 3600, 4500], ['6K', 5500, 6600], ['8K', 7400, 8700], ['UHD', 3840, 3840], ['720p', 1280, 1280],
];

export function resolutionFeatures(features: FeatureSet, display: ReportBox, pixelAspect: number): void {
  const width = display.x_max - display.x_min + 1;
  const height = display.y_max - display.y_min + 1;
  sizeFeatures(features, width, height);
  if (Number.isFinite(pixelAspect) && pixelAspect !== 1 && pixelAspect > 0) {
    const ratio = Math.round(pixelAspect * 100) / 100;
    features.add('resolution', `pixel aspect:${ratio}`, 4, `pixel aspect ${ratio}`);
  }
}

export function sizeFeatures(features: FeatureSet, width: number, height: number): void {
  if (!(width > 0 && height > 0)) {
    features.add('resolution', 'empty', 4, 'empty display window');
    return;
  }
  features.add('resolution', `size:${width}x${height}`, 5, `${width} × ${height}`);
  widthFeatures(features, width);
  features.add('resolution', `height:${halfOctave(height)}`, 2, `height about ${height}`);
  features.add('resolution', `shape:${Math.round((width * 20) / height)}`, 2, `shape ${Math.round((width * 100) / height) / 100}:1`);
}

export function widthFeatures(features: FeatureSet, width: number): void {
  features.add('resolution', `width:${halfOctave(width)}`, 2, `width about ${width}`);
  for (const [name, from, to] of RESOLUTION_CLASSES) if (width >= from && width <= to) features.add('resolution', `class:${name}`, 3, name);
}

/** The number of half octaves below the value, by repeated division: exact and the same on every engine. */
function halfOctave(value: number): number {
  let halves = 0;
  let rest = value;
  for (; rest >= 2 && halves < 128; rest /= 2) halves += 2;
  return rest >= 1.4142135623730951 ? halves + 1 : halves;
}

export function colourSpaceFeatures(features: FeatureSet, name: string, weight = 5): void {
  const key = colourKey(name);
  if (key !== '') features.add('colour', `space:${key}`, weight, `colour space ${name.slice(0, 60)}`);
}

/** `ACES - ACEScg` → acescg, `lin_rec709` and `Linear Rec.709 (sRGB)` stay apart from it and from each other only by their letters. */
export function colourKey(name: string): string {
  return name.slice(0, 80).toLowerCase().replace(/^.*\s-\s/, '').replace(/[^a-z0-9]/g, '');
}

/** `strength` 1 for the field that names the writer, 2 (half the weight) for other attributes that name programs. */
export function softwareFeatures(features: FeatureSet, text: string, fallbackName: string, strength: 1 | 2): void {
  const software = softwareOf(text, fallbackName);
  if (software === null) return;
  const weigh = (weight: number): number => (strength === 1 ? weight * 2 : weight);
  const [major, minor, rest] = software.version;
  features.add('software', `name:${software.name}`, weigh(6), software.name);
  if (major === undefined) return;
  features.add('software', `major:${software.name} ${major}`, weigh(5), `${software.name} ${major}`);
  if (minor === undefined) return;
  features.add('software', `minor:${software.name} ${major}.${minor}`, weigh(4), `${software.name} ${major}.${minor}`);
  if (rest) features.add('software', `full:${software.name} ${major}.${minor}${rest}`, weigh(3), `${software.name} ${major}.${minor}${rest}`);
}
