/**
 * What names say, in a table: what each program really writes, and what the tools measured in docs/formats/sequences.md make of it. The expected readings
 * come from those programs' conventions and the recommendations there, not from this code.
 */
import { describe, expect, it } from 'vitest';
import { frameNumberOf, groupSequences, possibleFrameOf } from './index.ts';

/** `name frame`, where the frame is `-` for none, `?N` for a number that is a frame only beside other files of that name. */
const NAMES: Readonly<Record<string, string>> = {
  'fileseq, pyseq, clique, oiiotool: the rows of the measurements': `
    main0001.exr 1 | main0003.exr 3 | 0001.exr 1 | 0003.exr 3 | shot_0001.exr 1 | name_00001_.exr 1 | name_00003_.exr 3 | sh-0001.exr 1 | sh-0002.exr 2
    img.-0002.exr -2 | img.-0001.exr -1 | img.0000.exr 0 | img.-002.exr -2 | a.98.exr ?98 | a.99.exr ?99 | a.100.exr 100 | a.101.exr 101 | a.0098.exr 98 | a.9999.exr 9999
    a.10000.exr 10000 | a.001.exr 1 | a.1001.exr 1001 | a.exr - | shot_v011.1001.exr 1001 | shot_v012.1003.exr 1003 | comp_v001.exr - | comp_v003.exr - | sh010.1001.exr 1001
    sh030.1001.exr 1001 | tex.1011.exr 1011 | a.1001.crypto.exr 1001 | main.left.0001.exr 1 | main.right.0002.exr 2 | beauty.0001_tile0.exr 1 | beauty.0002_tile3.exr 2
    a.0002.EXR 2 | a.20261201.exr 20261201 | .tmp.0001.exr 1 | a.1003.exr.tmp - | shot.1001.250.exr 1001 | shot.1001.500.exr 1001 | shot.1002.000.exr 1002`,
  'Blender': `
    Image0001.exr 1 | Image0250.exr 250 | main0001.exr 1 | 0042.exr 42 | render_0001.exr 1 | untitled0001.exr 1 | Combined0001.exr 1 | Depth0001.exr 1 | 0001_L.exr 1 | 0001_R.exr 1
    main0001_L.exr 1 | shotA_0001.exr 1 | AO0012.exr 12 | cam0001.exr 1 | Camera0001.exr 1 | C0001.exr 1 | file_output-0007.exr 7 | ViewLayer_Combined0003.exr 3 | 1000.exr 1000 | 10000.exr 10000 | img-0010.exr 10 | render.0001.exr 1`,
  'Houdini, Karma, Mantra': `
    hip.karma1.0001.exr 1 | sop_fx.mantra_ipr.0240.exr 240 | fx_v003.0001.exr 1 | fx.1001.exr 1001 | fx.1.exr ?1 | fx.24.exr ?24 | shot.$F4.exr - | render.0001.deep.exr 1
    stage.usdrender_rop1.1001.exr 1001 | pyro.1001.5.exr 1001 | pyro.1001.50.exr 1001`,
  'Nuke': `
    comp_v012.1001.exr 1001 | comp_v012.1001.left.exr 1001 | sh010_comp_v012.left.1001.exr 1001 | ABC_010_0020_comp_v003.1001.exr 1001 | ABC_010_0020_comp_v003.exr - | plate_bg01_v001.1001.exr 1001
    plate_bg01_v001.exr - | grade_v1.exr - | precomp_v1_1001.exr 1001 | sh0010_comp_v01_0086.exr 86 | write1.0001.exr 1 | stereo.1001.l.exr 1001 | comp_V003.1001.exr 1001 | compV003.1001.exr 1001 | compV003.exr -
    roto_take2.1001.exr 1001 | roto_take2.exr - | cleanplate_v002.exr - | cleanplate_v2.1.1001.exr 1001`,
  'RV, Maya, 3ds Max, Cinema 4D, After Effects, Resolve': `
    beauty.0001.exr 1 | beauty_0001.exr 1 | masterLayer.0001.exr 1 | masterBeauty_1.exr ?1 | perspShape.0010.exr 10 | image0000.exr 0 | render0100.exr 100 | scene_00045.exr 45 | Comp 1_00000.exr 0
    comp_00123.exr 123 | timeline_00086400.exr 86400 | A001_C002_0101AB_001.0086.exr 86 | A001C002_210101_R1AB.0001.exr 1 | A001C002_210101_R1AB.exr - | name 0001.exr 1 | beauty.0001.vraydepth.exr 1
    vray.0001.exr 1 | output.RGB_color.0001.exr 1 | light_cam1.0001.exr 1`,
  'Unreal, Godot, ComfyUI, nona, Synfig, POV-Ray, FFmpeg': `
    LevelSequence.0000.exr 0 | Shot0010_0001.exr 1 | ComfyUI_00001_.exr 1 | ComfyUI_00012_.exr 12 | crop0000.exr 0 | crop0012.exr 12 | anim1.exr ?1 | anim12.exr ?12 | anim123.exr 123 | scene001.exr -
    frame001.exr 1 | frame1.exr ?1 | img-001.exr 1 | out-0007.exr 7 | frame00000001.exr 1 | frame_1.exr ?1 | frame_12.exr ?12 | file_1.exr ?1 | file_2000.exr 2000 | thumb0001.exr 1 | MovieRenderQueue.0123.exr 123`,
  'versions are no frames': `
    v012.exr - | v1001.exr - | shot_v012.exr - | shot_v0012.exr - | shot_V012.exr - | shot.v012.exr - | shot-v2.exr - | comp_ver3.exr - | comp_version012.exr - | comp_rev2.exr - | comp_v_012.exr -
    comp_tk1.exr - | comp_take_003.exr - | comp_v1.2.exr ?2 | compv012.exr - | comp_v1.2.1001.exr 1001 | model_v003_final.exr - | model_iter4.exr -`,
  'shots, cameras, things are no frames': `
    sh010.exr - | sh0010.exr - | sq010_sh020.exr - | seq010.exr - | shot010.exr - | shot_010.exr - | sc01.exr - | sc_010.exr - | ep101.exr - | ep101_sq02_sh010_comp.exr - | cam1.exr - | camera2.exr - | cam_002.exr -
    renderCam3.exr - | char01.exr - | light2.exr - | mip3.exr - | lod0.exr - | tile12.exr - | crypto00.exr - | crypto_object01.exr - | tex.u1_v1.exr - | sh0010_comp.exr - | ABC_0010_comp_v001.exr - | aov3.exr - | pass2.exr - | R001.exr -`,
  'sizes are no frames': `
    env_1024.exr - | env_2048.exr - | sky_4096.exr - | studio_8192.exr - | hdri_512.exr - | forest_4k.exr - | forest_16k.exr - | probe-2048.exr - | map_256.exr - | env2048.exr - | plate_2048x1080.exr - | plate_1920x1080.1001.exr 1001
    plate_2048x1080.exr - | comp_4K.1001.exr 1001 | comp_16bit.exr - | comp_32f.exr - | texture_1080.exr - | hdr_2160.exr - | beauty_1024.exr 1024 | beauty.2048.exr 2048 | beauty_0512.exr 512`,
  'colour is no frame': `
    name_Rec.709.exr - | name_rec709.exr - | name_Rec2020.exr - | name_bt.2020.exr - | name_BT.1886.exr - | rec.709.exr - | rec.2020.exr - | plate_ACES2065-1.exr - | aces2065-1.exr - | ramp_gamma2.2.exr - | ramp_g2.4.exr -
    chart_P3-D65.exr - | chart_p3d65.exr - | chart_ap0.exr - | chart_ap1.1001.exr 1001 | name_Rec.709.1001.exr 1001 | aces.1001.exr 1001`,
  'dates, times, long numbers': `
    render_2026-12-01.exr - | render_2026.12.01.exr - | render_2026_12_01_1001.exr 1001 | capture_14-30-05.exr - | job.123456789.exr - | job.123456789.1001.exr 1001 | scan_20261201_0001.exr 1`,
  'numbers before words': `
    1001.beauty.exr 1001 | 0001.left.exr 1 | 010_comp.exr - | 0010_layout.exr - | beauty.1001.denoised.exr 1001 | beauty.1001.my_own_pass.exr 1001 | beauty_1001_denoised.exr 1001 | beauty_0001_cryptomatte.exr 1
    beauty_1001_lgt.exr - | beauty_1001_odd.exr ?1001 | image0001.diffuse.exr 1 | image0001_depth.exr 1 | beauty.010.diffuse.exr 10`,
  'paths and others': `
    /shots/sh010/beauty.1001.exr 1001 | shot.1001/beauty.exr - | C:\\shots\\beauty.1001.exr 1001 | a/b.v2/c.0007.exr 7 | beauty.1001.png - | beauty.1001.sxr 1001 | beauty.1001.mxr 1001 | beauty.-000.exr 0 | beauty_-0010.exr -10
    -0010.exr -10 | beauty--0010.exr 10 | 2026-1001.exr 1001 | beauty.12.exr ?12 | 7.exr ?7 | exr.exr - | .exr - | 1001 - | a(1).exr - | a_(0002).exr - | beauty1001.exr 1001 | beauty.1001._.exr ?1001`,
};

