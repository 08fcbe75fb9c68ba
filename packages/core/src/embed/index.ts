/**
 * Two vectors per file, deterministic, without a model: `metadata` (384) says "a frame made the way this one was", `channels` (128) says "a frame
 * with these channels". docs/decisions/embedding.md says why they are what they are and how well they find.
 */
import type { ExrReport } from '../report/index.ts';
import { channelList, type ChannelList } from '../channel-list/index.ts';
import { bounded, boundedChannels } from './bounded.ts';
import { channelSums, groupsOf } from './channel-vector.ts';
import { askedChannels, describe, type PartialDescription, type Vocabulary } from './describe.ts';
import { explainFeatures, type Explanation } from './explain.ts';
import { channelSetFeatures, channelsToCompare, metadataFeatures, type EmbeddableChannel, type EmbeddableReport } from './features.ts';
import { metadataFingerprint } from './fingerprint.ts';
import { metadataVector, normalised, queryAmplitude } from './vector.ts';

/** Vectors of different versions must not be compared. 1 was the original's, 2 had other channels vectors, 3 knew Blender's view layers by their usual names alone. */
export const EMBEDDING_VERSION = 4;
export const METADATA_DIMENSIONS = 384;
export const CHANNEL_DIMENSIONS = 128;

/** Cosines below these say that two files, or a file and a description, have nothing to do with each other. */
export const LEAST_LIKE = { file: 0.2, description: 0.1 } as const;

type Embeddable = Pick<ExrReport, 'parts' | 'channels'> | EmbeddableReport;

/** 384 float32 of unit length. Two frames of one render differ by less than 0.01 in cosine; any report is accepted, one without parts too. */
export function embedMetadata(given: Embeddable): Float32Array {
  const report = bounded(given);
  const key = metadataFingerprint(report);
  let known = vectors.get(key);
  if (!known) {
    known = metadataVector(metadataFeatures(report), METADATA_DIMENSIONS);
    if (vectors.size >= 1024) vectors.clear();
    if (key.length <= LONGEST_KEY) vectors.set(key, known);
  }
  return known.slice();
}
/** Longer than any honest header's: what is made to be large shall not stay in memory. */
const LONGEST_KEY = 16 * 1024;
/** Most frames of one sequence have the same vector. */
const vectors = new Map<string, Float32Array>();

/** 128 float32 of unit length, the same whatever the order of the channels. */
export function embedChannels(report: Pick<Embeddable, 'channels'> & Partial<Pick<EmbeddableReport, 'parts'>>): Float32Array {
  const channels = boundedChannels(channelsToCompare({ ...report, channels: boundedChannels<EmbeddableChannel>(report.channels) }));
  const list = channelList(channels);
  let known = ofLists.get(list);
  if (!known) ofLists.set(list, (known = normalised(channelSums(groupsOf(channels), CHANNEL_DIMENSIONS))));
  return known.slice();
}
const ofLists = new WeakMap<ChannelList, Float32Array>();

export interface QueryVectors {
  readonly metadata: Float32Array;
  readonly channels: Float32Array;
  /** How the text was understood, piece by piece. */
  readonly understood: readonly string[];
  /** Words that say nothing: they are looked for nowhere. */
  readonly unknown: readonly string[];
  /** True when nothing of it says anything: then nothing is like it. */
  readonly empty: boolean;
}

/** Query vectors from a sentence ("cryptomatte and N and Z at 4K in DWAA") or from fields. */
export function embedDescription(description: string | PartialDescription, vocabulary?: Vocabulary): QueryVectors {
  const { features, understood, unknown, channels } = describe(description, vocabulary);
  return {
    metadata: metadataVector(features, METADATA_DIMENSIONS, queryAmplitude(features)),
    channels: normalised(channelSums(groupsOf(channels.flatMap(askedChannels)), CHANNEL_DIMENSIONS)),
    understood, unknown, empty: features.size === 0,
  };
}

/** The features that bring two files together and those that set them apart, most important first. */
export function explain(a: Embeddable, b: Embeddable, options: { readonly limit?: number; readonly by?: 'metadata' | 'channels' } = {}): Explanation {
  const featuresOf = options.by === 'channels' ? channelSetFeatures : metadataFeatures;
  return explainFeatures(featuresOf(bounded(a)), featuresOf(bounded(b)), options.limit);
}

/** As `explain`, for a description against a file. */
export function explainDescription(description: string | PartialDescription, file: Embeddable, options: { readonly limit?: number; readonly vocabulary?: Vocabulary | undefined } = {}): Explanation {
  return explainFeatures(describe(description, options.vocabulary).features, metadataFeatures(bounded(file)), options.limit);
}

export { cosine } from './vector.ts';
export { hashText } from './hash.ts';
export type { PartialDescription, Vocabulary } from './describe.ts';
export type { Explanation, Reason as SimilarityReason } from './explain.ts';
export type { Block as EmbeddingBlock } from './feature.ts';
export type { EmbeddableChannel, EmbeddablePart, EmbeddableReport } from './features.ts';
