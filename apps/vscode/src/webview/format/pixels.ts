/** The values of a pixel as text. */
import type { PixelsAnswer } from '../../shared/protocol.ts';
import type { Pointing } from '../state/model.ts';
import { pixelText, valueText } from './numbers.ts';

/** A channel's value at a pixel of an answer for that pixel alone; null where the channel has none there (it is subsampled). */
export function exactValues(exact: PixelsAnswer): readonly { readonly name: string; readonly type: string; readonly value: number | null }[] {
  return exact.channels.map(({ name, type, values }) => ({ name, type, value: values.length > 0 ? values[0]! : null }));
}

/** For the clipboard: a line for each channel, tabs between. Null when nothing is pointed at. */
export function valuesText({ at, values, exact }: Pointing): string | null {
  if (!at) return null;
  const lines = exact ? exactValues(exact).map(({ name, type, value }) => `${name}\t${value === null ? '' : plain(pixelText(value, type))}`) : values.map(({ name, value }) => `${name}\t${plain(valueText(value, 7))}`);
  return lines.length > 0 ? [`x, y\t${at.x}, ${at.y}`, ...lines].join('\n') : null;
}

/** Typographic minus signs are for reading, not for pasting. */
function plain(text: string): string {
  return text.replaceAll('−', '-');
}
