/** Names as long as honest ones are: what is looked at again and again, with expressions that take time with the square of a run of dashes. */
import type { EmbeddableChannel, EmbeddableReport } from './features.ts';

/** A channel's name has 255 bytes at most; a view, a part's name or a program's is an attribute as long as its file likes. */
const LONGEST = 256;

const cut = <Text extends string | null>(text: Text): Text => (text !== null && text.length > LONGEST ? (text.slice(0, LONGEST) as Text) : text);
const isLong = (text: string | null): boolean => text !== null && text.length > LONGEST;

/** The channels with names of at most 256 characters; the same list when none is longer. */
export function boundedChannels<Channel extends EmbeddableChannel>(channels: readonly Channel[]): readonly Channel[] {
  if (!channels.some(({ name, layer, component, view }) => isLong(name) || isLong(layer) || isLong(component) || isLong(view))) return channels;
  return channels.map((each) => ({ ...each, name: cut(each.name), layer: cut(each.layer), component: cut(each.component), view: cut(each.view) }));
}

/**
 * Attributes that are looked at, of all parts together: more than honest files have (200 parts of 60), and what a file may hold of them would take
 * seconds. The first ones, so that the report and what is read back from a store agree.
 */
const MOST_ATTRIBUTES = 16_384;

function withFewAttributes(report: EmbeddableReport): EmbeddableReport {
  let left = MOST_ATTRIBUTES;
  const parts = report.parts.map((part) => {
    const { attributes } = part;
    const room = left;
    left = Math.max(0, left - attributes.length);
    return attributes.length <= room ? part : { ...part, attributes: attributes.slice(0, room) };
  });
  return { ...report, parts };
}

/** The same of all that a report says in words but attributes' values, and with at most 16,384 attributes. */
export function bounded(given: EmbeddableReport): EmbeddableReport {
  const many = given.parts.reduce((sum, { attributes }) => sum + attributes.length, 0) > MOST_ATTRIBUTES;
  const report = many ? withFewAttributes(given) : given;
  const channels = boundedChannels(report.channels);
  const long = report.parts.some((part) => isLong(part.name) || isLong(part.view) || isLong(part.color_space) || isLong(part.software));
  if (channels === report.channels && !long) return report;
  const parts = long
    ? report.parts.map((part) => ({ ...part, name: cut(part.name), view: cut(part.view), color_space: cut(part.color_space), software: cut(part.software) }))
    : report.parts;
  return { ...report, channels, parts };
}