const rows = Object.entries(NAMES).flatMap(([kind, text]) => text.split(/[|\n]/).map((row) => row.trim()).filter(Boolean).map((row) => {
  const at = row.lastIndexOf(' ');
  return [kind, row.slice(0, at), row.slice(at + 1)] as const;
}));

describe('the frame number in a name', () => {
  it('is tabled for more than 200 names', () => expect(new Set(rows.map(([, name]) => name)).size).toBeGreaterThan(200));
  it.each(rows)('%s: %s → %s', (_kind, name, expected) => {
    expect(frameNumberOf(name)).toBe(/^-?\d+$/.test(expected) ? Number(expected) : null);
    const possible = possibleFrameOf(name);
    if (expected.startsWith('?')) expect(possible).toMatchObject({ frame: Number(expected.slice(1)), reading: 'beside' });
    if (possible) expect(possible.before + possible.digits + possible.after).toBe(name);
  });
});

/** Files of a folder → patterns with their frames, `pattern frame,frame…`, alone without frames. */
const FOLDERS: readonly (readonly [files: string, sequences: string])[] = [
  ['main0001.exr main0002.exr main0003.exr', 'main####.exr 1,2,3'],
  ['0001.exr 0002.exr', '####.exr 1,2'],
  ['name_00001_.exr name_00002_.exr', 'name_#####_.exr 1,2'],
  ['sh-0001.exr sh-0002.exr', 'sh-####.exr 1,2'],
  ['img.-0002.exr img.-0001.exr img.0000.exr img.0001.exr', 'img.####.exr -2,-1,0,1'],
  ['img.-002.exr img.-001.exr img.0000.exr img.0001.exr', 'img.####.exr -2,-1,0,1'],
  ['a.98.exr a.99.exr a.100.exr a.101.exr', 'a.#.exr 98,99,100,101'],
  ['a.0098.exr a.0099.exr a.100.exr a.101.exr', 'a.#.exr 100,101; a.####.exr 98,99'],
  ['a.9998.exr a.9999.exr a.10000.exr a.10001.exr', 'a.#.exr 9998,9999,10000,10001'],
  ['a.0998.exr a.9999.exr a.10000.exr', 'a.####.exr 998,9999,10000'],
  ['a.001.exr a.002.exr a.0001.exr a.0002.exr', 'a.###.exr 1,2; a.####.exr 1,2'],
  ['a.1001.exr', 'a.####.exr 1001'],
  ['a.exr a.1001.exr a.1002.exr', 'a.####.exr 1001,1002; a.exr'],
  ['shot_v011.1001.exr shot_v011.1002.exr shot_v012.1001.exr', 'shot_v011.####.exr 1001,1002; shot_v012.####.exr 1001'],
  ['comp_v001.exr comp_v002.exr comp_v003.exr', 'comp_v001.exr; comp_v002.exr; comp_v003.exr'],
  ['sh010.1001.exr sh020.1001.exr', 'sh010.####.exr 1001; sh020.####.exr 1001'],
  ['sh010.exr sh020.exr sh030.exr', 'sh010.exr; sh020.exr; sh030.exr'],
  ['a.1001.crypto.exr a.1002.crypto.exr a.1001.exr a.1002.exr', 'a.####.crypto.exr 1001,1002; a.####.exr 1001,1002'],
  ['main.left.0001.exr main.right.0001.exr main.left.0002.exr', 'main.left.####.exr 1,2; main.right.####.exr 1'],
  ['beauty.0001_tile0.exr beauty.0001_tile1.exr beauty.0002_tile0.exr', 'beauty.####_tile0.exr 1,2; beauty.####_tile1.exr 1'],
  ['a.0001.exr a.0002.EXR a.0003.exr', 'a.####.EXR 2; a.####.exr 1,3'],
  ['a.1001.exr a.1002.exr a.1003.exr.tmp', 'a.####.exr 1001,1002; a.1003.exr.tmp'],
  ['shot.1001.250.exr shot.1001.500.exr shot.1002.250.exr', 'shot.####.250.exr 1001,1002; shot.####.500.exr 1001'],
  ['file_1.exr file_2.exr file_10.exr file_2000.exr', 'file_#.exr 1,2,10,2000'],
  ['file_1.exr', 'file_1.exr'],
  ['anim1.exr anim2.exr anim10.exr', 'anim#.exr 1,2,10'],
  ['cam1.exr cam2.exr', 'cam1.exr; cam2.exr'],
  ['env_1024.exr env_2048.exr env_4096.exr', 'env_1024.exr; env_2048.exr; env_4096.exr'],
  ['beauty_2047.exr beauty_2048.exr beauty_2049.exr', 'beauty_####.exr 2047,2048,2049'],
  ['SHOT.46999.exr SHOT_47000.exr', 'SHOT.#####.exr 46999; SHOT_#####.exr 47000'],
  ['a.1.exr a.01.exr', 'a.01.exr; a.1.exr'],
  ['x/a.1001.exr y/a.1002.exr', 'x/a.####.exr 1001; y/a.####.exr 1002'],
  ['b10.1001.exr b9.1001.exr b9.exr', 'b9.####.exr 1001; b9.exr; b10.####.exr 1001'],
];

