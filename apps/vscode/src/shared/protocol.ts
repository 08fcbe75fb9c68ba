/**
 * What the extension host and the webview say to each other. The host opens, decodes and measures beside the file; the webview draws. Nothing here
 * may import vscode, Node or the DOM. Pixel coordinates are absolute, as in the file's windows, inclusive on both ends, in the pixels of the level
 * that is named.
 */
import type { ChannelStats, Curve, ExrReport, Judgement, ReportStructure } from '@exr/core';
import type { Canvas } from './fit.ts';
import type { ViewState } from './view-state.ts';

export interface Box {
  readonly xMin: number;
  readonly yMin: number;
  readonly xMax: number;
  readonly yMax: number;
}

export interface Level {
  readonly x: number;
  readonly y: number;
}

/** Something that makes a picture: a row of the layer picker. */
export interface LayerInfo {
  /** Stable within the file: `${part}/${view ?? ''}/${layer}`, or `${part}/#samples` for the sample counts of a deep part. */
  readonly id: string;
  readonly part: number;
  readonly partName: string | null;
  readonly view: string | null;
  /** "" is the base layer. */
  readonly layer: string;
  /** Full channel names, in the file's order. */
  readonly channels: readonly string[];
  /** What is drawn: see core's PictureChannels. `samples` is the heat map of a deep part's sample counts. */
  readonly kind: 'rgb' | 'luma' | 'gray' | 'samples';
  /** rgb: R, G, B; luma: Y, RY, BY; gray: one; samples: none. */
  readonly names: readonly string[];
  readonly alpha: string | null;
  /** Of an rgb layer with two channels: which of red, green and blue each is. Absent: as they stand. */
  readonly places?: readonly number[] | undefined;
  /** No light (normals, depth, ids): no colour conversion, spread over black to white when drawn alone, and never averaged. */
  readonly data: boolean;
  /** Ids, each drawn in a colour of its own. */
  readonly ids: boolean;
  /** Whole numbers: 0 to 255 is black to white, and so on. */
  readonly whole: boolean;
}

export interface ChannelInfo {
  readonly name: string;
  readonly type: 'uint' | 'half' | 'float';
  readonly xSampling: number;
  readonly ySampling: number;
  /** Drawn alone it is no light (depth, ids, a uint): spread over black to white. */
  readonly data: boolean;
  readonly ids: boolean;
  readonly whole: boolean;
}

/** What the image needs to know of a part. Null windows: the part's header is broken there. */
export interface PartInfo {
  readonly index: number;
  readonly name: string | null;
  readonly type: string;
  readonly isDeep: boolean;
  readonly dataWindow: Box;
  readonly displayWindow: Box;
  readonly pixelAspectRatio: number;
  /** Every level stored, with its own data window. One, (0, 0), for a part without levels. */
  readonly levels: readonly { readonly level: Level; readonly window: Box }[];
  readonly channels: readonly ChannelInfo[];
  /** From the file's values to light, before the matrix; null when they are light. */
  readonly curve: Curve | null;
  /** To linear sRGB, row by row, nine numbers; null when there is nothing to convert. */
  readonly matrix: readonly number[] | null;
  /** Weights of R, G, B in luminance, for luma layers. */
  readonly luminance: readonly [number, number, number];
  /** What the colours were taken for, in words. */
  readonly colorSpace: string;
}

/** The header and all that the first paint needs: small, sent before a pixel is read. */
export interface Opened {
  /** Counts reloads of the file: answers of an older revision are thrown away. */
  readonly revision: number;
  readonly name: string;
  /** Without statistics and structure. Untrusted text: show it as text only. */
  readonly report: ExrReport;
  readonly parts: readonly PartInfo[];
  readonly layers: readonly LayerInfo[];
  /** The layer to show first, null when nothing can be drawn. */
  readonly firstLayer: string | null;
  /** Set when the file is only a pointer (Git LFS) or not an EXR at all: said instead of the picture. */
  readonly notice: string | null;
  readonly settings: Settings;
  /** Seconds since the file was last written, when its host tells; a fresh file may still be rendering. */
  readonly ageSeconds: number | null;
}

/** What the page carries, so that the header is there with its first paint. */
export type Given = HostSide['requests']['ready']['result'];

/** Settings of the user that the webview follows. */
export interface Settings {
  readonly exposureStep: number;
  readonly background: 'theme' | 'black' | 'grey' | 'checker';
  readonly toneMap: 'none' | 'filmic' | 'reinhard';
  readonly pixelValuesFrom: number;
  readonly maxFullPixels: number;
}

