/** chlist: for each channel its name and a zero byte, pixel type (int32), pLinear (a byte), 3 reserved bytes, x and y sampling (int32); a zero byte ends the list. */
import { plainText } from '../../text/index.ts';
import { decodeName, encodeText } from '../text.ts';
import { PIXEL_TYPES, type Channel } from '../types.ts';
import { viewOf, type AttributeType } from './type.ts';

const AFTER_NAME = 16;

/** What walking a chlist finds: how many channels can be read, what is wrong at the first that cannot, and whether Channel holds all of it. */
export interface ChannelListWalk {
  readonly count: number;
  readonly problem: string | null;
  /** False when the list holds something that Channel does not: reserved bytes, pLinear other than 0 and 1, bytes after the end. */
  readonly exact: boolean;
}

/** Walks the list without building anything but what `visit` builds: a list may say millions of channels. */
export function walkChannels(bytes: Uint8Array, visit?: (nameStart: number, nameEnd: number, view: DataView, at: number) => void): ChannelListWalk {
  const view = viewOf(bytes);
  let exact = true;
  let count = 0;
  let at = 0;
  for (;;) {
    const end = bytes.indexOf(0, at);
    if (end < 0) return { count, exact, problem: `the list has no end after ${count} channels` };
    if (end === at) break;
    const start = at;
    at = end + 1;
    if (end - start > 255) return { count, exact, problem: `channel ${count} has a name of ${end - start} bytes, expected at most 255` };
    if (bytes.length - at < AFTER_NAME) {
      return { count, exact, problem: `channel "${plainText(decodeName(bytes, start, end), { max: 80 })}" ends after ${bytes.length - at} bytes, expected ${AFTER_NAME}` };
    }
    const number = view.getInt32(at, true);
    if (PIXEL_TYPES[number] === undefined) {
      return { count, exact, problem: `channel "${plainText(decodeName(bytes, start, end), { max: 80 })}" has pixel type ${number}, expected 0 to 2` };
    }
    if (view.getUint32(at + 4, true) > 1) exact = false;
    visit?.(start, end, view, at);
    at += AFTER_NAME;
    count++;
  }
  return { count, problem: null, exact: exact && at + 1 === bytes.length };
}

/** The channels up to the end of the list or the first one that cannot be read. */
export function readChannels(bytes: Uint8Array): Channel[] {
  const channels: Channel[] = [];
  walkChannels(bytes, (start, end, view, at) => {
    channels.push({
      name: decodeName(bytes, start, end),
      pixelType: PIXEL_TYPES[view.getInt32(at, true)]!,
      xSampling: view.getInt32(at + 8, true),
      ySampling: view.getInt32(at + 12, true),
      pLinear: view.getUint8(at + 4) !== 0,
    });
  });
  return channels;
}

// Lists that say more than Channel does.
const inexact = new WeakSet<object>();

const chlist: AttributeType<readonly Channel[]> = {
  name: 'chlist',
  check: (bytes) => walkChannels(bytes).problem,
  read(bytes) {
    const channels = readChannels(bytes);
    if (!walkChannels(bytes).exact) inexact.add(channels);
    return channels;
  },
  write(channels) {
    const names = channels.map((channel) => encodeText(channel.name));
    const bytes = new Uint8Array(names.reduce((sum, name) => sum + name.length + 1 + AFTER_NAME, 1));
    const view = viewOf(bytes);
    let at = 0;
    channels.forEach((channel, i) => {
      bytes.set(names[i]!, at);
      at += names[i]!.length + 1;
      view.setInt32(at, PIXEL_TYPES.indexOf(channel.pixelType), true);
      view.setUint8(at + 4, channel.pLinear ? 1 : 0);
      view.setInt32(at + 8, channel.xSampling, true);
      view.setInt32(at + 12, channel.ySampling, true);
      at += AFTER_NAME;
    });
    return bytes;
  },
  exact: (channels) => !inexact.has(channels),
};

export const CHANNEL_TYPES: readonly AttributeType[] = [chlist];
