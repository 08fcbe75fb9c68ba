/**
 * The labelled set: templates (renderer × show × AOV set × resolution × codec × colour tags), each with frames that differ only by noise, and
 * graded relatives that differ by one to four named changes. Everything is a function of the seed.
 */

/** mulberry32 */
export function random(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (n) => Math.floor(next() * n);
  return { next, below, pick: (list) => list[below(list.length)], hex: (n) => Array.from({ length: n }, () => below(16).toString(16)).join('') };
}

/** `count` templates, no two the same. */
export function templates(vocabulary, count, seed) {
  const rng = random(seed);
  const made = new Map();
  for (let guard = 0; made.size < count && guard < count * 50; guard++) {
    const renderer = rng.pick(vocabulary.renderers);
    const template = {
      vocabulary,
      renderer,
      version: rng.below(renderer.versions.length),
      show: rng.pick(vocabulary.shows),
      aovs: vocabulary.presets ? rng.pick(vocabulary.presets) : sample(rng, renderer.pool, 3 + rng.below(renderer.pool.length - 4)),
      resolution: rng.pick(vocabulary.resolutions),
      codec: rng.pick(vocabulary.codecs),
      colour: rng.pick(vocabulary.colours),
      tiled: rng.below(6) === 0,
      stereo: false,
      overscan: rng.below(4) === 0 ? 32 : 0,
    };
    const key = JSON.stringify([template.renderer.software, template.version, template.show, template.aovs, template.resolution, template.codec, template.colour.space, template.tiled]);
    if (!made.has(key)) made.set(key, template);
  }
  return [...made.values()];
}

const CHANGES = {
  codec: (rng, t) => ({ ...t, codec: other(rng, t.vocabulary.codecs, t.codec) }),
  resolution: (rng, t) => ({ ...t, resolution: other(rng, t.vocabulary.resolutions, t.resolution) }),
  version: (rng, t) => ({ ...t, version: (t.version + 1 + rng.below(t.renderer.versions.length - 1)) % t.renderer.versions.length }),
  aovs: (rng, t) => {
    const few = Math.max(2, Math.round(t.aovs.length * 0.15));
    const outside = t.renderer.pool.filter((aov) => !t.aovs.includes(aov));
    const kept = rng.below(2) === 0 && t.aovs.length > few + 2 ? t.aovs.slice(few) : t.aovs;
    return { ...t, aovs: kept === t.aovs ? (outside.length > 0 ? [...t.aovs, ...sample(rng, outside, few)] : t.aovs.slice(few)) : kept };
  },
};

/** `{ template, changes }` with 1…4 changes, `each` of every number. */
export function relatives(template, each, seed) {
  const rng = random(seed);
  return [1, 2, 3, 4].flatMap((number) =>
    Array.from({ length: each }, () => ({ changes: number, template: sample(rng, Object.keys(CHANGES), number).reduce((t, name) => CHANGES[name](rng, t), template) })),
  );
}