describe('the sequences of a folder', () => {
  it.each(FOLDERS)('%s', (files, sequences) => {
    const said = (names: string[]): string[] => groupSequences(names).map(({ pattern, frames }) => [pattern, ...(frames.length > 0 ? [frames.map(({ frame }) => frame).join(',')] : [])].join(' '));
    const expected = sequences.split('; ').sort();
    expect(said(files.split(' ')).sort()).toEqual(expected);
    expect(said(files.split(' ').reverse()).sort()).toEqual(expected);
  });
  it('keeps every name once', () => {
    const names = rows.map(([, name]) => name);
    const kept = groupSequences(names).flatMap(({ pattern, isSequence, frames }) => (isSequence ? frames.map(({ name }) => name) : [pattern]));
    expect(kept.sort()).toEqual([...names].sort());
  });
  it('reads subframes when asked', () => {
    const [only, ...others] = groupSequences(['shot.1001.250.exr', 'shot.1001.500.exr', 'shot.1002.000.exr'], { subframes: true });
    expect(others).toEqual([]);
    expect(only).toMatchObject({ pattern: 'shot.####.exr', frames: [{ frame: 1001.25 }, { frame: 1001.5 }, { frame: 1002 }] });
    expect(groupSequences(['shot_v011.1001.exr', 'shot_v012.1001.exr', 'shot_2048x1080.1001.exr'], { subframes: true }).map(({ frames }) => frames.map(({ frame }) => frame))).toEqual([[1001], [1001], [1001]]);
  });
});
