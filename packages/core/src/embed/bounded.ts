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

/** The same of all that a report says in words but attributes' values. */
export function bounded<Report extends EmbeddableReport>(report: Report): Report {
  const channels = boundedChannels(report.channels);
  const long = report.parts.some((part) => isLong(part.name) || isLong(part.view) || isLong(part.color_space) || isLong(part.software));
  if (channels === report.channels && !long) return report;
  const parts = long
    ? report.parts.map((part) => ({ ...part, name: cut(part.name), view: cut(part.view), color_space: cut(part.color_space), software: cut(part.software) }))
    : report.parts;
  return { ...report, channels, parts };
}
