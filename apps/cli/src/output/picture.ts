import type { PreviewPicture } from '@exr/core';

/** Draws a picture in the terminal: by its own image protocol where it has one, else two pixels a character in half blocks of 24-bit colour. */
export async function showPicture(preview: PreviewPicture): Promise<void> {
  const { TERM = '', TERM_PROGRAM = '', KITTY_WINDOW_ID } = process.env;
  if (KITTY_WINDOW_ID !== undefined || /kitty|ghostty/i.test(TERM) || /ghostty/i.test(TERM_PROGRAM)) process.stdout.write(kitty(await preview.png()));
  else if (/iterm|wezterm/i.test(TERM_PROGRAM)) process.stdout.write(iterm(await preview.png()));
  else process.stdout.write(halfBlocks(preview, process.stdout.columns ?? 80, (process.stdout.rows ?? 40) - 2));
}

/** The kitty graphics protocol: PNG in base64, 4,096 characters a piece. */
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
export function halfBlocks({ rgba, width, height }: Pick<PreviewPicture, 'rgba' | 'width' | 'height'>, columns: number, rows: number): string {
  const scale = Math.min(columns / width, (rows * 2) / height, 1);
  const [across, down] = [Math.max(1, Math.floor(width * scale)), Math.max(1, Math.floor(height * scale))];
  const pixel = (x: number, y: number): string => {
    if (y >= down) return '0;0;0';
    const at = (Math.floor(((y + 0.5) * height) / down) * width + Math.floor(((x + 0.5) * width) / across)) * 4;
    return `${rgba[at]};${rgba[at + 1]};${rgba[at + 2]}`;
  };
  let text = '';
  for (let y = 0; y < down; y += 2) {
    for (let x = 0; x < across; x++) text += `\x1b[38;2;${pixel(x, y)};48;2;${pixel(x, y + 1)}m▀`;
    text += '\x1b[0m\n';
  }
  return text;
}
