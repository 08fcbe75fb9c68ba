import { describe, expect, it } from 'vitest';
import type { PreviewPicture } from '@exr/core';
import { canvasOf, drawn, halfBlocks } from './picture.ts';

const size = { columns: 90, rows: 30 };

describe('the terminal', () => {
  it.each([
    [{ TERM: 'xterm-256color' }, 'blocks', false],
    [{ TERM: 'xterm-256color', COLORTERM: 'truecolor' }, 'blocks', true],
    [{ TERM: 'xterm-kitty', KITTY_WINDOW_ID: '1' }, 'kitty', true],
    [{ TERM: 'xterm-ghostty' }, 'kitty', true],
    [{ TERM: 'xterm-256color', TERM_PROGRAM: 'iTerm.app' }, 'iterm', true],
    [{ TERM: 'xterm-256color', TERM_PROGRAM: 'WezTerm' }, 'iterm', true],
    [{ TERM: 'tmux-256color', KITTY_WINDOW_ID: '1', TMUX: '/tmp/tmux-0/default,1,0' }, 'blocks', true],
    [{ TERM: 'xterm-256color', TERM_PROGRAM: 'Apple_Terminal' }, 'blocks', false],
  ] as const)('%o draws with %s', (env, kind, trueColor) => expect(canvasOf(env, size)).toMatchObject({ kind, trueColor }));

  it('that cannot draw is not drawn on', () => expect(canvasOf({ TERM: 'dumb' }, size)).toBeNull());
  it('shows two pixels a character, and leaves two lines', () => expect(canvasOf({ TERM: 'xterm' }, size)!.pixels).toEqual({ width: 90, height: 56 }));
});

describe('a picture', () => {
  const rgba = Uint8ClampedArray.of(255, 0, 255, 255, 0, 0, 0, 255, 95, 135, 175, 255, 128, 128, 128, 255, 1, 2, 3, 255, 255, 255, 255, 255);
  const picture = { rgba, width: 2, height: 3 };

  it('in half blocks has each pixel once, and nothing below an odd last line', () => {
    expect(halfBlocks(picture, true)).toBe(
      '\x1b[38;2;255;0;255;48;2;95;135;175m▀\x1b[38;2;0;0;0;48;2;128;128;128m▀\x1b[0m\n\x1b[38;2;1;2;3;49m▀\x1b[38;2;255;255;255;49m▀\x1b[0m\n',
    );
  });
  it('in 256 colours takes the nearest', () => {
    expect(halfBlocks(picture, false)).toBe('\x1b[38;5;201;48;5;67m▀\x1b[38;5;16;48;5;244m▀\x1b[0m\n\x1b[38;5;16;49m▀\x1b[38;5;231;49m▀\x1b[0m\n');
  });
  it('of one colour names it once', () => expect(halfBlocks({ rgba: new Uint8ClampedArray(24), width: 3, height: 2 }, true)).toBe('\x1b[38;2;0;0;0;48;2;0;0;0m▀▀▀\x1b[0m\n'));

  it('goes to kitty and iTerm2 as a PNG in base64, whole', async () => {
    const png = Uint8Array.from({ length: 10_000 }, (_, i) => i % 251);
    const preview = { ...picture, png: async () => png } as unknown as PreviewPicture;
    const canvas = { pixels: { width: 1, height: 1 }, trueColor: true };
    const kitty = (await drawn(preview, { ...canvas, kind: 'kitty' })).trimEnd();
    // eslint-disable-next-line no-control-regex
    const pieces = [...kitty.matchAll(/\x1b_G([^;]*);([A-Za-z0-9+/=]*)\x1b\\/g)];
    expect(pieces.map((piece) => piece[1])).toEqual(['f=100,a=T,m=1', 'm=1', 'm=1', 'm=0']);
    expect(Buffer.from(pieces.map((piece) => piece[2]).join(''), 'base64')).toEqual(Buffer.from(png));
    const iterm = await drawn(preview, { ...canvas, kind: 'iterm' });
    expect(Buffer.from(iterm.slice(iterm.indexOf(':') + 1, -2), 'base64')).toEqual(Buffer.from(png));
  });
});
