/** Layers and views: ideas in the names of channels (Technical Introduction, "Channel Names"; MultiViewOpenEXR.rst). */
import { valueOf } from './attribute.ts';
import type { Channel, PartHeader } from './types.ts';

/** Where a channel's name puts it: `left.diffuse.R` of a part with the views right and left is layer "diffuse", component "R", view "left". */
export interface ChannelPlace {
  /** "" for the base layer. Without the view. */
  readonly layer: string;
  readonly component: string;
  readonly view: string | null;
}

export interface Layer {
  /** "" for the base layer. */
  readonly name: string;
  readonly view: string | null;
  /** In file order. */
  readonly channels: readonly Channel[];
}

/** A longer list of views is not honest. */
const MOST_VIEW_BYTES = 2 ** 20;

/** The views of a part: its `view`, or those of `multiView`, the default view first. Empty when it speaks of none. */
export function viewsOf(part: PartHeader): readonly string[] {
  if (part.view !== null) return [part.view];
  const attribute = part.attribute('multiView');
  return attribute && attribute.size <= MOST_VIEW_BYTES ? (valueOf(attribute, 'stringvector') ?? []) : [];
}

/**
 * Layer, component and view of a channel. In a part with `multiView` a channel without a period belongs to the default view, and the view of
 * any other is what stands before its last component when that names a view; otherwise it has none. `views` is viewsOf(part).
 */
export function placeOf(name: string, part: Pick<PartHeader, 'view'>, views: readonly string[]): ChannelPlace {
  const dot = layerEnd(name);
  const layer = dot < 0 ? '' : name.slice(0, dot);
  const component = dot < 0 ? name : name.slice(dot + 1);
  if (part.view !== null || views.length === 0) return { layer, component, view: part.view };
  if (layer === '') return { layer, component, view: views[0]! };
  const view = viewAtEnd(layer, views);
  if (view === null) return { layer, component, view: null };
  return { layer: layer.slice(0, Math.max(0, layer.length - view.length - 1)), component, view };
}

const sets = new WeakMap<readonly string[], ReadonlySet<string>>();

/** The view that a layer's name ends with: a view's name may have periods of its own (`wit.ness`), and then the longest of them is meant. */
function viewAtEnd(layer: string, views: readonly string[]): string | null {
  let known = sets.get(views);
  if (!known) sets.set(views, (known = new Set(views)));
  // From the longest end: a file may have many channels and many views.
  for (let at = 0; at >= 0 && at < layer.length; ) {
    const end = layer.slice(at);
    if (known.has(end)) return end;
    const dot = layer.indexOf('.', at);
    if (dot < 0) return null;
    at = dot + 1;
  }
  return null;
}

/** The layers of a part, in the order in which their first channels stand in the file; a layer of two views is two. */
export function layersOf(part: PartHeader): readonly Layer[] {
  const views = viewsOf(part);
  const layers = new Map<string, { name: string; view: string | null; channels: Channel[] }>();
  for (const channel of part.channels) {
    const { layer, view } = placeOf(channel.name, part, views);
    const key = `${view ?? ''}\0${layer}`;
    const found = layers.get(key);
    if (found) found.channels.push(channel);
    else layers.set(key, { name: layer, view, channels: [channel] });
  }
  return [...layers.values()];
}

/** The period that ends the layer's name; a name with one only at its beginning or end is in no layer. */
function layerEnd(name: string): number {
  const dot = name.lastIndexOf('.');
  return dot <= 0 || dot === name.length - 1 ? -1 : dot;
}
