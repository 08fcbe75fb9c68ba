/** Short words for parts and channels that several tools use. */
import { type Channel, layersOf, type PartHeader, type ReportPart } from '@exr/core';
import { name } from '../answer/text.ts';

/** `RGBA`, `diffuse.RGB`, `[left] R,G,B`: a layer and its components. */
export function layerTexts(part: PartHeader, most: number, cut: (characters: number) => number = (characters) => characters): string[] {
  const layers = layersOf(part);
  const several = new Set(layers.map(({ view }) => view)).size > 1;
  const texts = layers.slice(0, most).map(({ name: layer, view, channels }) => {
    const components = channels.map((channel) => channel.name.slice(channel.name.lastIndexOf('.') + 1));
    const shown = components.slice(0, cut(12)).map((component) => name(component, cut(40)));
    const list = `${sorted(shown).join(shown.every((component) => component.length === 1) ? '' : ',')}${components.length > shown.length ? `,+${components.length - shown.length}` : ''}`;
    return `${several && view !== null ? `[${name(view, cut(40))}] ` : ''}${layer === '' ? list : `${name(layer, cut(60))}.${list}`}`;
  });
  if (layers.length > most) texts.push(`+${layers.length - most} more layers`);
  return texts;
}

/** R, G, B, A in the order that people say them; everything else as in the file. */
function sorted(components: readonly string[]): string[] {
  const rank = (component: string): number => ['R', 'G', 'B', 'A'].indexOf(component);
  return components.every((component) => rank(component) >= 0) ? [...components].sort((a, b) => rank(a) - rank(b)) : [...components];
}

/** `half`, or `half+float` where a part has both. */
export function pixelTypes(channels: readonly Channel[]): string {
  return [...new Set(channels.map(({ pixelType }) => pixelType))].join('+') || 'none';
}

/** `part 1 depth` */
export function partText(part: Pick<ReportPart, 'index' | 'name'>, most = 80): string {
  return part.name === null ? `part ${part.index}` : `part ${part.index} ${name(part.name, most)}`;
}