/** One frame of a template as an ExrReport, with the noise of a farm. */
export function frameOf(template, frame, rng) {
  const { vocabulary, renderer } = template;
  const [width, height] = template.resolution;
  const display = { x_min: 0, y_min: 0, x_max: width - 1, y_max: height - 1 };
  const o = template.overscan;
  const crop = rng.below(3) === 0;
  const data = crop
    ? { x_min: rng.below(width >> 2), y_min: rng.below(height >> 2), x_max: width - 1 - rng.below(width >> 2), y_max: height - 1 - rng.below(height >> 2) }
    : { x_min: -o, y_min: -o, x_max: width - 1 + o, y_max: height - 1 + o };
  const software = `${renderer.software}${renderer.join ?? ' '}${renderer.versions[template.version]}`;
  const context = { frame, rng, vocabulary, version: renderer.versions[template.version], show: template.show };
  const attributes = [
    { name: 'compression', type: 'compression', size: 1, value: template.codec },
    { name: 'software', type: 'string', size: software.length, value: software },
    { name: vocabulary.showAttribute, type: 'string', size: template.show.length, value: template.show },
    ...(template.colour.space === null ? [] : [{ name: vocabulary.colourAttribute, type: 'string', size: 8, value: template.colour.space }]),
    ...(template.colour.chromaticities === null ? [] : [{ name: 'chromaticities', type: 'chromaticities', size: 32, value: chromaticities(template.colour.chromaticities) }]),
    ...Object.entries(renderer.tokens()).map(([name, kind]) => attribute(name, kind, context)),
    { name: 'worldToCamera', type: 'm44f', size: 64, value: Array.from({ length: 16 }, () => rng.next()) },
    ...(rng.below(2) === 0 ? [{ name: 'timeCode', type: 'timecode', size: 8, value: { time_and_flags: frame, user_data: 0 } }] : []),
  ];
  const channels = [...['A', 'B', 'G', 'R'].map((component) => ({ layer: '', components: [component] })), ...template.aovs]
    .flatMap((aov) => (aov.layers ?? [aov.layer]).flatMap((layer) => aov.components.map((component) => ({ part_index: 0, name: layer === '' ? component : `${layer}.${component}`, layer, component, view: null, type: aov.type ?? 'half', x_sampling: 1, y_sampling: 1, p_linear: false }))))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const path = vocabulary.path(template.show, frame);
  return {
    schema_version: 1,
    tool: { name: 'exr-inspector', version: '0.1.0' },
    file: { path, size_bytes: 1_000_000 + rng.below(30_000_000), mtime: isoDate(rng), exr_version: 2, part_count: 1, is_multipart: false, is_deep: false, frame_number: frame, header_bytes: 4000, header_hash: rng.hex(64) },
    parts: [{
      index: 0, name: null, type: template.tiled ? 'tiledimage' : 'scanlineimage', view: null, width: data.x_max - data.x_min + 1, height: data.y_max - data.y_min + 1, data_window: data, display_window: display,
      pixel_aspect_ratio: 1, line_order: 'increasing_y', compression: template.codec, tile_width: template.tiled ? 64 : null, tile_height: template.tiled ? 64 : null, level_mode: template.tiled ? 'one_level' : null,
      rounding_mode: template.tiled ? 'round_down' : null, level_count: 1, is_deep: false, chunk_count: height, color_space: template.colour.space, software, timecode: null, frame_rate: null, attributes,
    }],
    channels,
    attributes: Object.fromEntries(attributes.map(({ name, value }) => [name, value])),
    errors: [], notes: [],
  };
}

const chromaticities = ([rx, ry, gx, gy, bx, by, wx, wy]) => ({ red: [rx, ry], green: [gx, gy], blue: [bx, by], white: [wx, wy] });
const isoDate = (rng) => new Date(Date.UTC(2026, rng.below(12), 1 + rng.below(28), rng.below(24), rng.below(60), rng.below(60))).toISOString();

/** Noise by kind; a kind without @ stands for itself. */
function attribute(name, kind, { frame, rng, vocabulary, version, show }) {
  const string = (value) => ({ name, type: 'string', size: value.length, value });
  switch (kind) {
    case '@host': return string(rng.pick(vocabulary.hosts));
    case '@date': return string(isoDate(rng).replace('T', ' ').slice(0, 19).replaceAll('-', rng.below(2) === 0 ? ':' : '-'));
    case '@clock': return string(`${rng.below(3)}:${String(rng.below(60)).padStart(2, '0')}:${String(rng.below(60)).padStart(2, '0')}.${rng.below(100)}`);
    case '@hms': return string(`${rng.below(3)}h ${rng.below(60)}m ${rng.below(60)}.${rng.below(10)}s`);
    case '@seconds': return { name, type: 'float', size: 4, value: rng.next() * 4000 };
    case '@memory': return string(`${(rng.next() * 60).toFixed(1)}GB`);
    case '@int': return { name, type: 'int', size: 4, value: rng.below(2 ** 30) };
    case '@small': return { name, type: 'int', size: 4, value: 1 + rng.below(64) };
    case '@epoch': return { name, type: 'string', size: 10, value: String(1_790_000_000 + rng.below(9_000_000)) };
    case '@frame': return { name, type: 'int', size: 4, value: frame };
    case '@hash': return string(rng.hex(16));
    case '@ticket': return string(`TK-${rng.hex(4)}-${rng.below(100000)}`);
    case '@path': return string(vocabulary.path(show, frame));
    case '@json': return string(JSON.stringify({ seconds: rng.next() * 900, host: rng.pick(vocabulary.hosts), rays: rng.below(1e9) }));
    case '@sentence': return string(`rendered frame ${frame} on ${rng.pick(vocabulary.hosts)} in ${rng.below(90)} minutes`);
    case '@matrix': return { name, type: 'm44f', size: 64, value: Array.from({ length: 16 }, () => rng.next()) };
    case '@version': return string(version);
    default: return typeof kind === 'number' ? { name, type: 'int', size: 4, value: kind } : string(kind);
  }
}

function sample(rng, list, count) {
  const left = [...list];
  return Array.from({ length: Math.min(count, left.length) }, () => left.splice(rng.below(left.length), 1)[0]);
}

function other(rng, list, not) {
  for (;;) {
    const found = rng.pick(list);
    if (found !== not) return found;
  }
}
