/** The header as a tree, and the tree as the rows that can be seen of it. */
import type { ExrReport, JsonValue, ReportChannel, ReportPart } from '@exr/core';
import { formatBytes, formatCount, plainText } from '@exr/core/text';
import { floatText, readable } from '../format/attribute.ts';
import type { Opened, PartInfo } from '../../shared/protocol.ts';
import { inOrder } from '../state/model.ts';

export interface TreeNode {
  /** Stable while the file is the same: what is open and where the focus is are kept by it. */
  readonly id: string;
  readonly label: string;
  readonly value: string;
  /** Of an attribute: its type in the file. */
  readonly type?: string | undefined;
  readonly kind: 'section' | 'attribute' | 'field' | 'fact' | 'more';
  /** What `copy as JSON` copies; undefined for what has none. */
  readonly json?: JsonValue | undefined;
  /** Of an attribute of which the report holds only the beginning. */
  readonly whole?: { readonly part: number; readonly name: string } | undefined;
  readonly children: readonly TreeNode[];
}

export interface TreeRow {
  readonly node: TreeNode;
  readonly depth: number;
  readonly isOpen: boolean;
  /** Place among its siblings, from 1, and how many they are. */
  readonly position: number;
  readonly siblings: number;
  readonly parent: number | null;
}

/** Values that were asked for in whole, by `${part}/${name}`. */
export type WholeValues = ReadonlyMap<string, JsonValue>;

export function headerTree({ report, parts }: Pick<Opened, 'report' | 'parts'>, wholes: WholeValues = new Map()): TreeNode[] {
  const several = report.parts.length > 1;
  return [fileNode(report), ...report.parts.map((part) => partNode(part, report.channels.filter((channel) => channel.part_index === part.index), parts.find(({ index }) => index === part.index), several, wholes))];
}

/** Which nodes are open at first: the file's and the parts' attributes, not their values. */
export function openAtFirst(nodes: readonly TreeNode[]): Set<string> {
  const many = nodes.length > 5;
  return new Set(nodes.flatMap(({ id, children }, i) => (many && i > 1 ? [] : [id, ...children.filter((child) => child.id.endsWith('/attributes')).map((child) => child.id)])));
}

function fact(id: string, label: string, value: string | null, json?: JsonValue): TreeNode[] {
  return value === null ? [] : [{ id, label, value, kind: 'fact', json: json ?? value, children: [] }];
}

function fileNode({ file, tool: _ }: ExrReport): TreeNode {
  const kinds = [file.is_multipart && 'multipart', file.is_deep && 'deep'].filter(Boolean).join(', ');
  return {
    id: 'file', label: 'File', kind: 'section', json: { ...file } as unknown as JsonValue,
    value: [formatBytes(file.size_bytes), file.part_count === 1 ? '1 part' : `${file.part_count} parts`, kinds].filter(Boolean).join(' · '),
    children: [
      ...fact('file/path', 'path', plainText(file.path)), ...fact('file/size', 'size', file.size_bytes < 1024 ? `${file.size_bytes} bytes` : `${formatBytes(file.size_bytes)} (${formatCount(file.size_bytes)} bytes)`, file.size_bytes),
      ...fact('file/mtime', 'written', file.mtime && new Date(file.mtime).toLocaleString(), file.mtime),
      ...fact('file/version', 'EXR version', file.exr_version === null ? null : String(file.exr_version), file.exr_version),
      ...fact('file/frame', 'frame', file.frame_number === null ? null : String(file.frame_number), file.frame_number),
      ...fact('file/header', 'header', file.header_bytes === null ? null : formatBytes(file.header_bytes), file.header_bytes),
      ...fact('file/hash', 'header sha256', file.header_hash),
    ],
  };
}

