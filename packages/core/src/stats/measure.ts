/** What is measured of which part, and in how many passes over the file. */
import { intersect, type ChunkIndex, type LevelIndex, type PartGeometry } from '../chunks/index.ts';
import { ExrError } from '../errors.ts';
import type { Box2i, Channel } from '../header/types.ts';
import type { RunOptions } from '../pixels/index.ts';
import { accumulatorBytes } from './accumulator.ts';
import type { DepthChannels } from './deep.ts';
import { chosenChannels, type ChannelChoice } from './select.ts';
import { PIXEL_TYPE, type PartMeasure } from './task.ts';

/** `onProgress`: a part of more than about 250 channels takes several passes, and each counts from 0. */
export interface StatsOptions extends RunOptions, ChannelChoice {
  /** Indices of parts; all when absent. */
  readonly parts?: readonly number[] | undefined;
  /** Only pixels inside, in the coordinates of the level. */
  readonly region?: Box2i | undefined;
  /** Default (0, 0). A part without that level is left out, unless it was asked for by its index. */
  readonly level?: LevelIndex | undefined;
  /** Measures every n-th row of each channel, from the first of the data window. Default 1. */
  readonly stride?: number | undefined;
  /** Measures deep parts too. Default false: they are left out. */
  readonly deep?: boolean | undefined;
}

// Tables of one pass: those of about 250 half channels. Parts with more are decoded several times.
const PASS_BYTES = 64 * 2 ** 20;

export interface UnreadablePart {
  readonly part: number;
  readonly fault: ExrError;
}

/** A part, what is measured of it, and in which pass its chunks are counted. */
export interface Measured {
  readonly part: PartGeometry;
  readonly measure: PartMeasure;
  readonly level: LevelIndex;
  readonly region: Box2i | undefined;
  /** False in the second and later passes over a part. */
  readonly firstPass: boolean;
  /** True when nothing of it is in the file: its pass only names what is missing. */
  readonly empty?: true;
}

/**
 * What the options mean for this file; parts whose chunks cannot be found are listed apart. Throws as computeStats
 * says.
 */
export function measuredParts(
  index: ChunkIndex,
  options: StatsOptions,
  name: string,
): { measured: Measured[]; unreadable: UnreadablePart[] } {
  const { level = { x: 0, y: 0 }, stride = 1, region } = options;
  const asked = options.parts ?? index.grids.map((_, i) => i);
  const measured: Measured[] = [];
  const unreadable: UnreadablePart[] = [];
  let meetsRegion = region === undefined;
  const refuse = (what: string): never => {
    throw new ExrError('INVALID_ARGUMENT', `${name}: ${what}`, { source: name });
  };
  let [looked, levels, channelsSeen] = [0, 0, 0];
  for (const number of [...new Set(asked)].sort((a, b) => a - b)) {
    const grid = index.grids[number] ?? refuse(`part ${number}, expected one of 0 to ${index.grids.length - 1}`);
    const { part } = grid;
    if (part.isDeep && !options.deep) continue;
    const fault = index.unreadable[number];
    if (fault) {
      if (options.failFast) throw fault;
      unreadable.push({ part: number, fault });
      continue;
    }
    looked++;
    const window = grid.level(level.x, level.y)?.window;
    if (!window) {
      if (options.parts)
        refuse(
          `part ${number} has no level ${level.x},${level.y}, expected up to ${grid.levels.at(-1)!.x},${grid.levels.at(-1)!.y}`,
        );
      continue;
    }
    levels++;
    const channels = chosenChannels(
      part.channels.map((channel) => channel.name),
      options,
    );
    channelsSeen += channels.length;
    if (region && intersect(window, region)) meetsRegion = true;
    if (channels.length === 0 && part.channels.length > 0) continue;
    const sampling = { region: region ?? window, stride, yMin: window.yMin };
    const measure: PartMeasure = {
      part: number,
      channels,
      sampling,
      deepFacts: part.isDeep,
      depth: part.isDeep ? depthChannels(part.channels) : null,
    };
    measured.push({ part, measure, level, region, firstPass: true });
  }
  if (measured.length === 0 && (unreadable.length > 0 || looked === 0)) return { measured, unreadable };
  if (levels === 0) refuse(`no part has a level ${level.x},${level.y}`);
  if (channelsSeen === 0 && (options.channels || options.layer !== undefined)) {
    const known = index.grids
      .flatMap(({ part }) => part.channels.map((channel) => channel.name))
      .slice(0, 40)
      .join(', ');
    refuse(
      `no channel ${[...(options.channels ?? []), ...(options.layer === undefined ? [] : [`of layer "${options.layer}"`])].join(', ')}, expected some of ${known}`,
    );
  }
  if (!meetsRegion)
    refuse(
      `region (${region!.xMin}, ${region!.yMin}) to (${region!.xMax}, ${region!.yMax}) lies outside every data window`,
    );
  return { measured, unreadable };
}

function depthChannels(channels: readonly Channel[]): DepthChannels | null {
  const find = (name: string): number =>
    channels.findIndex((channel) => channel.name === name && channel.pixelType !== 'uint');
  const z = find('Z');
  return z < 0 ? null : { z, zBack: find('ZBack') };
}

/**
 * Cuts the work into passes whose tables fit; a part's further channels are measured in a further pass over its chunks. Parts of which `holds` says
 * that nothing is there take no tables: they come together, in a pass that measures no channel.
 */
export function planPasses(all: readonly Measured[], holds: (part: number) => boolean = () => true): Measured[][] {
  const passes: Measured[][] = [];
  const measured = all.filter(({ part }) => holds(part.index));
  const empty = measured.length < all.length ? all.filter(({ part }) => !holds(part.index)).map((each) => ({ ...each, empty: true as const })) : [];
  if (empty.length > 0) passes.push(empty);
  let pass: Measured[] = [];
  let held = 0;
  const next = (): void => {
    if (pass.length > 0) passes.push(pass);
    pass = [];
    held = 0;
  };
  for (const each of measured) {
    let channels: number[] = [];
    let firstPass = true;
    const put = (): void => {
      pass.push({
        ...each,
        firstPass,
        measure: { ...each.measure, channels, deepFacts: each.measure.deepFacts && firstPass },
      });
      channels = [];
      firstPass = false;
    };
    if (each.part.isDeep) held += accumulatorBytes(0);
    for (const channel of each.measure.channels) {
      const bytes = accumulatorBytes(PIXEL_TYPE[each.part.channels[channel]!.pixelType]);
      if (held + bytes > PASS_BYTES && (channels.length > 0 || pass.length > 0)) {
        if (channels.length > 0) put();
        next();
        if (each.part.isDeep) held += accumulatorBytes(0);
      }
      held += bytes;
      channels.push(channel);
    }
    put();
  }
  next();
  return passes;
}
