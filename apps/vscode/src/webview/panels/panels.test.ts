import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { memorySource } from '@exr/core';
import { openSession } from '../../engine/index.ts';
import type { Opened } from '../../shared/protocol.ts';
import { bars } from './bars.ts';
import { chunkBar, missingPlaces } from './chunks.ts';
import { layersMatching } from './layers.tsx';
import { headerTree, keyInTree, openAtFirst, rowsOf, type TreeNode } from './tree.ts';

const open = async (name: string): Promise<Opened> => {
  const source = memorySource(readFileSync(new URL(`../../../../../test-fixtures/${name}`, import.meta.url)), name);
  return (await openSession(source, { name, revision: 1, mtime: () => null, tier: 'leaders', threads: 1 })).opened as Opened;
};
const all = (nodes: readonly TreeNode[]): TreeNode[] => nodes.flatMap((node) => [node, ...all(node.children)]);

describe('the header as a tree', () => {
  let file: Opened;
  let nodes: TreeNode[];
  beforeAll(async () => {
    file = await open('attributes_all.exr');
    nodes = headerTree(file);
  });

  it('has every attribute, in the file’s order, and ids of its own for each', () => {
    const shown = all(nodes).filter(({ kind }) => kind === 'attribute').map(({ label }) => label);
    expect(shown).toEqual(file.report.parts[0]!.attributes.map(({ name }) => name));
    const ids = all(nodes).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('says the time code and colour space where they are looked for', () => {
    expect(all(nodes).find(({ label }) => label === 'time code')?.value).toBe('01:02:03;04');
    expect(all(nodes).find(({ label }) => label === 'colour space')?.value).toBe('lin_ap1_scene');
  });

  it('shows no control character of an untrusted text', () => {
    for (const { label, value, type } of all(nodes)) expect(`${label}${value}${type ?? ''}`).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it('is found by name, type and value, with the way to it', () => {
    const rows = rowsOf(nodes, new Set(), 'timecode');
    expect(rows.map(({ node }) => node.label)).toEqual(['Part', 'Attributes', 'timeCode']);
    expect(rowsOf(nodes, new Set(), 'chromaticities').some(({ node }) => node.type === 'chromaticities')).toBe(true);
    expect(rowsOf(nodes, new Set(), 'no such thing')).toEqual([]);
  });

  it('is walked by keys from any row to any other', () => {
    const opens = new Set(openAtFirst(nodes));
    fc.assert(fc.property(fc.array(fc.constantFrom('ArrowDown', 'ArrowUp', 'ArrowLeft', 'ArrowRight', 'Home', 'End', 'PageDown', 'PageUp', 'Enter', 'x'), { maxLength: 60 }), (keys) => {
      const mine = new Set(opens);
      let at = 0;
      for (const key of keys) {
        const rows = rowsOf(nodes, mine);
        const does = keyInTree(key, rows, at, 10);
        if (does && 'focus' in does) at = does.focus;
        else if (does && !mine.delete(does.toggle)) mine.add(does.toggle);
        expect(rowsOf(nodes, mine)[at]).toBeDefined();
      }
    }));
    const rows = rowsOf(nodes, opens);
    const child = rows.findIndex(({ depth }) => depth === 1);
    expect(keyInTree('ArrowLeft', rows, child, 10)).toEqual({ focus: 0 });
    expect(keyInTree('ArrowRight', rows, 0, 10)).toEqual({ focus: 1 });
  });

  it('tells a reader where each row stands', () => {
    const rows = rowsOf(nodes, openAtFirst(nodes));
    for (const row of rows) {
      expect(row.position).toBeLessThanOrEqual(row.siblings);
      expect(row.parent === null ? 0 : rows[row.parent]!.depth + 1).toBe(row.depth);
    }
  });

  it('of many parts opens the first, so that the others are in sight', async () => {
    const many = headerTree(await open('multipart_3.exr'));
    expect(many).toHaveLength(4);
    expect(openAtFirst([...many, ...many.map((node) => ({ ...node, id: `${node.id}b` }))]).has(many[3]!.id)).toBe(false);
  });

  it('asks for what was cut, and shows it once it is there', () => {
    const attribute = { name: 'big', type: 'blob', size: 6000, value: { encoding: 'base64', length: 6000, data: 'AAEC', truncated: true } } as const;
    const report = { ...file.report, parts: [{ ...file.report.parts[0]!, attributes: [attribute] }] };
    const cut = all(headerTree({ report, parts: file.parts }));
    expect(cut.find(({ kind }) => kind === 'more')).toMatchObject({ value: 'Show all 5.86 KiB', whole: { part: 0, name: 'big' } });
    const whole = all(headerTree({ report, parts: file.parts }, new Map([['0/big', { encoding: 'base64', length: 3, data: 'AAEC' }]])));
    expect(whole.find(({ kind }) => kind === 'more')).toBeUndefined();
  });
});

describe('the filter of layers', () => {
  it('finds by name, view and channel, every word', async () => {
    const file = await open('mixed_layers_zip.exr');
    expect(layersMatching(file, 'DIFFUSE').map(({ layer }) => layer)).toEqual(['diffuse']);
    expect(layersMatching(file, 'diffuse nothing')).toEqual([]);
    expect(layersMatching(file, '')).toEqual(file.layers);
  });
});

describe('what is missing', () => {
  const window = { xMin: -7, yMin: 3, xMax: 78, yMax: 66 };
  it('adds up along the bar', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 63 }), fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 300 }), (from, lines, steps) => {
      const yMin = window.yMin + from;
      const yMax = Math.min(window.yMax, yMin + lines - 1);
      const bar = chunkBar(window, [{ ...window, yMin, yMax }], steps);
      expect(bar.reduce((sum, share) => sum + share, 0) / steps).toBeCloseTo((yMax - yMin + 1) / 64, 6);
    }));
    expect(chunkBar(window, [], 4)).toEqual([0, 0, 0, 0]);
  });
  it('is listed with where it is', () => {
    expect(missingPlaces({ missing_lines: [{ y_min: 19, y_max: 34 }, { y_min: 50, y_max: 50 }], missing_tiles: [] }, { dataWindow: window }, [])).toEqual([{ text: 'lines 19 to 34', at: { x: 35, y: 26 } }, { text: 'line 50', at: { x: 35, y: 50 } }]);
    const tiles = [{ level: [0, 0], x_min: 4, x_max: 5, y_min: 0, y_max: 0 }, { level: [1, 1], x_min: 0, x_max: 0, y_min: 0, y_max: 0 }] as const;
    expect(missingPlaces({ missing_lines: [], missing_tiles: tiles }, { dataWindow: window }, [{ xMin: 57, yMin: 3, xMax: 78, yMax: 18 }])).toEqual([{ text: 'tiles (4, 0) to (5, 0)', at: { x: 67, y: 10 } }, { text: 'tile (0, 0) of level 1, 1', at: null }]);
  });
});

describe('bars of a histogram', () => {
  it('fill the height, and none that has a value is invisible', () => {
    fc.assert(fc.property(fc.array(fc.nat(1e6), { minLength: 1, maxLength: 64 }), fc.boolean(), (counts, isLog) => {
      const heights = bars(counts, isLog);
      heights.forEach((height, i) => expect(height > 0).toBe(counts[i]! > 0));
      if (counts.some(Boolean)) expect(Math.max(...heights)).toBe(1);
    }));
  });
});
