/** What every ExrStore must do, as tests: `storeContract('DuckDB', openFresh)`. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExrReport, ReportAttribute } from '../report/index.ts';
import { fileIdOf } from './identity.ts';
import type { InspectedFile } from './rows.ts';
import type { ExrRow, ExrStore, StoreFilter } from './types.ts';

export interface SampleOptions {
  readonly frame?: number;
  readonly name?: string;
  readonly codec?: string;
  readonly width?: number;
  readonly channels?: readonly string[];
  readonly attributes?: Readonly<Record<string, string | number>>;
  readonly software?: string | null;
  readonly colorSpace?: string | null;
  readonly size?: number;
  readonly mtime?: string;
  readonly hash?: string;
  readonly errors?: ExrReport['errors'];
  readonly notes?: ExrReport['notes'];
  readonly unreadable?: boolean;
  readonly stats?: boolean;
  readonly observedAt?: string;
  readonly sequencer?: string;
  readonly etag?: string;
  readonly event?: string;
  readonly bucket?: string | null;
  readonly folder?: string;
}

/** A small report with its identity. */
export function sample(options: SampleOptions = {}): InspectedFile {
  const { frame = 1001, name = 'beauty', codec = 'zip', width = 1920, channels = ['R', 'G', 'B', 'A'], software = 'Arnold 7.2.1.0', colorSpace = 'ACEScg', size = 1000, mtime = '2026-03-01T10:00:00.000Z', folder = '/jobs/abc' } = options;
  const path = `${folder}/${name}.${frame}.exr`;
  const window = { x_min: 0, y_min: 0, x_max: width - 1, y_max: Math.floor((width * 9) / 16) - 1 };
  const attributes: ReportAttribute[] = [
    { name: 'compression', type: 'compression', size: 1, value: codec },
    ...Object.entries(options.attributes ?? { owner: 'Zoë' }).map(([key, value]): ReportAttribute => ({ name: key, type: typeof value === 'number' ? 'int' : 'string', size: 4, value })),
  ];
  const report: ExrReport = {
    schema_version: 1, tool: { name: 'exr-inspector', version: '0.1.0' },
    file: { path, size_bytes: size, mtime, exr_version: options.unreadable ? null : 2, part_count: options.unreadable ? 0 : 1, is_multipart: false, is_deep: false, frame_number: frame, header_bytes: options.unreadable ? null : 400, header_hash: options.unreadable ? null : (options.hash ?? 'aa') },
    parts: options.unreadable ? [] : [{
      index: 0, name: null, type: 'scanlineimage', view: null, width, height: window.y_max + 1, data_window: window, display_window: window, pixel_aspect_ratio: 1, line_order: 'increasing_y', compression: codec, tile_width: null, tile_height: null,
      level_mode: null, rounding_mode: null, level_count: 1, is_deep: false, chunk_count: 68, color_space: colorSpace, software, timecode: null, frame_rate: 24, attributes,
    }],
    channels: options.unreadable ? [] : channels.map((channel) => {
      const dot = channel.lastIndexOf('.');
      return { part_index: 0, name: channel, layer: dot < 0 ? '' : channel.slice(0, dot), component: channel.slice(dot + 1), view: null, type: 'half' as const, x_sampling: 1, y_sampling: 1, p_linear: false };
    }),
    attributes: Object.fromEntries(attributes.map(({ name: key, value }) => [key, value])),
    ...(options.stats ? { stats: { parts: [{ index: 0, partial: false, skipped: [], channels: channels.map((channel) => ({ name: channel, count: 4, nan: 1, pos_inf: 0, neg_inf: 0, zero: 1, negative: 0, min: 0, max: 2, mean: 1, stddev: 0.5, p01: 0, p50: 1, p99: 2 })) }] } } : {}),
    errors: options.unreadable ? [{ code: 'NOT_EXR', kind: 'format', message: `${path}: begins with 68656c6c, expected 762f3101`, where: {} }] : (options.errors ?? []),
    notes: options.notes ?? [],
  };
  return { report, identity: { bucket: options.bucket ?? null, path, sizeBytes: size, mtime, ...(options.observedAt ? { observedAt: options.observedAt } : {}), ...(options.sequencer ? { sequencer: options.sequencer } : {}), ...(options.etag ? { etag: options.etag } : {}), ...(options.event ? { event: options.event } : {}) } };
}

