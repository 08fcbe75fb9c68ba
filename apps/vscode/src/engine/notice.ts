/** What to say instead of a picture, when the file is no EXR. */
import { formatBytes, type ByteSource, type ExrError } from '@exr/core';

const POINTER = 'version https://git-lfs.github.com/spec/v1';
const RECENT_SECONDS = 60;

/** A sentence or two for a person: what this is, and what to do. */
export async function noticeOf(source: ByteSource, error: ExrError, ageSeconds: number | null): Promise<string> {
  if (error.kind !== 'format') return error.message;
  const size = await source.size().catch(() => 0);
  const head = new TextDecoder().decode(await source.read(0, Math.min(size, 512)).catch(() => new Uint8Array()));
  if (head.startsWith(POINTER)) {
    const bytes = Number(/^size (\d+)$/m.exec(head)?.[1] ?? NaN);
    const what = Number.isFinite(bytes) ? ` for a file of ${formatBytes(bytes)}` : '';
    return `This is a Git LFS pointer${what}, not the image itself: Git has kept the image elsewhere. "git lfs pull" in a terminal fetches it.`;
  }
  if (size === 0) {
    const young = ageSeconds !== null && ageSeconds < RECENT_SECONDS;
    return young ? 'The file is empty. It was made a moment ago: a render may have just begun, and the picture comes up as soon as there is one.' : 'The file is empty: nothing was ever written to it.';
  }
  return error.message;
}
