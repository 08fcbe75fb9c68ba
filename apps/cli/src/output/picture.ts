import type { PreviewPicture } from '@exr/core';

/** What a terminal can show. `pixels`: the most that a picture may have for it. */
export interface Canvas {
  readonly kind: 'kitty' | 'iterm' | 'blocks';
  readonly pixels: { readonly width: number; readonly height: number };
  /** Half blocks: 24-bit colour, or the 256 of xterm. */
  readonly trueColor: boolean;
}

type Terminal = Pick<NodeJS.WriteStream, 'columns' | 'rows'>;

/**
 * The terminal that the environment speaks of; null for one that cannot draw (TERM=dumb). Inside tmux and screen the image protocols do not get
 * through, so pictures are drawn in half blocks there.
 */
export function canvasOf(env: NodeJS.ProcessEnv, { columns = 80, rows = 40 }: Partial<Terminal>): Canvas | null {
  const { TERM = '', TERM_PROGRAM = '', COLORTERM = '', KITTY_WINDOW_ID, TMUX, STY } = env;
  if (TERM === 'dumb') return null;
  const inside = TMUX !== undefined || STY !== undefined || /^(tmux|screen)/.test(TERM);
  const image = { pixels: { width: 1024, height: 768 }, trueColor: true };
  if (!inside && (KITTY_WINDOW_ID !== undefined || /kitty|ghostty/i.test(TERM) || /ghostty/i.test(TERM_PROGRAM))) return { kind: 'kitty', ...image };
  if (!inside && /iterm|wezterm/i.test(TERM_PROGRAM)) return { kind: 'iterm', ...image };
  // Two pixels a character; a line is left for the facts and one for the prompt.
  const pixels = { width: Math.max(1, columns), height: Math.max(2, (rows - 2) * 2) };
  return { kind: 'blocks', pixels, trueColor: inside || /truecolor|24bit/i.test(COLORTERM) || /direct|alacritty|foot|wezterm/i.test(TERM) };
}

/** The picture as what the terminal understands. */
export async function drawn(preview: PreviewPicture, { kind, trueColor }: Canvas): Promise<string> {
  if (kind === 'kitty') return kitty(await preview.png());
  return kind === 'iterm' ? iterm(await preview.png()) : halfBlocks(preview, trueColor);
}

/** The kitty graphics protocol: a PNG in base64, 4,096 characters a piece. */
function kitty(png: Uint8Array): string {
  const data = Buffer.from(png).toString('base64');
  let text = '';
  for (let at = 0; at < data.length; at += 4096) {
    const more = at + 4096 < data.length ? 1 : 0;
    text += `\x1b_G${at === 0 ? 'f=100,a=T,' : ''}m=${more};${data.slice(at, at + 4096)}\x1b\\`;
  }
  return `${text}\n`;
}

/** iTerm2's inline images. */
function iterm(png: Uint8Array): string {
  return `\x1b]1337;File=inline=1;size=${png.length};preserveAspectRatio=1:${Buffer.from(png).toString('base64')}\x07\n`;
}

/** Upper half blocks: the foreground is the upper pixel, the background the lower one. */
export function halfBlocks({ rgba, width, height }: Pick<PreviewPicture, 'rgba' | 'width' | 'height'>, trueColor: boolean): string {
  const colour = (x: number, y: number): string => {
    const [r, g, b] = rgba.subarray((y * width + x) * 4, (y * width + x) * 4 + 3) as unknown as [number, number, number];
    return trueColor ? `2;${r};${g};${b}` : `5;${xterm256(r, g, b)}`;
  };
  let text = '';
  for (let y = 0; y < height; y += 2) {
    let before = '';
    for (let x = 0; x < width; x++) {
      const style = `\x1b[38;${colour(x, y)};${y + 1 < height ? `48;${colour(x, y + 1)}` : '49'}m`;
      text += `${style === before ? '' : style}▀`;
      before = style;
    }
    text += '\x1b[0m\n';
  }
  return text;
}

/** The nearest of xterm's 6 × 6 × 6 colours or 24 greys. */
function xterm256(r: number, g: number, b: number): number {
  const level = (value: number): number => (value < 48 ? 0 : value < 115 ? 1 : Math.floor((value - 35) / 40));
  const shown = (step: number): number => (step === 0 ? 0 : 55 + 40 * step);
  const [i, j, k] = [level(r), level(g), level(b)];
  const grey = Math.min(23, Math.max(0, Math.round(((r + g + b) / 3 - 8) / 10)));
  const far = (x: number, y: number, z: number): number => (x - r) ** 2 + (y - g) ** 2 + (z - b) ** 2;
  const [cube, greys] = [far(shown(i), shown(j), shown(k)), far(8 + 10 * grey, 8 + 10 * grey, 8 + 10 * grey)];
  return greys < cube ? 232 + grey : 16 + 36 * i + 6 * j + k;
}
