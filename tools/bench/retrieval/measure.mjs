/** The measures of the benchmark, on any two functions from report to vector. */
import { frameOf, random, relatives, templates } from './generator.mjs';

const dot = (a, b) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
};
const unit = (v) => {
  const length = Math.sqrt(dot(v, v));
  return length > 0 ? Float64Array.from(v, (x) => x / length) : Float64Array.from(v);
};
const mean = (list) => list.reduce((a, b) => a + b, 0) / Math.max(1, list.length);

/**
 * @param {{ metadata: (report: any) => ArrayLike<number>, channels: (report: any) => ArrayLike<number> }} embed
 * @param {any} vocabulary
 * @param {{ templates?: number, frames?: number, relativesEach?: number, seed?: number }} [size]
 */
export function measure(embed, vocabulary, { templates: count = 24, frames = 11, relativesEach = 3, seed = 1 } = {}) {
  const rng = random(seed * 7919 + 13);
  const all = templates(vocabulary, count, seed);
  const rows = [];
  let nan = 0;
  const add = (template, label, base, changes, frame) => {
    const report = frameOf(template, frame, rng);
    const vector = unit(embed.metadata(report));
    const channels = unit(embed.channels(report));
    if (vector.some(Number.isNaN) || channels.some(Number.isNaN)) nan++;
    rows.push({ label, base, changes, vector, channels, report });
  };
  all.forEach((template, t) => {
    for (let f = 0; f < frames; f++) add(template, `t${t}`, t, 0, 1001 + f);
    relatives(template, relativesEach, seed * 31 + t).forEach((relative, r) => add(relative.template, `t${t}r${r}`, t, relative.changes, 1001));
  });

  const precision = [];
  const gains = [];
  const adjacent = [];
  const unrelated = [];
  for (let t = 0; t < all.length; t++) {
    const own = rows.filter((row) => row.base === t && row.changes === 0);
    for (const query of own) precision.push(averagePrecision(query, rows, frames - 1));
    gains.push(discountedGain(own[0], rows));
    const keep = (list, value) => Number.isNaN(value) || list.push(value); // the original's NaN are counted apart
    for (let f = 1; f < own.length; f++) keep(adjacent, dot(own[f - 1].vector, own[f].vector));
    for (let u = 0; u < t; u++) keep(unrelated, dot(own[0].vector, rows.find((row) => row.base === u).vector));
  }
  return {
    map10: mean(precision), ndcg: mean(gains), adjacentMean: mean(adjacent), adjacentMin: Math.min(...adjacent), unrelatedMean: mean(unrelated), unrelatedMax: Math.max(...unrelated), nan,
    ...channelCorrelations(rows),
  };
}

/** AP@10 for "same template". */
function averagePrecision(query, rows, relevant) {
  const ranked = rows.filter((row) => row !== query).map((row) => ({ hit: row.label === query.label, score: dot(row.vector, query.vector) })).sort((a, b) => (b.score || 0) - (a.score || 0)).slice(0, 10);
  let hits = 0;
  let sum = 0;
  ranked.forEach(({ hit }, i) => {
    if (hit) sum += ++hits / (i + 1);
  });
  return sum / Math.min(10, relevant);
}

/** NDCG of one frame against its relatives (gain 4 - changes + 1) and every unrelated template (gain 0). */
function discountedGain(query, rows) {
  const others = rows.filter((row) => row !== query && (row.base !== query.base ? row.changes === 0 && row.label !== query.label : row.changes > 0));
  const gain = (row) => (row.base === query.base ? 5 - row.changes : 0);
  const total = (list) => list.reduce((sum, value, i) => sum + value / Math.log2(i + 2), 0);
  const ranked = others.map((row) => ({ gain: gain(row), score: dot(row.vector, query.vector) || 0 })).sort((a, b) => b.score - a.score).map((entry) => entry.gain);
  return total(ranked) / total(others.map(gain).sort((a, b) => b - a));
}

/** Spearman's rank correlation of the channels cosine with three readings of "weighted Jaccard similarity of the channel sets". */
function channelCorrelations(rows) {
  const distinct = [...new Map(rows.map((row) => [row.label, row])).values()];
  const cosines = [];
  const plain = [];
  const typed = [];
  const layered = [];
  for (let i = 0; i < distinct.length; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [distinct[i], distinct[j]];
      cosines.push(dot(a.channels, b.channels));
      plain.push(jaccard(bag(a.report, (c) => [[c.name, 1]]), bag(b.report, (c) => [[c.name, 1]])));
      const weighted = (c) => [[c.name, 2], [`${c.name}:${c.type}`, 1]];
      typed.push(jaccard(bag(a.report, weighted), bag(b.report, weighted)));
      const byLayer = (c) => [[c.name, 1], [`layer ${c.layer}`, 1]];
      layered.push(jaccard(bag(a.report, byLayer), bag(b.report, byLayer)));
    }
  }
  const ranks = ranked(cosines);
  return { spearmanPlain: pearson(ranks, ranked(plain)), spearmanTyped: pearson(ranks, ranked(typed)), spearmanLayers: pearson(ranks, ranked(layered)) };
}

function bag(report, features) {
  const out = new Map();
  for (const channel of report.channels) for (const [key, weight] of features(channel)) out.set(key, weight);
  return out;
}

function jaccard(a, b) {
  let both = 0;
  let either = 0;
  for (const [key, weight] of a) {
    both += Math.min(weight, b.get(key) ?? 0);
    either += Math.max(weight, b.get(key) ?? 0);
  }
  for (const [key, weight] of b) if (!a.has(key)) either += weight;
  return either === 0 ? 1 : both / either;
}

/** Ranks, equal values sharing the mean of theirs. */
function ranked(values) {
  const order = values.map((value, i) => [Number.isNaN(value) ? -2 : Math.round(value * 1e6) / 1e6, i]).sort((a, b) => a[0] - b[0]);
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && order[end][0] === order[start][0]) end++;
    for (let k = start; k < end; k++) ranks[order[k][1]] = (start + end - 1) / 2;
    start = end;
  }
  return ranks;
}

function pearson(a, b) {
  const [ma, mb] = [mean([...a]), mean([...b])];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += (a[i] - ma) * (b[i] - mb);
    aa += (a[i] - ma) ** 2;
    bb += (b[i] - mb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}
