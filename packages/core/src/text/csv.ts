/** Tables for spreadsheets (RFC 4180). */

export interface CsvOptions {
  /** Cells as they are: for programs that read CSV, never for a spreadsheet. Default false. */
  readonly raw?: boolean | undefined;
}

/** What spreadsheets take for the beginning of a formula (OWASP, "CSV injection"), full-width forms too. */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$|^[+-]?Infinity$|^NaN$/i;
/** Controls that a terminal or a cell would obey, and marks that turn the direction of writing. Line feeds, returns and tabs are text in quotes. */
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * One line with its line feed. Texts come from files: one that a spreadsheet would take for a formula gets an apostrophe before it, control characters are
 * written as `\x1b` or `\u202e`. Numbers stay numbers, also where they are given as digits. Objects are JSON, null is empty.
 */
export function csvLine(cells: readonly unknown[], options: CsvOptions = {}): string {
  return `${cells.map((cell) => csvCell(cell, options)).join(',')}\n`;
}

function csvCell(value: unknown, { raw = false }: CsvOptions): string {
  if (value === null || value === undefined) return '';
  const given = typeof value === 'object' ? JSON.stringify(value) : String(value);
  const text = raw || typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? given : neutral(given);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function neutral(text: string): string {
  if (NUMBER.test(text)) return text;
  const shown = text.replace(CONTROLS, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return FORMULA.test(shown) ? `'${shown}` : shown;
}