function partNode(part: ReportPart, channels: readonly ReportChannel[], info: PartInfo | undefined, several: boolean, wholes: WholeValues): TreeNode {
  const id = `part/${part.index}`;
  const name = part.name ? ` ${plainText(part.name, { max: 80 })}` : '';
  return {
    id, label: several ? `Part ${part.index}${name}` : `Part${name}`, kind: 'section', json: part as unknown as JsonValue,
    value: [part.view && plainText(part.view), TYPES[part.type] ?? part.type, `${part.width} × ${part.height}`, part.compression, part.level_count > 1 ? `${part.level_count} levels` : null].filter(Boolean).join(' · '),
    children: [colourNode(id, part, info), layersNode(id, channels), attributesNode(id, part, wholes)],
  };
}

const TYPES: Readonly<Record<string, string>> = { scanlineimage: 'scan lines', tiledimage: 'tiles', deepscanline: 'deep scan lines', deeptile: 'deep tiles' };

function colourNode(id: string, part: ReportPart, info: PartInfo | undefined): TreeNode {
  const shown = info?.colorSpace ?? null;
  const attribute = (name: string): string | null => {
    const found = part.attributes.find((each) => each.name === name);
    return found ? readable(found).line : null;
  };
  return {
    id: `${id}/colour`, label: 'Colour and time', kind: 'section', value: [plainText(part.color_space ?? 'no colour space named'), part.timecode].filter(Boolean).join(' · '),
    children: [
      ...fact(`${id}/colour/space`, 'colour space', part.color_space === null ? 'not named' : plainText(part.color_space), part.color_space),
      ...fact(`${id}/colour/shown`, 'drawn as', shown && plainText(shown)),
      ...fact(`${id}/colour/chromaticities`, 'chromaticities', attribute('chromaticities')), ...fact(`${id}/colour/white`, 'white luminance', attribute('whiteLuminance')),
      ...fact(`${id}/colour/neutral`, 'adopted neutral', attribute('adoptedNeutral')),
      ...fact(`${id}/colour/timecode`, 'time code', part.timecode), ...fact(`${id}/colour/rate`, 'frame rate', part.frame_rate === null ? null : `${floatText(typeof part.frame_rate === 'number' ? Math.round(part.frame_rate * 1000) / 1000 : part.frame_rate)} fps`, part.frame_rate),
      ...fact(`${id}/colour/software`, 'written by', part.software && plainText(part.software)),
    ],
  };
}

function layersNode(id: string, channels: readonly ReportChannel[]): TreeNode {
  const layers = new Map<string, ReportChannel[]>();
  for (const channel of channels) {
    const key = `${channel.view ?? ''}\0${channel.layer}`;
    const found = layers.get(key);
    if (found) found.push(channel);
    else layers.set(key, [channel]);
  }
  const views = new Set(channels.flatMap(({ view }) => view ?? []));
  const children = [...layers].map(([key, list], i): TreeNode => {
    const [view, layer] = key.split('\0') as [string, string];
    return {
      id: `${id}/layers/${i}`, label: layer === '' ? 'base layer' : plainText(layer), kind: 'fact', json: list as unknown as JsonValue,
      value: `${inOrder(list, ({ component }) => component).map(({ component }) => plainText(component)).join(' ')}${view ? ` · ${plainText(view)}` : ''}`,
      children: list.map((channel, c): TreeNode => ({
        id: `${id}/layers/${i}/${c}`, label: plainText(channel.name), kind: 'field', json: channel as unknown as JsonValue, children: [],
        value: `${channel.type}${channel.x_sampling === 1 && channel.y_sampling === 1 ? '' : ` · every ${channel.x_sampling} × ${channel.y_sampling}`}${channel.p_linear ? ' · perceptually linear' : ''}`,
      })),
    };
  });
  const counts = [`${layers.size} ${layers.size === 1 ? 'layer' : 'layers'}`, `${channels.length} ${channels.length === 1 ? 'channel' : 'channels'}`, views.size > 1 && `${views.size} views`];
  return { id: `${id}/layers`, label: 'Layers', kind: 'section', value: counts.filter(Boolean).join(' · '), children };
}

