/** `exr://report/sh010/beauty.1001.exr`: files as resources. */
import { shownPath, type Folder } from './sandbox/folders.ts';

export const RESOURCE_KINDS = ['header', 'report', 'preview'] as const;
export type ResourceKind = (typeof RESOURCE_KINDS)[number];

export function resourceUri(kind: ResourceKind, shown: string): string {
  return `exr://${kind}/${shown.split('/').map(encodeURIComponent).join('/')}`;
}

/** Kind and path of a URI, decoded once; null for what is none of ours. */
export function parseResourceUri(uri: string): { readonly kind: ResourceKind; readonly path: string } | null {
  const found = /^exr:\/\/([a-z]+)\/(.+)$/s.exec(uri);
  const kind = RESOURCE_KINDS.find((each) => each === found?.[1]);
  if (!found || !kind) return null;
  try {
    return { kind, path: found[2]!.split('/').map(decodeURIComponent).join('/') };
  } catch {
    return null;
  }
}

/** For answers that had to leave something out. */
export function reportLink(folders: readonly Folder[], path: string) {
  return { uri: resourceUri('report', path.startsWith('/') ? shownPath(folders, path) : path), name: 'report', mimeType: 'application/json', description: 'Everything in the header, as JSON' };
}
