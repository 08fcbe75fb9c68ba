/** What the first paint needs, from the headers alone. */
import {
  buildReport, choosePicture, isExrError, layerPictures, partColor, partGeometry, partLevels, pictureChannels, REC709, luminanceWeights,
  type ExrFile, type ExrReport, type JsonBytes, type JsonValue, type PartHeader,
} from '@exr/core';
import type { ChannelInfo, LayerInfo, PartInfo } from '../shared/protocol.ts';

const SHOWN_BYTES = 4096;

export function reportOf(file: ExrFile, mtime: Date | null): ExrReport {
  const report = buildReport(file, { mtime });
  return { ...report, attributes: {}, parts: report.parts.map((part) => ({ ...part, attributes: part.attributes.map((attribute, i) => {
    const { value, type } = attribute;
    // A text that was cut is bytes in a report; people read text.
    return type === 'string' && isCut(value) ? { ...attribute, value: { ...value, text: beginning(file.parts[part.index]!.attributes[i]!.raw()) } } : attribute;
  }) })) };
}

/** The report as `exr inspect --format json` has it. */
export function headerJson(file: ExrFile, name: string, mtime: Date | null): string {
  return JSON.stringify(buildReport(file, { path: name, mtime }), null, 2);
}

function isCut(value: JsonValue): value is JsonBytes {
  return typeof value === 'object' && value !== null && 'encoding' in value && (value as JsonBytes).truncated === true;
}

function beginning(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, SHOWN_BYTES), { stream: true });
}

export function partInfo(part: PartHeader): PartInfo {
  const { index, name, type, isDeep, dataWindow, displayWindow, pixelAspectRatio } = part;
  const shared = { index, name, type, isDeep, dataWindow, displayWindow, pixelAspectRatio, levels: levelsOf(part), channels: part.channels.map((channel): ChannelInfo => ({
    name: channel.name, type: channel.pixelType, xSampling: channel.xSampling, ySampling: channel.ySampling,
    ...aloneIn(part, channel.name),
  })) };
  try {
    const { curve, matrix, luminance, name: colorSpace } = partColor(part);
    return { ...shared, curve, matrix, luminance, colorSpace };
  } catch (error) {
    if (!isExrError(error)) throw error;
    return { ...shared, curve: null, matrix: null, luminance: luminanceWeights(REC709), colorSpace: `unknown (${error.message})` };
  }
}

function aloneIn(part: PartHeader, channel: string): Pick<ChannelInfo, 'data' | 'ids' | 'whole'> {
  const { data, ids, whole } = pictureChannels(part, { channel });
  return { data, ids, whole };
}

function levelsOf(part: PartHeader): PartInfo['levels'] {
  try {
    return partLevels(partGeometry(part)).map(({ x, y, window }) => ({ level: { x, y }, window }));
  } catch (error) {
    if (!isExrError(error)) throw error;
    return [{ level: { x: 0, y: 0 }, window: part.dataWindow }];
  }
}

/** Every layer of every view of every part, and the sample counts of deep parts. */
export function layersOf(file: ExrFile): LayerInfo[] {
  const taken = new Set<string>();
  const unique = (id: string): string => {
    let free = id;
    for (let n = 2; taken.has(free); n++) free = `${id}~${n}`;
    taken.add(free);
    return free;
  };
  return file.parts.flatMap((part): LayerInfo[] => {
    if (part.unreadable) return [];
    const pictures = layerPictures(part).map(({ view, layer, channels, kind, names, places, alpha, data, ids, whole }): LayerInfo => (
      { id: unique(`${part.index}/${view ?? ''}/${layer}`), part: part.index, partName: part.name, view, layer, channels, kind, names, places, alpha, data, ids, whole }));
    if (!part.isDeep) return pictures;
    return [...pictures, { id: `${part.index}/#samples`, part: part.index, partName: part.name, view: part.view, layer: '#samples', channels: [], kind: 'samples', names: [], alpha: null, data: true, ids: false, whole: true }];
  });
}

/** The one that a preview of the file shows; null when nothing can be drawn. */
export function firstLayer(file: ExrFile, layers: readonly LayerInfo[]): string | null {
  try {
    const { part, picture } = choosePicture(file);
    return layers.find((layer) => layer.part === part.index && layer.names.join('\0') === picture.names.join('\0'))?.id ?? layers[0]?.id ?? null;
  } catch (error) {
    if (!isExrError(error)) throw error;
    return layers[0]?.id ?? null;
  }
}