function attributesNode(id: string, part: ReportPart, wholes: WholeValues): TreeNode {
  const children = part.attributes.map((attribute, i): TreeNode => {
    const whole = wholes.get(`${part.index}/${attribute.name}`);
    const value = whole === undefined ? attribute.value : whole;
    const { line, rows, cut } = readable({ ...attribute, value });
    const mine = `${id}/attribute/${i}`;
    const fields = rows.map(({ label, value: text }, row): TreeNode => ({ id: `${mine}/${row}`, label, value: text, kind: 'field', children: [] }));
    const ask = { part: part.index, name: attribute.name };
    const more: TreeNode[] = cut ? [{ id: `${mine}/more`, label: '', value: `Show all ${formatBytes(attribute.size)}`, kind: 'more', whole: ask, children: [] }] : [];
    return { id: mine, label: plainText(attribute.name), type: plainText(attribute.type), value: attribute.name === 'timeCode' && part.timecode ? part.timecode : line, kind: 'attribute', json: value, whole: cut ? ask : undefined, children: [...fields, ...more] };
  });
  return { id: `${id}/attributes`, label: 'Attributes', kind: 'section', value: String(part.attributes.length), json: Object.fromEntries(part.attributes.map(({ name, value }) => [name, value])), children };
}

/** The rows in sight: children of what is open. With a search, what matches and the way to it. */
export function rowsOf(nodes: readonly TreeNode[], open: ReadonlySet<string>, search = ''): TreeRow[] {
  const wanted = search.trim().toLowerCase();
  const rows: TreeRow[] = [];
  const walk = (list: readonly TreeNode[], depth: number, parent: number | null, isFound: boolean): void => {
    const kept = wanted === '' || isFound ? list : list.filter((node) => hasMatch(node, wanted));
    kept.forEach((node, i) => {
      const own = wanted !== '' && matches(node, wanted);
      // A search opens the way to what it found, not what was found.
      const isOpen = node.children.length > 0 && (open.has(node.id) || (wanted !== '' && !isFound && node.children.some((child) => hasMatch(child, wanted))));
      const at = rows.push({ node, depth, isOpen, position: i + 1, siblings: kept.length, parent }) - 1;
      if (isOpen) walk(node.children, depth + 1, at, isFound || (own && !node.children.some((child) => hasMatch(child, wanted))));
    });
  };
  walk(nodes, 0, null, false);
  return rows;
}

function matches({ label, value, type }: TreeNode, wanted: string): boolean {
  return label.toLowerCase().includes(wanted) || value.toLowerCase().includes(wanted) || type?.toLowerCase() === wanted;
}

function hasMatch(node: TreeNode, wanted: string): boolean {
  return matches(node, wanted) || node.children.some((child) => hasMatch(child, wanted));
}

/** Where a key takes the focus in a tree (WAI-ARIA's tree pattern), or what it opens. */
export function keyInTree(key: string, rows: readonly TreeRow[], at: number, page: number): { readonly focus: number } | { readonly toggle: string } | null {
  const row = rows[at];
  if (!row) return rows.length > 0 && ['ArrowDown', 'Home'].includes(key) ? { focus: 0 } : null;
  const within = (index: number) => ({ focus: Math.min(rows.length - 1, Math.max(0, index)) });
  const isBranch = row.node.children.length > 0;
  switch (key) {
    case 'ArrowDown': return within(at + 1);
    case 'ArrowUp': return within(at - 1);
    case 'PageDown': return within(at + page);
    case 'PageUp': return within(at - page);
    case 'Home': return within(0);
    case 'End': return within(rows.length - 1);
    case 'ArrowRight': return !isBranch ? null : row.isOpen ? within(at + 1) : { toggle: row.node.id };
    case 'ArrowLeft': return isBranch && row.isOpen ? { toggle: row.node.id } : row.parent === null ? null : within(row.parent);
    case 'Enter': case ' ': return isBranch ? { toggle: row.node.id } : null;
    default: return null;
  }
}