export interface StructureAnswer {
  readonly revision: number;
  readonly structure: ReportStructure;
  readonly judgement: Judgement;
  /** By part: what is missing in pixels of level (0, 0), for the hatching. Cut off at 10,000 boxes. */
  readonly missing: readonly { readonly part: number; readonly boxes: readonly Box[] }[];
  /** Bytes of the file that each part's chunks take, and of each channel where that can be told. */
  readonly bytes: readonly { readonly part: number; readonly bytes: number }[];
  /** Looks like a render that is still being written. */
  readonly rendering: boolean;
}

export interface ImageParams {
  readonly revision: number;
  readonly layer: string;
  readonly level: Level;
  /** In the level's pixels. Default: its whole window. */
  readonly region?: Box | undefined;
  /** Most pixels across and down; a larger region comes as means of its pixels, of data as one of them for each (a proxy). */
  readonly maxSize: number;
  /** Draw this channel of the layer alone. */
  readonly channel?: string | undefined;
  /** Of a quick proxy: leave out chunks that hardly change it. */
  readonly quick?: boolean | undefined;
}

/** Longest side of one answer, whatever was asked for: what WebGL2 takes everywhere. */
export const MOST_ACROSS = 8192;
/** Bytes of one answer's planes as floats; what is larger comes shrunk, so ask for less. */
export const MOST_ANSWER_BYTES = 256 * 2 ** 20;

/** Planes of one region. Pixel (i, j) of the answer covers 1/scale pixels of the level. */
export interface ImageAnswer {
  readonly revision: number;
  readonly width: number;
  readonly height: number;
  readonly region: Box;
  /** 1 when every pixel of the region is there as it is in the file. */
  readonly scaleX: number;
  readonly scaleY: number;
  /** `half`: Uint16Array of binary16 bits. `float`: Float32Array. */
  readonly format: 'half' | 'float';
  /** width × height values each, in the order of `names` (and alpha last); of ids a second one with their hashes (core's hashId). Subsampled channels are brought to full size. NaN where there is none. */
  readonly planes: readonly (Uint16Array | Float32Array)[];
  readonly names: readonly string[];
  readonly hasAlpha: boolean;
  /** See LayerInfo. */
  readonly places?: readonly number[] | undefined;
  /** One byte a pixel, or null where there is none: 1 a NaN or infinity within, 2 a chunk missing or broken there; bits. */
  readonly marks: Uint8Array | null;
  /** Of the first plane's finite values (percentiles 0, 1, 99, 100): what normalising starts from. */
  readonly range: readonly [number, number, number, number] | null;
  /** Of data: least, most below 1e8 ("nothing here" lies above) and most of all values that were read, drawn or not; null of others. */
  readonly ends?: readonly [number, number, number] | null | undefined;
  /** Chunks that could not be decoded, in words; at most ten. */
  readonly problems: readonly string[];
  /** Of a quick proxy: chunks were left out. False: another look at the same size would show the same. */
  readonly leftOut: boolean;
}

/** How the first sight is developed, and where: the canvas is remembered for the next file. */
export interface SightParams {
  readonly revision: number;
  readonly layer: string;
  readonly canvas: Canvas;
  readonly exposure: number;
  readonly toneMap: ViewState['toneMap'];
  readonly marks: boolean;
}

/** A small picture, developed: sRGB, opaque. */
export interface SightAnswer {
  readonly revision: number;
  readonly layer: string;
  readonly width: number;
  readonly height: number;
  /** Of level (0, 0). */
  readonly region: Box;
  /** How far its last column and row reach, 1 where they end with the region. */
  readonly across: number;
  readonly down: number;
  readonly rgba: Uint8ClampedArray;
}

export interface PixelsParams {
  readonly revision: number;
  readonly part: number;
  readonly level: Level;
  /** At most 4,096 pixels. */
  readonly region: Box;
  readonly channels?: readonly string[] | undefined;
}

export interface PixelsAnswer {
  readonly region: Box;
  /** By channel: values row by row of the pixels where it has one (subsampled channels have fewer), width of a row in `width`. */
  readonly channels: readonly { readonly name: string; readonly type: string; readonly width: number; readonly height: number; readonly values: Float32Array | Uint32Array }[];
  /** Deep parts: samples of the one pixel asked for, front to back, at most 200; null for flat parts. */
  readonly deep: { readonly count: number; readonly samples: readonly Readonly<Record<string, number>>[] } | null;
}

