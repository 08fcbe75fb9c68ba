import * as vscode from 'vscode';
import type { Settings } from '../shared/protocol.ts';

export interface HostSettings {
  readonly view: Settings;
  /** Bytes above which a file that can only be read as a whole is asked about first. */
  readonly wholeFileBytes: number;
  /** Undefined: what the machine has. */
  readonly threads: number | undefined;
  /** Of the limits that hold for files of strangers, those that the user has set: by name, checked by the engine. */
  readonly limits: Readonly<Record<string, number>>;
  readonly pollMilliseconds: number;
  readonly problems: boolean;
  readonly linkVersions: boolean;
  readonly mcp: boolean;
}

const BACKGROUNDS = ['theme', 'black', 'grey', 'checker'] as const;
const TONE_MAPS = ['none', 'filmic', 'reinhard'] as const;

/** The user's settings, each one checked: settings.json is edited by hand. */
export function readSettings(): HostSettings {
  const all = vscode.workspace.getConfiguration('exr');
  const number = (key: string, fallback: number, low: number, high: number): number => {
    const value = all.get<unknown>(key);
    return typeof value === 'number' && Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : fallback;
  };
  const one = <Value extends string>(key: string, among: readonly Value[], fallback: Value): Value => among.find((each) => each === all.get<unknown>(key)) ?? fallback;
  const threads = number('threads', 0, 0, 64);
  return {
    view: {
      exposureStep: number('exposureStep', 0.5, 0.01, 10),
      background: one('background', BACKGROUNDS, 'theme'),
      toneMap: one('toneMap', TONE_MAPS, 'none'),
      pixelValuesFrom: number('pixelValuesFrom', 48, 16, 512),
      maxFullPixels: number('maxFullMegapixels', 16, 1, 64) * 2 ** 20,
    },
    wholeFileBytes: number('wholeFileMegabytes', 64, 0, 4096) * 2 ** 20,
    limits: numbersIn(all.get<unknown>('limits')),
    threads: threads === 0 ? undefined : Math.round(threads),
    pollMilliseconds: number('pollSeconds', 2, 0, 3600) * 1000,
    problems: all.get<unknown>('problems') !== false,
    linkVersions: all.get<unknown>('linkVersions') !== false,
    mcp: all.get<unknown>('mcp.enabled') !== false,
  };
}

/** What is no number above 0 is passed over; `"Infinity"` is one, which JSON cannot say otherwise. */
function numbersIn(value: unknown): Readonly<Record<string, number>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, each]): [string, number] => [name, each === 'Infinity' ? Infinity : typeof each === 'number' ? each : NaN]).filter(([, each]) => each > 0));
}
