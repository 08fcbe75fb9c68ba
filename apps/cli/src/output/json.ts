/** JSON text with every character escaped that a terminal or an editor would obey rather than show; it says the same as before. */
export function plainJson(json: string): string {
  return UNUSUAL.test(json) && SUSPECT.test(json) ? json.replace(SUSPECT_ALL, escaped) : json;
}

/** A value as JSON that is safe to look at. */
export function jsonOf(value: unknown, indent?: number): string {
  return plainJson(JSON.stringify(value, null, indent));
}

// As in plainText: controls (C1, DEL; JSON.stringify has escaped C0), bidi, zero width and other format characters, separators. The line feeds between
// values are ours.
// Most JSON is plain, and is seen to be so in a fraction of the time.
const UNUSUAL = /[^\n -~]/;
const SUSPECT = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const SUSPECT_ALL = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');
}
