/**
 * Lists of channels that say the same, as one object. Frames of a sequence have the same channels, and comparing forty-five of them with a list that is
 * known costs less than making one text of them: what was made of a list is found again by the object.
 */
import { putUnder } from '../flow/index.ts';
import type { ReportChannel } from '../report/index.ts';

const FIELDS = ['part_index', 'name', 'layer', 'component', 'view', 'type', 'x_sampling', 'y_sampling', 'p_linear'] as const satisfies readonly (keyof ReportChannel)[];

export interface ChannelList {
  /** A copy where the list is remembered: whoever changes a report's channels later changes nothing here. */
  readonly channels: readonly Partial<ReportChannel>[];
  /** Never given twice. */
  readonly id: number;
}

/** Lists that are remembered; a store of many shows has a few hundred. */
const REMEMBERED = 1024;
/** A longer list is nobody else's, or not honest: it is not kept beyond the array that it comes in. */
const LONGEST = 4096;
const buckets = new Map<string, ChannelList[]>();
const ofArray = new WeakMap<readonly Partial<ReportChannel>[], ChannelList>();
let [count, made] = [0, 0];

/** The one object for all lists that are equal to `channels`, in order and in every field. */
export function channelList(channels: readonly Partial<ReportChannel>[]): ChannelList {
  let list = ofArray.get(channels);
  if (list) return list;
  if (channels.length > LONGEST) {
    ofArray.set(channels, (list = { channels, id: ++made }));
    return list;
  }
  const bucket = `${channels.length}\0${channels[0]?.name}\0${channels[channels.length - 1]?.name}`;
  list = buckets.get(bucket)?.find((known) => same(known.channels, channels));
  if (!list) {
    if (count >= REMEMBERED) {
      buckets.clear();
      count = 0;
    }
    list = { channels: channels.map(copied), id: ++made };
    count++;
    putUnder(buckets, bucket, list);
  }
  ofArray.set(channels, list);
  return list;
}

const copied = (channel: Partial<ReportChannel>): Partial<ReportChannel> => Object.fromEntries(FIELDS.map((field) => [field, channel[field]]));

function same(known: readonly Partial<ReportChannel>[], channels: readonly Partial<ReportChannel>[]): boolean {
  for (let i = 0; i < channels.length; i++) {
    const [a, b] = [known[i]!, channels[i]!];
    if (a.name !== b.name || a.layer !== b.layer || a.component !== b.component || a.view !== b.view || a.type !== b.type || a.x_sampling !== b.x_sampling || a.y_sampling !== b.y_sampling || a.part_index !== b.part_index || a.p_linear !== b.p_linear) return false;
  }
  return true;
}

export { layerOfPart, withPartLayers } from './part-layers.ts';
