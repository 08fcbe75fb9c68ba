import { DEFAULT_LIMITS, type Limits, UNTRUSTED_LIMITS } from './limits.ts';

export const FACES = ['cli', 'mcp', 'function', 'editor'] as const;
export type Face = (typeof FACES)[number];

/**
 * What each face begins with; docs/limits.md has them as a table. The command line is asked by a person about files of theirs; the others read whatever
 * comes, each with the time that somebody waits: the function until its event's deadline (which it sets), the editor until the user cancels or closes, so
 * that a sound frame of gigabytes is read to its end; MCP ten seconds.
 */
export const FACE_LIMITS: Readonly<Record<Face, Limits>> = {
  cli: DEFAULT_LIMITS,
  mcp: UNTRUSTED_LIMITS,
  function: { ...UNTRUSTED_LIMITS, seconds: Infinity },
  // A picture at its full size, of which the setting exr.maxFullMegapixels is the user's; longer texts come when somebody asks for them.
  editor: { ...UNTRUSTED_LIMITS, stringLength: 64 * 1024, previewPixels: 2 ** 26, seconds: Infinity },
};

/**
 * `NAME=NUMBER` texts as limits, a later one winning; Infinity is a number. Throws an Error that says what is wrong, for a person.
 * @param how the option is called, for the message
 */
export function limitsFromTexts(texts: readonly string[], how: string): Partial<Limits> {
  const limits: Record<string, number> = {};
  for (const text of texts) {
    const [, name, number] = /^(\w+)=(.+)$/.exec(text) ?? [];
    const value = Number(number);
    if (name === undefined || !Object.hasOwn(DEFAULT_LIMITS, name)) throw new Error(`${how} ${text.slice(0, 80)}: expected NAME=NUMBER with one of ${Object.keys(DEFAULT_LIMITS).join(', ')}`);
    if (!(value > 0)) throw new Error(`${how} ${text.slice(0, 80)}: expected a number above 0`);
    limits[name] = value;
  }
  return limits;
}
