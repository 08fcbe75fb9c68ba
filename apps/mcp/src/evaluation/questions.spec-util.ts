/**
 * Questions as people ask them of an assistant, about files in test-fixtures (and frames copied from them): each with the answer, by another implementation
 * or by how the file was made, and the calls that a client makes who follows the tools' descriptions. evaluation.test.ts counts the calls: at most three.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Question {
  readonly question: string;
  readonly expected: unknown;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly solve: (ask: (tool: string, args: Record<string, unknown>) => Promise<any>) => Promise<unknown>;
}

interface Oracle {
  readonly parts: readonly {
    readonly levels: readonly { readonly width: number; readonly height: number; readonly channels: Readonly<Record<string, { readonly min: number; readonly max: number; readonly mean: number; readonly nan: number; readonly inf: number }>> }[];
    readonly deepSamples?: { readonly total: number; readonly max: number; readonly emptyPixels: number };
    readonly tile: readonly [number, number] | null;
  }[];
  readonly missing_lines?: readonly { readonly y_min: number; readonly y_max: number }[];
  readonly missing: { readonly lines: readonly (readonly [number, number])[]; readonly tiles: readonly (readonly [number, number, number, number])[] };
}

interface Named {
  readonly name: string;
}

const named = <T extends Named>(list: readonly T[], name: string): T => list.find((each) => each.name === name)!;
const region = (x: number, y: number) => ({ x_min: x, y_min: y, x_max: x, y_max: y });
const digits = (value: number): string => value.toPrecision(10);

/** `fixtures`: where the oracles lie. Paths are those that exr_find lists; shot/ has frames 1001 to 1008 without 1003, see evaluation.test.ts. */
export function questions(fixtures: string): Question[] {
  const oracle = (file: string): Oracle => JSON.parse(readFileSync(join(fixtures, `${file}.expected.json`), 'utf8')) as Oracle;
  return [
    { question: 'Which parts does multipart_3.exr have?', expected: ['beauty', 'crop', 'wide'], solve: async (ask) => (await ask('exr_summary', { path: 'multipart_3.exr' })).parts.map(({ name }: Named) => name) },
    { question: 'Which part of multipart_3.exr is compressed with PIZ?', expected: 'crop', solve: async (ask) => (await ask('exr_summary', { path: 'multipart_3.exr' })).parts.find(({ compression }: { compression: string }) => compression === 'piz').name },
    { question: 'Which scan lines does incomplete_scan_zip.exr lack?', expected: oracle('incomplete_scan_zip').missing.lines.map(([from, to]) => `lines ${from}-${to}`), solve: async (ask) => (await ask('exr_structure', { path: 'incomplete_scan_zip.exr' })).parts[0].missing },
    {
      question: 'Which lines of damaged/t4_never_written.exr were never written?', expected: oracle('damaged/t4_never_written').missing_lines!.map(({ y_min: from, y_max: to }) => `lines ${from}-${to}`),
      solve: async (ask) => (await ask('exr_structure', { path: 'damaged/t4_never_written.exr' })).parts[0].missing,
    },
    { question: 'How many of the tiles of incomplete_tiles_zip.exr were written?', expected: [4, 24], solve: async (ask) => { const [part] = (await ask('exr_structure', { path: 'incomplete_tiles_zip.exr' })).parts; return [part.present, part.chunks]; } },
    {
      question: 'At which mipmap levels does incomplete_mip_piz.exr lack tiles?', expected: [...new Set(oracle('incomplete_mip_piz').missing.tiles.map(([, , level]) => level))].sort(),
      solve: async (ask) => [...new Set(tilesOf((await ask('exr_structure', { path: 'incomplete_mip_piz.exr' })).parts[0].missing).map(({ level }) => level))].sort(),
    },
    { question: 'Where is the NaN in float_naninf_zip.exr, and in which channel?', expected: ['R', 0, 0], solve: async (ask) => (await ask('exr_stats', { path: 'float_naninf_zip.exr' })).channels.filter(({ nan }: { nan: number }) => nan > 0).flatMap((each: { name: string; nonfinite_at: { x: number; y: number }[] }) => [each.name, each.nonfinite_at[0]!.x, each.nonfinite_at[0]!.y]) },
    {
      question: 'Which channels of half_naninf_piz.exr have infinite values?', expected: Object.entries(oracle('half_naninf_piz').parts[0]!.levels[0]!.channels).filter(([, { inf }]) => inf > 0).map(([name]) => name).sort(),
      solve: async (ask) => (await ask('exr_stats', { path: 'half_naninf_piz.exr' })).channels.filter((each: { pos_inf: number; neg_inf: number }) => each.pos_inf + each.neg_inf > 0).map(({ name }: Named) => name).sort(),
    },
    { question: 'What colour space is attributes_all.exr in?', expected: 'lin_ap1_scene', solve: async (ask) => (await ask('exr_summary', { path: 'attributes_all.exr' })).parts[0].color_space },
    { question: 'What is the timecode of attributes_all.exr, and is it drop-frame?', expected: ['01:02:03;04', true], solve: async (ask) => { const { timecode } = (await ask('exr_summary', { path: 'attributes_all.exr' })).parts[0]; return [timecode, timecode.includes(';')]; } },
    { question: 'Which AOVs does mixed_layers_zip.exr have that scan_half_rgba_zip.exr has not?', expected: ['N', 'depth', 'diffuse', 'object'], solve: async (ask) => [...new Set((await ask('exr_compare', { before: 'scan_half_rgba_zip.exr', after: 'mixed_layers_zip.exr', stats: false })).differences.filter(({ kind, before }: { kind: string; before: unknown }) => kind === 'channel' && before === null).map(({ name }: Named) => name.split('.')[0]))].sort() },
    { question: 'Which frames of the sequence in shot are missing?', expected: '1003', solve: async (ask) => (await ask('exr_find', { folder: 'shot' })).found[0].missing },
    { question: 'Which frame of shot was not rendered to its end?', expected: [1005], solve: async (ask) => (await ask('exr_structure', { path: 'shot/a.####.exr' })).files.filter(({ verdict }: { verdict: string }) => ['incomplete', 'in progress'].includes(verdict)).map(({ frame }: { frame: number }) => frame) },
    { question: 'Which frames of shot have NaN or infinite values?', expected: [1007], solve: async (ask) => (await ask('exr_stats', { path: 'shot/a.####.exr' })).files.filter(({ nan, inf }: { nan: number; inf: number }) => nan + inf > 0).map(({ frame }: { frame: number }) => frame) },
    { question: 'Which frame of shot is no EXR file at all, and what is it?', expected: [1008, true], solve: async (ask) => { const [file] = (await ask('exr_structure', { path: 'shot/a.####.exr' })).files.filter(({ verdict }: { verdict: string }) => verdict === 'not an EXR'); return [file.frame, file.reason.includes('PNG')]; } },
    { question: 'Which views does multiview_stereo.exr have?', expected: ['left', 'right'], solve: async (ask) => (await ask('exr_attributes', { path: 'multiview_stereo.exr', match: 'multiView' })).attributes[0].value },
    { question: 'What is the brightest red value in the part "wide" of multipart_3.exr?', expected: digits(oracle('multipart_3').parts[2]!.levels[0]!.channels['R']!.max), solve: async (ask) => {
      const { parts } = await ask('exr_summary', { path: 'multipart_3.exr' });
      const { channels } = await ask('exr_stats', { path: 'multipart_3.exr', part: parts.find(({ name }: Named) => name === 'wide').index, channels: ['R'] });
      return digits(channels[0].max);
    } },
    { question: 'How many deep samples has deep_scan_zips.exr, and at most in one pixel?', expected: [oracle('deep_scan_zips').parts[0]!.deepSamples!.total, oracle('deep_scan_zips').parts[0]!.deepSamples!.max], solve: async (ask) => { const [deep] = (await ask('exr_stats', { path: 'deep_scan_zips.exr' })).deep; return [deep.total_samples, deep.max_samples]; } },
    { question: 'Which lines of damaged/t8_data.exr hold damaged data?', expected: ['lines 28-43'], solve: async (ask) => (await ask('exr_structure', { path: 'damaged/t8_data.exr', check: 'decode' })).parts[0].broken },
    { question: 'Was damaged/t6_truncated.exr copied wholly?', expected: 'truncated', solve: async (ask) => (await ask('exr_structure', { path: 'damaged/t6_truncated.exr' })).verdict },
    { question: 'How many files in damaged are whole?', expected: 3, solve: async (ask) => (await ask('exr_structure', { path: 'damaged' })).counts.ok },
    { question: 'Which id does the object "obj10" have in idmanifest.exr?', expected: '71', solve: async (ask) => (await ask('exr_attributes', { path: 'idmanifest.exr', ids: 'obj10 *' })).ids[0].id },
    { question: 'Which material has the object with id 99 in idmanifest.exr?', expected: 'wood', solve: async (ask) => (await ask('exr_attributes', { path: 'idmanifest.exr', ids: '*' })).ids.find(({ id }: { id: string }) => id === '99').name.split(' / ')[1] },
    { question: 'How large are the tiles of tile_half_rgba_zip.exr?', expected: '32x16', solve: async (ask) => (await ask('exr_summary', { path: 'tile_half_rgba_zip.exr' })).parts[0].tiles },
    { question: 'How many mipmap levels has mip_zip.exr?', expected: `${oracle('mip_zip').parts[0]!.levels.length} mipmap_levels`, solve: async (ask) => (await ask('exr_summary', { path: 'mip_zip.exr' })).parts[0].levels },
    { question: 'By how many pixels does attributes_all.exr overscan to the left of its display window?', expected: 7, solve: async (ask) => -(await ask('exr_summary', { path: 'attributes_all.exr' })).parts[0].origin[0] },
    { question: 'What exactly is the red value at (0, 1) in float_naninf_zip.exr?', expected: Math.fround(3.4e38), solve: async (ask) => (await ask('exr_pixels', { path: 'float_naninf_zip.exr', channels: ['R'], region: region(0, 1) })).channels[0].rows[0][0] },
    { question: 'Which channel of uint_half_float_zip.exr holds integers?', expected: 'id', solve: async (ask) => (await ask('exr_attributes', { path: 'uint_half_float_zip.exr', match: 'channels' })).attributes[0].value.find(({ pixel_type }: { pixel_type: string }) => pixel_type === 'uint').name },
    { question: 'Do scan_half_rgba_zip.exr and scan_half_rgba_piz.exr differ in anything but compression?', expected: ['compression'], solve: async (ask) => (await ask('exr_compare', { before: 'scan_half_rgba_zip.exr', after: 'scan_half_rgba_piz.exr' })).differences.map(({ name }: Named) => name) },
    { question: 'Is the mean of any channel of scan_half_rgba_dwaa.exr off by more than 1 % from the ZIP version?', expected: [], solve: async (ask) => (await ask('exr_compare', { before: 'scan_half_rgba_zip.exr', after: 'scan_half_rgba_dwaa.exr', tolerance: 0.01 })).differences.filter(({ name }: Named) => name.endsWith('.mean')) },
    { question: 'Which channels of yc_zip.exr are subsampled?', expected: ['BY', 'RY'], solve: async (ask) => (await ask('exr_attributes', { path: 'yc_zip.exr', match: 'channels' })).attributes[0].value.filter(({ x_sampling }: { x_sampling: number }) => x_sampling > 1).map(({ name }: Named) => name) },
    { question: 'In which order are the lines of random_zip.exr stored?', expected: 'random_y', solve: async (ask) => (await ask('exr_attributes', { path: 'random_zip.exr', match: 'lineOrder' })).attributes[0].value },
    { question: 'Which attribute of attributes_all.exr is the longest text, and how long is it?', expected: ['a_user_attribute_with_a_name_of_more_than_thirty_one_bytes', 5000], solve: async (ask) => {
      const { attributes } = await ask('exr_attributes', { path: 'attributes_all.exr' });
      const [longest] = attributes.filter(({ type }: { type: string }) => type === 'string').sort((a: { size: number }, b: { size: number }) => b.size - a.size);
      return [longest.name, longest.size];
    } },
    { question: 'What are the samples of pixel (5, 5) of the part "deepscan" of multipart_flat_deep.exr?', expected: [405, 406], solve: async (ask) => {
      const { parts } = await ask('exr_summary', { path: 'multipart_flat_deep.exr' });
      const { deep } = await ask('exr_pixels', { path: 'multipart_flat_deep.exr', part: named(parts as (Named & { index: number })[], 'deepscan').index, region: region(5, 5) });
      return deep[0].samples.map(({ id }: { id: number }) => id);
    } },
    { question: 'How many channels does long_names.exr have, and what is the layer called?', expected: [1, 'a_layer_name_that_is_longer_than_thirty_one_characters'], solve: async (ask) => { const [part] = (await ask('exr_summary', { path: 'long_names.exr' })).parts; return [part.channels, part.layers[0].split('.')[0]]; } },
  ];
}

/** Texts of missing tiles, taken apart: `tiles (1,3)-(2,3) of level 0,0` is two. */
function tilesOf(texts: readonly string[]): { x: number; y: number; level: number }[] {
  return texts.flatMap((text) => {
    const found = /\((\d+),(\d+)\)(?:-\((\d+),(\d+)\))?(?: of level (\d+))?/.exec(text)!;
    const [left, top, right = left!, bottom = top!, level = 0] = found.slice(1).map((each) => (each === undefined ? undefined : Number(each)));
    const tiles: { x: number; y: number; level: number }[] = [];
    for (let y = top!; y <= bottom; y++) for (let x = left!; x <= right; x++) tiles.push({ x, y, level });
    return tiles;
  });
}