export interface StatsParams {
  readonly revision: number;
  readonly part: number;
  /** Default: all channels of the part. */
  readonly channels?: readonly string[] | undefined;
  readonly region?: Box | undefined;
}

export interface StatsAnswer {
  readonly revision: number;
  readonly part: number;
  readonly partial: boolean;
  readonly skipped: number;
  readonly channels: readonly ChannelStats[];
}

/** Requests that the webview makes of the host, and events that the host sends. */
export interface HostSide {
  readonly requests: {
    /** The webview is there: open the file (or hand over what is open already) and say how things were left. */
    readonly ready: { readonly params: Record<string, never>; readonly result: { readonly opened: Opened; readonly state: Partial<ViewState> | null; readonly times?: Readonly<Record<string, number>> | undefined } };
    /** Something to see before the planes are here; null when nothing was begun that suits. */
    readonly sight: { readonly params: SightParams; readonly result: SightAnswer | null };
    readonly structure: { readonly params: { readonly revision: number; readonly deep?: boolean }; readonly result: StructureAnswer };
    readonly image: { readonly params: ImageParams; readonly result: ImageAnswer };
    readonly pixels: { readonly params: PixelsParams; readonly result: PixelsAnswer };
    readonly stats: { readonly params: StatsParams; readonly result: StatsAnswer };
    /** A small PNG for the picker. */
    readonly thumbnail: { readonly params: { readonly revision: number; readonly layer: string; readonly size: number }; readonly result: { readonly png: Uint8Array } };
    /** The whole value of an attribute whose bytes or text were cut in the report. */
    readonly attribute: { readonly params: { readonly revision: number; readonly part: number; readonly name: string }; readonly result: { readonly json: string } };
    readonly copyText: { readonly params: { readonly text: string }; readonly result: null };
    /** Asks where and writes there; false when the user thought better of it. */
    readonly save: { readonly params: { readonly suggested: string; readonly data: Uint8Array | string }; readonly result: boolean };
    /** Runs one of the extension's own commands (an allow-list). */
    readonly command: { readonly params: { readonly name: 'openText' | 'openHex' | 'compareWith' | 'showProblems' | 'openSettings' }; readonly result: null };
  };
  readonly events: {
    /** The file was replaced or grew and was opened anew. */
    readonly reloaded: Opened;
    /** It cannot be opened (any more): shown above what is there. */
    readonly failed: { readonly message: string; readonly code: string };
    readonly settings: Settings;
    /** Another editor in step with this one moved. */
    readonly follow: Partial<ViewState>;
    /** This editor is in step with others (true), or by itself. */
    readonly linked: boolean;
    /** A command of VS Code's palette or keybindings that is for the view: see ViewCommand. */
    readonly viewCommand: { readonly name: ViewCommand };
  };
}

/** Requests that the host makes of the webview, and events that the webview sends. */
export interface WebviewSide {
  readonly requests: {
    /** The picture as seen now, developed, as a PNG at the file's own size. */
    readonly capture: { readonly params: { readonly scope: 'view' | 'image' }; readonly result: { readonly png: Uint8Array } };
    /** For tests: what the view shows. */
    readonly probe: { readonly params: Record<string, never>; readonly result: unknown };
  };
  readonly events: {
    /** The view's state, sent after it has settled: the host keeps it, shows it in the status bar and passes it to editors in step. */
    readonly state: ViewState;
    /** Something went wrong in the webview itself. */
    readonly trouble: { readonly message: string };
  };
}

/** What keybindings and the palette may do to the view. */
export const VIEW_COMMANDS = [
  'zoomIn', 'zoomOut', 'zoomFit', 'zoomActual', 'exposureUp', 'exposureDown', 'exposureReset', 'gammaUp', 'gammaDown', 'normalise', 'reset',
  'nextLayer', 'previousLayer', 'nextPart', 'previousPart', 'nextView', 'soloRed', 'soloGreen', 'soloBlue', 'soloAlpha', 'soloLuminance', 'soloNone',
  'falseColour', 'toneMap', 'markNonfinite', 'clipZebra', 'toggleWindows', 'toggleInspector', 'toggleHeader', 'toggleStatistics', 'nextLevel', 'previousLevel',
  'findLayer', 'findAttribute', 'help', 'reload', 'exportPng', 'exportStatsCsv', 'copyValues',
] as const;
export type ViewCommand = (typeof VIEW_COMMANDS)[number];
