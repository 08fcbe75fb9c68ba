/** Numbers in names that are part of something else. */

/** Stands for a digit that is no frame's; in no file's name. */
export const MASK = '\x01';

const TOKENS: readonly RegExp[] = [
  // Colour standards and spaces: Rec.709, bt2020, ACES2065-1, gamma2.2
  /(?<![A-Za-z])(?:rec|bt|itu|itur|smpte|st)[._ -]{0,2}(?:601|709|1886|2020|2084|2100|428|431|432)(?!\d)/gi,
  /aces[._ -]?2065[._ -]?1(?!\d)|aces[ _-]?v?[12]\.\d(?!\d)|(?<![A-Za-z])(?:g|gamma)[ _-]?[12]\.\d(?!\d)|(?<![A-Za-z])(?:p3|ap[01])[._ -]?d?(?:60|65|50)?(?!\d)/gi,
  // 2048x1080
  /(?<!\d)\d{2,5}x\d{2,5}(?!\d)/gi,
  // v012, v_012, ver3, version012, rev2, take_003, tk1, with a minor one behind it where more follows: v1.2.1001
  /(?<![A-Za-z])(?:v|ver|vers|version|rev|revision|take|tk|iter|attempt)[_ ]?\d+(?:\.\d{1,2}(?=[._-]))?(?!\d)/gi,
  /(?<=[a-z])V\d{1,4}(?!\d)/g,
  /(?<=(?:comp|plate|render|lgt|lighting|fx|roto|paint|prep|anim|look|final))v\d{1,4}(?!\d)/gi,
  // Mari's tiles
  /(?<![A-Za-z])u\d{1,2}_v\d{1,2}(?!\d)/gi,
  // Dates and times of day with something between
  /(?<!\d)(?:19|20)\d\d([-_.])(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?!\d)/g,
  /(?<!\d)(?:[01]\d|2[0-3])[-h][0-5]\d[-m][0-5]\d(?!\d)/g,
];

/** The name with such numbers masked, at the same length. */
export function maskedName(name: string): string {
  let text = name.replaceAll(MASK, '_');
  for (const token of TOKENS) text = text.replace(token, (found) => found.replace(/\d/g, MASK));
  return text;
}
