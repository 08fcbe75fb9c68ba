/**
 * The retrieval benchmark: ours beside the original's on every vocabulary. Needs `npm run build` (or `npx tsc -b packages/core`) first.
 *   node tools/bench/retrieval/run.mjs [--templates 40] [--frames 12] [--seeds 3] [--json]
 */
import { parseArgs } from 'node:util';
import { embedChannels, embedMetadata } from '@exr/core';
import { legacyChannels, legacyMetadata, legacyPayload } from './legacy.mjs';
import { invented } from './invented.mjs';
import { measure } from './measure.mjs';
import { VOCABULARIES } from './vocabulary.mjs';

const { values } = parseArgs({ options: { templates: { type: 'string', default: '40' }, frames: { type: 'string', default: '12' }, seeds: { type: 'string', default: '3' }, json: { type: 'boolean', default: false } } });
const ours = { metadata: embedMetadata, channels: embedChannels };
const original = { metadata: (report) => legacyMetadata(legacyPayload(report)), channels: (report) => legacyChannels(legacyPayload(report)) };

const results = [];
const made = ['own', 'shared', 'presets'].map((kind) => ({ name: `made up, ${kind}`, of: (seed) => invented(kind, seed) }));
for (const vocabulary of [...VOCABULARIES, ...made]) {
  for (const [who, embed] of [['ours', ours], ['original', original]]) {
    const runs = Array.from({ length: Number(values.seeds) }, (_, i) => measure(embed, vocabulary.of?.(i + 1) ?? vocabulary, { templates: Number(values.templates), frames: Number(values.frames), seed: i + 1 }));
    const worst = (key, pick) => pick(...runs.map((run) => run[key]));
    results.push({
      vocabulary: vocabulary.name, who, 'mAP@10': worst('map10', Math.min), NDCG: worst('ndcg', Math.min), 'adjacent mean': worst('adjacentMean', Math.min), 'adjacent min': worst('adjacentMin', Math.min),
      'unrelated mean': worst('unrelatedMean', Math.max), 'channels Spearman': worst('spearmanPlain', Math.min), 'files with NaN': worst('nan', Math.max),
    });
  }
}
if (values.json) console.log(JSON.stringify(results, null, 2));
else console.table(results.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, typeof value === 'number' && !Number.isInteger(value) ? value.toFixed(4) : value]))));
