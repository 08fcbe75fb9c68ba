/** Facts that people ask for and that several attributes may answer: time code, frame rate. (software.ts: who wrote it.) */
import { valueOf } from './attribute.ts';
import type { Attribute, PartHeader } from './types.ts';
import type { TimeCode } from './values.ts';

/** "01:02:03:04"; drop-frame time has a semicolon before the frames, as SMPTE writes it. */
export function formatTimeCode({ hours, minutes, seconds, frame, dropFrame }: TimeCode): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(hours)}:${two(minutes)}:${two(seconds)}${dropFrame ? ';' : ':'}${two(frame)}`;
}

export function timeCodeOf(part: PartHeader): string | null {
  const value = valueOf(part.attribute('timeCode'), 'timecode');
  return value === undefined ? null : formatTimeCode(value);
}

/**
 * Frames a second, from framesPerSecond; a denominator of 0 gives an infinity or NaN, as it divides. Without one from an attribute whose name differs from
 * it in case alone (OpenImageIO's `FramesPerSecond`), and from a float, double or int in its place (OpenEXR's Python module writes what it is given).
 */
export function frameRateOf(part: PartHeader): number | null {
  return rateOf(part.attribute(FRAME_RATE)) ?? rateOf(misnamedFrameRate(part)) ?? null;
}
const FRAME_RATE = 'framesPerSecond';

/** The attribute that holds the rate under another spelling of its name; undefined when the standard one is there or none is. */
export function misnamedFrameRate(part: PartHeader): Attribute | undefined {
  if (rateOf(part.attribute(FRAME_RATE)) !== undefined) return undefined;
  return part.attributes.find(({ name }) => name !== FRAME_RATE && name.toLowerCase() === FRAME_RATE.toLowerCase());
}

function rateOf(attribute: Attribute | undefined): number | undefined {
  const rational = valueOf(attribute, 'rational');
  if (rational !== undefined) return rational.numerator / rational.denominator;
  return valueOf(attribute, 'double') ?? valueOf(attribute, 'float') ?? valueOf(attribute, 'int');
}
