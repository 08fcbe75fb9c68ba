import { boolean, integer, string } from '@oclif/core/flags';
import { type Box2i, ExrError } from '@exr/core';

/** Flags that several commands share. */
export const partFlag = { part: string({ char: 'p', helpValue: 'N|NAME', summary: 'Only this part: its number, counted from 0, or its name.' }) };
export const levelFlag = { level: string({ helpValue: 'X,Y', summary: 'Resolution level of a tiled part; 0,0 (or 0) is the full one.' }) };
export const regionFlag = { region: string({ helpValue: 'X0,Y0,X1,Y1', summary: 'Only the pixels of this rectangle in pixel space, both corners inside.' }) };
export const threadsFlag = { threads: integer({ min: 1, helpValue: 'N', summary: 'Threads that decode. Default: what the machine has. The result is the same bytes for any number.' }) };
export const recursiveFlag = { recursive: boolean({ char: 'r', summary: 'Enter the folders below a named folder.' }) };

/** What `--part` means: digits are a number, all else is a name. */
export function partNamed(text: string | undefined): number | string | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : text;
}

export function parseLevel(text: string | undefined): { x: number; y: number } | undefined {
  if (text === undefined) return undefined;
  const found = /^(\d{1,2})(?:,(\d{1,2}))?$/.exec(text);
  if (!found) throw new ExrError('INVALID_ARGUMENT', `--level ${text}: expected X,Y as in 1,1 or one number for both`);
  return { x: Number(found[1]), y: Number(found[2] ?? found[1]) };
}

export function parseRegion(text: string | undefined): Box2i | undefined {
  if (text === undefined) return undefined;
  const numbers = text.split(',').map(Number);
  const [xMin, yMin, xMax, yMax] = numbers;
  if (numbers.length !== 4 || !numbers.every(Number.isInteger) || xMax! < xMin! || yMax! < yMin!) {
    throw new ExrError('INVALID_ARGUMENT', `--region ${text}: expected X0,Y0,X1,Y1 with whole numbers, the second corner not before the first`);
  }
  return { xMin: xMin!, yMin: yMin!, xMax: xMax!, yMax: yMax! };
}