const DAY = (day: number): string => `2026-05-${String(day).padStart(2, '0')}T00:00:00.000Z`;

export interface ContractSubject {
  readonly store: ExrStore;
  /** Rows of a table as the store holds them. */
  readonly rows: (table: 'files' | 'parts' | 'channels' | 'attributes' | 'stats' | 'findings') => Promise<Record<string, unknown>[]>;
  readonly dispose: () => Promise<void>;
}

export function storeContract(name: string, open: () => Promise<ContractSubject>): void {
  describe(`${name} as a store`, () => {
    let subject: ContractSubject;
    beforeEach(async () => {
      subject = await open();
    });
    afterEach(() => subject.dispose());
    const found = async (filter: StoreFilter & { collapse?: boolean; limit?: number } = {}): Promise<ExrRow[]> => {
      const rows: ExrRow[] = [];
      for await (const row of subject.store.query(filter)) rows.push(row);
      return rows;
    };
    const paths = async (filter: StoreFilter): Promise<string[]> => (await found(filter)).map(({ path }) => path.replace('/jobs/abc/', ''));

    it('keeps every table of a new file', async () => {
      expect(await subject.store.put([sample({ stats: true })])).toMatchObject({ inserted: 1, replaced: 0, unchanged: 0, stale: 0, outcomes: ['new'] });
      expect(await subject.rows('files')).toMatchObject([{ file_path: '/jobs/abc/beauty.1001.exr', status: 'ok', inspection_count: 1, channel_count: 4, sequence: '/jobs/abc/beauty.####.exr', frame_number: 1001 }]);
      expect(await subject.rows('parts')).toMatchObject([{ compression: 'zip', width: 1920, color_space: 'ACEScg', render_software: 'Arnold 7.2.1.0' }]);
      expect((await subject.rows('channels')).map((row) => row['channel_name']).sort()).toEqual(['A', 'B', 'G', 'R']);
      expect((await subject.rows('attributes')).find((row) => row['attr_name'] === 'owner')).toMatchObject({ value_text: 'Zoë', value_json: '"Zoë"' });
      expect(await subject.rows('stats')).toHaveLength(4);
    });

    it('moves nothing but the count and the moment when a file has not changed', async () => {
      await subject.store.put([sample({ observedAt: DAY(1) })]);
      const before = await subject.rows('files');
      expect(await subject.store.put([sample({ observedAt: DAY(2) })])).toMatchObject({ inserted: 0, unchanged: 1 });
      const [after] = await subject.rows('files');
      expect(after).toEqual({ ...before[0], inspection_count: 2, last_inspected: DAY(2) });
      expect(await subject.rows('parts')).toHaveLength(1);
      expect(await subject.store.touch([fileIdOf(sample().identity), 'unknown'])).toBe(1);
      expect((await subject.rows('files'))[0]!['inspection_count']).toBe(3);
    });

    it('replaces every row of a changed file', async () => {
      await subject.store.put([sample({ channels: ['R', 'G', 'B', 'A', 'Z'], stats: true, observedAt: DAY(1) }), sample({ frame: 1002 })]);
      const result = await subject.store.put([sample({ size: 2000, hash: 'bb', channels: ['Y'], codec: 'dwaa', attributes: {}, observedAt: DAY(2) })]);
      expect(result).toMatchObject({ replaced: 1, outcomes: ['changed'] });
      const id = fileIdOf(sample().identity);
      const own = async (table: 'parts' | 'channels' | 'attributes' | 'stats'): Promise<Record<string, unknown>[]> => (await subject.rows(table)).filter((row) => row['file_id'] === id);
      expect(await own('channels')).toMatchObject([{ channel_name: 'Y' }]);
      expect(await own('parts')).toMatchObject([{ compression: 'dwaa' }]);
      expect(await own('attributes')).toHaveLength(1);
      expect(await own('stats')).toHaveLength(0);
      expect((await subject.rows('files')).find((row) => row['file_id'] === id)).toMatchObject({ inspection_count: 2, first_seen: DAY(1), last_inspected: DAY(2), size_bytes: 2000 });
    });

    it('counts an event once, however often it is delivered', async () => {
      const at = (event: string, day: number, more: Partial<SampleOptions> = {}): InspectedFile => sample({ event, observedAt: DAY(day), bucket: 'b', folder: 'shots', etag: 'e', ...more });
      expect(await subject.store.put([at('a', 1), at('a', 1)])).toMatchObject({ inserted: 1, repeated: 1, outcomes: ['new', 'repeated'] });
      const before = await subject.rows('files');
      expect(before).toMatchObject([{ inspection_count: 1, events: 'a' }]);
      expect(await subject.store.put([at('a', 2)])).toMatchObject({ repeated: 1, unchanged: 0 });
      expect(await subject.rows('files')).toEqual(before);
      expect(await subject.store.put([at('b', 3), at('a', 3), at('b', 3)])).toMatchObject({ outcomes: ['unchanged', 'repeated', 'repeated'] });
      expect(await subject.rows('files')).toMatchObject([{ inspection_count: 2, last_inspected: DAY(3), events: 'b a' }]);
      // A new version remembers the events of the last; a list that grew too long drops the oldest.
      expect(await subject.store.put([at('c', 4, { etag: 'f', hash: 'cc' }), at('b', 4, { etag: 'f', hash: 'cc' })])).toMatchObject({ outcomes: ['changed', 'repeated'] });
      expect(await subject.rows('files')).toMatchObject([{ inspection_count: 3, events: 'c b a' }]);
      for (let i = 0; i < 16; i++) await subject.store.put([at(`n${i}`, 5 + i, { etag: 'f', hash: 'cc' })]);
      expect(((await subject.rows('files'))[0]!['events'] as string).split(' ')).toEqual(Array.from({ length: 16 }, (_, i) => `n${15 - i}`));
    });

    it('names the failed, those first that were looked at longest ago', async () => {
      const failed = (frame: number, day: number): InspectedFile => sample({ frame, unreadable: true, observedAt: DAY(day) });
      await subject.store.put([failed(1, 3), failed(2, 1), failed(3, 2), sample({ frame: 4 }), failed(5, 4)]);
      const names = async (limit: number): Promise<string[]> => (await subject.store.suspects('failed', { limit })).map(({ path, lastInspected }) => `${path.slice(-8)} ${lastInspected}`);
      expect(await names(3)).toEqual([`ty.2.exr ${DAY(1)}`, `ty.3.exr ${DAY(2)}`, `ty.1.exr ${DAY(3)}`]);
      expect(await names(100)).toHaveLength(4);
      expect(await subject.store.suspects('doubled')).toEqual([]);
    });

    it('forgets old tombstones, and only those', async () => {
      await subject.store.put([sample({ frame: 1, observedAt: DAY(1) }), sample({ frame: 2, observedAt: DAY(1) }), sample({ frame: 3, observedAt: DAY(1) })]);
      for (const [frame, day] of [[1, 2], [2, 4]] as const) await subject.store.remove([{ ...sample({ frame }).identity, observedAt: DAY(day) }]);
      expect(await subject.store.purge(DAY(3))).toBe(1);
      expect(await subject.store.purge(DAY(3))).toBe(0);
      expect((await subject.rows('files')).map((row) => [row['frame_number'], row['status']]).sort()).toEqual([[null, 'deleted'], [3, 'ok']]);
      expect(await subject.store.purge(DAY(9), { limit: 5 })).toBe(1);
    });

    it('gives an unchanged version the latest sequencer that named it', async () => {
      const object = (sequencer: string): InspectedFile => sample({ bucket: 'b', folder: 'shots', etag: 'e', sequencer });
      await subject.store.put([object('0010')]);
      await subject.store.put([object('0030')]);
      await subject.store.put([object('0020')]);
      expect(await subject.rows('files')).toMatchObject([{ sequencer: '0030', inspection_count: 3 }]);
      expect(await subject.store.remove([{ bucket: 'b', path: 'shots/beauty.1001.exr', sequencer: '0025' }])).toBe(0);
      expect(await subject.store.remove([{ bucket: 'b', path: 'shots/beauty.1001.exr', sequencer: '0031' }])).toBe(1);
    });

    it('lets no older version overwrite a newer one', async () => {
      const object = (sequencer: string, mtime: string, hash: string): InspectedFile => sample({ bucket: 'b', folder: 'shots', sequencer, mtime, hash });
      await subject.store.put([object('0055', DAY(5), 'new')]);
      expect(await subject.store.put([object('0044', DAY(4), 'old')])).toMatchObject({ stale: 1, outcomes: ['stale'] });
      expect((await subject.rows('files'))[0]).toMatchObject({ header_hash: 'new', inspection_count: 1 });
      expect(await subject.store.remove([{ bucket: 'b', path: 'shots/beauty.1001.exr', sequencer: '0050' }])).toBe(0);
      expect((await subject.rows('files'))[0]).toMatchObject({ status: 'ok' });
    });

    it('tells a bucket from another and from the host', async () => {
      await subject.store.put([sample(), sample({ bucket: 'a' }), sample({ bucket: 'b' })]);
      expect(await found()).toHaveLength(3);
    });

    it('takes the same file twice in one batch', async () => {
      expect(await subject.store.put([sample({ hash: '1', observedAt: DAY(1) }), sample({ hash: '1', observedAt: DAY(2) }), sample({ hash: '2', size: 7, observedAt: DAY(3) })])).toMatchObject({ outcomes: ['new', 'unchanged', 'changed'] });
      expect(await subject.rows('files')).toMatchObject([{ header_hash: '2', inspection_count: 3 }]);
      expect(await subject.rows('parts')).toHaveLength(1);
    });

    it('adds statistics to a file that had none, and keeps them when looked at without', async () => {
      await subject.store.put([sample({ observedAt: DAY(1) })]);
      expect(await subject.store.put([sample({ stats: true, observedAt: DAY(2) })])).toMatchObject({ replaced: 1 });
      expect(await subject.store.put([sample({ observedAt: DAY(3) })])).toMatchObject({ unchanged: 1 });
      expect(await subject.rows('stats')).toHaveLength(4);
    });

    it('leaves a tombstone, once, and takes the file back', async () => {
      await subject.store.put([sample({ observedAt: DAY(1) })]);
      const gone = { ...sample().identity, observedAt: DAY(2) };
      expect(await subject.store.remove([gone, { bucket: null, path: '/never/seen.exr' }])).toBe(1);
      expect(await subject.store.remove([gone])).toBe(0);
      expect(await subject.rows('files')).toMatchObject([{ status: 'deleted', deleted_at: DAY(2), first_seen: DAY(1), file_path: '/jobs/abc/beauty.1001.exr' }]);
      expect(await subject.rows('channels')).toHaveLength(0);
      expect(await found()).toHaveLength(0);
      expect(await found({ deleted: true })).toHaveLength(1);
      await subject.store.put([sample({ observedAt: DAY(3) })]);
      expect(await found()).toMatchObject([{ status: 'ok' }]);
      expect(await subject.rows('files')).toHaveLength(1);
    });

    it('keeps files that could not be read, with their error', async () => {
      await subject.store.put([sample({ unreadable: true }), sample({ frame: 1002, errors: [{ code: 'BAD_OFFSET_TABLE', kind: 'format', message: 'x', where: {} }] })]);
      expect(await found()).toMatchObject([{ status: 'error', error: expect.stringContaining('expected 762f3101'), width: null }, { status: 'partial', width: 1920 }]);
      expect(await paths({ where: "status = 'error'" })).toEqual(['beauty.1001.exr']);
      expect((await subject.rows('files')).find((row) => row['status'] === 'error')!['metadata_embedding'] ?? null).toBeNull();
      expect((await subject.rows('files')).find((row) => row['status'] === 'partial')!['metadata_embedding']).not.toBeNull();
    });

    it('keeps notes beside a status of ok, and finds by them', async () => {
      const note = (code: 'LONG_NAME' | 'CHUNK_COUNT', message: string) => ({ code, message, where: {} });
      await subject.store.put([sample({ notes: [note('LONG_NAME', 'first'), note('CHUNK_COUNT', 'second'), note('LONG_NAME', 'third')] }), sample({ frame: 1002 })]);
      expect(await found()).toMatchObject([{ status: 'ok' }, { status: 'ok' }]);
      expect((await subject.rows('files')).map((row) => [row['note_codes'] ?? null, row['note_message'] ?? null]).sort()).toEqual([['CHUNK_COUNT,LONG_NAME', 'first'], [null, null]].sort());
      expect(await paths({ where: "note like '%LONG_NAME%'" })).toEqual(['beauty.1001.exr']);
    });

    it('finds by what people ask for', async () => {
      await subject.store.put([
        sample({ frame: 1, name: 'a', codec: 'none', width: 4096 }), sample({ frame: 1, name: 'b', codec: 'none', width: 1920, channels: ['R', 'crypto_object00.R'], mtime: '2026-01-01T00:00:00.000Z' }),
        sample({ frame: 1, name: 'c', software: 'Nuke 14.0v5', colorSpace: null, attributes: { owner: "O'Brien", take: 7 } }),
      ].map((file, i) => ({ ...file, identity: { ...file.identity, path: `/jobs/abc/${'abc'[i]}.exr` } })));
      expect(await paths({ where: "compression = 'none' and width >= 4096" })).toEqual(['a.exr']);
      expect(await paths({ where: 'compression = none and not (width >= 4096)' })).toEqual(['b.exr']);
      expect(await paths({ where: "color_space is null or software like 'Houdini%'" })).toEqual(['c.exr']);
      expect(await paths({ where: "attribute('owner') = 'O''Brien' and attribute('take') > 6" })).toEqual(['c.exr']);
      expect(await paths({ channels: ['crypto*'] })).toEqual(['b.exr']);
      expect(await paths({ missingChannels: ['A'] })).toEqual(['b.exr']);
      expect(await paths({ attributes: [{ name: 'owner', value: "O'B*" }] })).toEqual(['c.exr']);
      expect(await paths({ software: 'nuke' })).toEqual(['c.exr']);
      expect(await paths({ colorSpace: 'acescg', since: '2026-02-01T00:00:00.000Z' })).toEqual(['a.exr']);
      expect(await paths({ under: '/jobs/abc' })).toHaveLength(3);
      expect(await paths({ under: '/jobs/ab' })).toHaveLength(0);
    });

    it('collapses sequences and counts their gaps', async () => {
      await subject.store.put([1001, 1002, 1004].map((frame) => sample({ frame })).concat(sample({ name: 'other', frame: 1001 })));
      expect(await found({ collapse: true })).toMatchObject([{ path: '/jobs/abc/beauty.####.exr', files: 3, first_frame: 1001, last_frame: 1004, missing_frames: 1, size_bytes: 3000 }, { path: '/jobs/abc/other.1001.exr', files: 1 }]);
      expect(await found({ limit: 2 })).toHaveLength(2);
    });

    it('counts gaps among the frames that exist, and says what not all frames have', async () => {
      const frames = [1001, 1002, 1004, 1005, 1006].map((frame) => sample({ frame, codec: frame === 1002 || frame === 1005 ? 'piz' : 'zip', ...(frame === 1006 && { width: 2048 }) }));
      await subject.store.put([...frames, sample({ name: 'still', frame: 7 })]);
      const [whole] = await found({ collapse: true, where: "file_name like 'beauty%'" });
      expect(whole).toMatchObject({
        path: '/jobs/abc/beauty.####.exr', files: 5, sequence_files: 5, frames: '1001-1002,1004-1006', missing_frames: 1, compression: 'mixed', display_width: null, width: null, channels: 4, software: 'Arnold 7.2.1.0',
        mixed: { compression: [{ value: 'zip', files: 3, frames: '1001,1004,1006' }, { value: 'piz', files: 2, frames: '1002,1005' }], display_width: [{ value: 1920, files: 4 }, { value: 2048, files: 1, frames: '1006' }] },
      });
      expect(Object.keys(whole!.mixed!)).toEqual(['display_width', 'display_height', 'compression']);
      const [some] = await found({ collapse: true, where: "compression = 'piz'" });
      expect(some).toMatchObject({ path: '/jobs/abc/beauty.####.exr', files: 2, sequence_files: 5, frames: '1002,1005', missing_frames: 1, compression: 'piz', display_width: 1920 });
      expect(some).not.toHaveProperty('mixed');
      const [one] = await found({ collapse: true, where: 'width = 2048' });
      expect(one).toMatchObject({ path: '/jobs/abc/beauty.1006.exr', files: 1, sequence_files: 5, frames: '1006' });
    });

    it('groups as core does: numbers that grow by a digit, single digits beside each other, never versions', async () => {
      await subject.store.put([9998, 9999, 10000, 8, 9].map((frame) => sample({ frame, name: 'grow' })).concat([1, 2].map((frame) => sample({ frame, name: 'few' })), [1, 2].map((frame) => sample({ frame, name: `v_v00${frame}` }))));
      expect((await found({ collapse: true })).map(({ path, files }) => [path, files])).toEqual([
        ['/jobs/abc/few.#.exr', 2], ['/jobs/abc/grow.#.exr', 5], ['/jobs/abc/v_v001.1.exr', 1], ['/jobs/abc/v_v002.2.exr', 1],
      ]);
    });

    it('finds layers that only the name of a part says', async () => {
      const plain = sample({ frame: 1 });
      const [part] = plain.report.parts;
      const parts = [part!, { ...part!, index: 1, name: 'diffuse_indirect' }];
      const channels = [...plain.report.channels, ...plain.report.channels.map((channel) => ({ ...channel, part_index: 1 }))];
      await subject.store.put([{ ...plain, report: { ...plain.report, parts, channels } }, sample({ frame: 2 })]);
      expect((await found({ channels: ['diffuse_indirect.R'] })).map(({ path }) => path)).toEqual(['/jobs/abc/beauty.1.exr']);
      expect((await found({ channels: ['R'] })).length).toBe(2);
      expect((await found({ missingChannels: ['diffuse*'] })).map(({ path }) => path)).toEqual(['/jobs/abc/beauty.2.exr']);
    });

    it('names programs of the places that somebody may see, and no others', async () => {
      await subject.store.put([sample({ folder: '/jobs/open', software: 'Krita' }), sample({ folder: '/jobs/closed', software: 'Secret 1.0', channels: ['hidden_pass.R'] })]);
      const seen = await subject.store.vocabulary({ within: [{ bucket: null, path: '/jobs/open' }] });
      expect([...(seen.software ?? [])]).toEqual(['Krita']);
      expect([...(seen.channels ?? [])].filter((name) => name.startsWith('hidden'))).toEqual([]);
      expect([...((await subject.store.vocabulary()).software ?? [])].sort()).toEqual(['Krita', 'Secret 1.0']);
    });

    it('ranks the similar, with reasons and filters', async () => {
      await subject.store.put([sample({ frame: 1002 }), sample({ name: 'codec', codec: 'dwaa' }), sample({ name: 'nuke', software: 'Nuke 14.0v5', codec: 'piz', width: 4096, colorSpace: 'sRGB', channels: ['Y'] }), sample({ name: 'bad', unreadable: true })]);
      const matches = await subject.store.similar({ to: sample().report });
      expect(matches.map(({ row }) => row.path)).toEqual(['beauty.1002.exr', 'codec.1001.exr', 'nuke.1001.exr'].map((path) => `/jobs/abc/${path}`));
      expect(matches[0]!.similarity).toBeCloseTo(1, 5);
      expect(matches[1]!.apart.map(({ text }) => text)).toContain('codec dwaa');
      expect(await subject.store.similar({ to: sample().report, where: 'codec = piz', limit: 1 })).toMatchObject([{ row: { path: '/jobs/abc/nuke.1001.exr' } }]);
      expect((await subject.store.similar({ to: 'Nuke in PIZ', by: 'metadata' }))[0]!.row.path).toBe('/jobs/abc/nuke.1001.exr');
      expect((await subject.store.similar({ to: sample({ channels: ['Y'] }).report, by: 'channels' }))[0]!.row.path).toBe('/jobs/abc/nuke.1001.exr');
    });

    it('knows what lies below a folder', async () => {
      await subject.store.put([sample(), sample({ folder: '/jobs/abcd' }), sample({ bucket: 'b', folder: 'jobs' })]);
      expect((await subject.store.known({ bucket: null, path: '/jobs/abc' })).map(({ path }) => path)).toEqual(['/jobs/abc/beauty.1001.exr']);
      expect((await subject.store.known(null)).map(({ version }) => version)).toEqual(Array(3).fill('1000@2026-03-01T10:00:00.000Z'));
      expect((await found({ bucket: 'b' })).map(({ bucket, path }) => [bucket, path])).toEqual([['b', 'jobs/beauty.1001.exr']]);
      expect(await found({ bucket: 'b', under: 'jobs/' })).toHaveLength(1);
      expect(await found({ bucket: 'b', under: 'job' })).toHaveLength(0);
      expect(await found({ bucket: 'other' })).toHaveLength(0);
    });

    it('shows nothing outside the places that somebody may see', async () => {
      const at = (bucket: string | null, path: string): InspectedFile => ({ ...sample(), identity: { ...sample().identity, bucket, path } });
      await subject.store.put([
        at(null, '/jobs/abc/a.exr'), at(null, '/jobs/abcd/b.exr'), at(null, '/jobs/abc/../secret/c.exr'), at('b', 'jobs/abc/d.exr'), at('b', 'jobs/abcd/e.exr'), at('b', 'jobs/abc/../f.exr'), at('other', 'jobs/abc/g.exr'), at('b', '/jobs/abc/h.exr'),
      ]);
      const seen = async (within: StoreFilter['within'], more: StoreFilter = {}): Promise<string[]> => (await found({ ...more, within })).map(({ path }) => path.split('/').pop()!);
      expect(await seen([{ bucket: null, path: '/jobs/abc' }])).toEqual(['a.exr']);
      expect(await seen([{ bucket: null, path: '/jobs/abc/' }, { bucket: 'b', path: 'jobs/abc/' }])).toEqual(['a.exr', 'd.exr']);
      expect(await seen([{ bucket: 'other', path: '' }])).toEqual(['g.exr']);
      expect((await seen([{ bucket: null, path: '/' }])).sort()).toEqual(['a.exr', 'b.exr', 'c.exr']);
      expect(await seen([])).toEqual([]);
      expect(await seen([{ bucket: null, path: '/jobs/abc' }], { under: '/jobs' })).toEqual(['a.exr']);
      expect(await seen([{ bucket: null, path: '/jobs/abc' }], { where: 'width > 0 or width is null', bucket: 'b' })).toEqual([]);
      const near = async (filter: StoreFilter): Promise<string[]> => (await subject.store.similar({ to: sample().report, collapse: false, ...filter })).map(({ row }) => row.path.split('/').pop()!);
      expect(await near({ within: [{ bucket: 'b', path: 'jobs/abc' }] })).toEqual(['d.exr']);
      expect(await near({ within: [] })).toEqual([]);
      expect(await near({ bucket: 'other' })).toEqual(['g.exr']);
    });

    it('takes paths and texts with anything in them', async () => {
      const odd = ["/a/it's \"quoted\".exr", '/a/new\nline.exr', '/a/lone\ud800surrogate.exr', "/a/'; DROP TABLE files; --.exr", '/a/%_*?.exr', '/ü/日本.exr'];
      await subject.store.put(odd.map((path) => ({ ...sample({ attributes: { comments: path, 'na\'me"': 'x' } }), identity: { ...sample().identity, path } })));
      expect((await found()).map(({ path }) => path).sort()).toEqual(odd.map((path) => path.replace('\ud800', '\ufffd')).sort());
      expect(await found({ attributes: [{ name: 'na\'me"' }] })).toHaveLength(odd.length);
      expect(await found({ attributes: [{ name: 'comments', value: "*'; DROP*" }] })).toHaveLength(1);
    });

    it('does nothing of a put that is cancelled, and says why', async () => {
      const reason = new Error('enough');
      await expect(subject.store.put([sample()], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      await subject.store.put([sample({ frame: 7000 })]);
      expect(await found()).toHaveLength(1);
    });

    it('refuses to work after it was closed', async () => {
      await subject.store.close();
      await expect(subject.store.put([sample()])).rejects.toMatchObject({ code: 'CLOSED' });
    });
  });
}
